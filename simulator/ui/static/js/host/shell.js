/** The frame around every page: the simulator's own strip on top and amoCRM's dark menu at the left. */
define([
  'host/dom',
  'host/icons',
  'host/words',
  'host/format',
  'host/bootstrap',
  'host/log_words',
  'host/live',
  'host/popup',
], function ({ el, icon, fill }, icons, words, format, bootstrap, log, live, popup) {
  const KEPT = 60;
  const recent = [];

  const remember = (name, value) => {
    document.cookie = name + '=' + value + '; path=/; max-age=31536000';
  };

  function roleOf(user) {
    return words('role_' + user.role);
  }

  function userSwitch() {
    return el(
      'label.strip__choice',
      { title: words('user') },
      el(
        'select.strip__select',
        {
          'data-switch': 'user',
          onchange: (event) => {
            remember('sim_user', event.target.value);
            location.reload();
          },
        },
        bootstrap.users
          .filter((user) => user.is_active)
          .map((user) =>
            el('option', { value: user.id, selected: user.id === bootstrap.user.id }, user.name + ' · ' + roleOf(user)),
          ),
      ),
    );
  }

  function toggle(name, values, current, onchoose) {
    return el(
      'div.strip__toggle',
      { role: 'group' },
      values.map(([value, label]) =>
        el(
          'button.strip__button' + (value === current ? '.strip__button_on' : ''),
          { type: 'button', ['data-' + name]: value, onclick: () => onchoose(value) },
          label,
        ),
      ),
    );
  }

  function setTheme(theme) {
    remember('sim_theme', theme);
    document.documentElement.setAttribute('data-color-scheme', theme);
    document
      .querySelectorAll('[data-theme]')
      .forEach((button) => button.classList.toggle('strip__button_on', button.dataset.theme === theme));
  }

  function line(entry) {
    return el(
      'a.log-line.js-navigate-link',
      { href: log.path(entry), onclick: popup.close },
      el('time.log-line__time', {}, format.seconds(entry.at)),
      el('span.log-line__who', {}, format.user(entry.by)),
      el('span.log-line__name', {}, entry.name),
      el('span.log-line__said.log-line__said_' + log.tone(entry), {}, log.said(entry)),
    );
  }

  function ticker() {
    const text = el('span.ticker__text', {}, words('quiet'));
    const button = el(
      'button.ticker',
      {
        type: 'button',
        'data-act': 'log',
        title: words('live_log'),
        onclick: () =>
          popup.show(
            button,
            'wide',
            recent.length ? recent.slice().reverse().map(line) : el('div.log-line', {}, words('quiet')),
          ),
      },
      el('span.ticker__dot'),
      el('span.ticker__title', {}, words('live_log')),
      text,
    );
    live.listen(function (entries) {
      const news = entries.filter(log.isNews);
      if (!news.length) return;
      recent.push(...news);
      recent.splice(0, recent.length - KEPT);
      const newest = news[news.length - 1];
      fill(
        text,
        format.seconds(newest.at) + ' · ' + format.user(newest.by) + ' · ' + newest.name + ' · ',
        el('b.log-line__said_' + log.tone(newest), {}, log.said(newest)),
      );
    });
    return el('div.ticker-place', {}, button);
  }

  function strip() {
    return el(
      'header.strip',
      {},
      el('div.strip__name', { title: words('simulator_hint') }, words('simulator')),
      ticker(),
      userSwitch(),
      toggle(
        'lang',
        [
          ['ru', 'RU'],
          ['en', 'EN'],
        ],
        bootstrap.lang,
        (lang) => {
          remember('sim_lang', lang);
          location.reload();
        },
      ),
      toggle(
        'theme',
        [
          ['light', words('light')],
          ['dark', words('dark')],
        ],
        bootstrap.theme,
        setTheme,
      ),
    );
  }

  function menu() {
    return el(
      'nav.nav',
      {},
      el('div.nav__user', { title: bootstrap.user.name }, format.initials(bootstrap.user.name)),
      [
        ['leads', '/leads/'],
        ['contacts', '/contacts/'],
        ['companies', '/companies/'],
        ['settings', '/settings/widgets/'],
      ].map(([name, path]) =>
        el('a.nav__item.js-navigate-link', { href: path }, icon(icons[name]), el('span.nav__label', {}, words(name))),
      ),
    );
  }

  return {
    draw: () =>
      document.body.append(
        strip(),
        el('div.frame', {}, menu(), el('div#page_holder.page')),
        el('div#notifications.notifications'),
      ),
  };
});
