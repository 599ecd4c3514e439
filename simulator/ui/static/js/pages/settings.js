/** Settings: the integrations as tiles, and the place where a widget's archive is uploaded. */
define([
  'jquery',
  'host/dom',
  'host/app',
  'host/server',
  'host/words',
  'host/bootstrap',
  'host/notifications',
  'host/settings_modal',
], function ($, { el, fill }, app, server, words, bootstrap, notifications, openSettings) {
  function tile(record, again) {
    const installed = record.active === 'Y';
    return el(
      'button.widget-tile',
      { type: 'button', 'data-code': record.code, onclick: () => openSettings(record, again) },
      el('img.widget-tile__logo', { src: record.path + '/images/logo_main.png', alt: '' }),
      el('span.widget-tile__name', {}, record.name),
      el('span.widget-tile__text', {}, record.short_description),
      el(
        'span.widget-state.widget-state_status_' + (installed ? 'installed' : 'install'),
        {},
        words(installed ? 'installed' : 'not_installed'),
      ),
    );
  }

  function uploader(again) {
    const problems = el('ul.upload__problems');
    const input = el('input#widget_archive', {
      type: 'file',
      accept: '.zip',
      onchange: async () => {
        if (!input.files.length) return;
        const answer = await server.upload('/ajax/widgets/upload', input.files[0]);
        // The same file, mended, may be chosen again.
        input.value = '';
        fill(
          problems,
          answer.problems.map((problem) => el('li', {}, problem)),
        );
        if (answer.problems.length)
          notifications.show_message_error({ header: words('refused'), text: answer.problems[0] });
        else again();
      },
    });
    return el(
      'div.upload',
      {},
      el('label.button-small.button-small_blue', { for: 'widget_archive' }, words('upload')),
      input,
      el('p.upload__hint', {}, words('upload_hint')),
      problems,
    );
  }

  return async function draw(holder) {
    const tiles = el('div.widget-tiles');
    holder.append(
      el(
        'div#list_page_holder.settings-page.custom-scroll',
        {},
        el('h1.list__title', {}, words('settings') + ' · ' + words('integrations')),
        tiles,
        bootstrap.user.is_admin ? uploader(read) : null,
      ),
    );

    async function read() {
      const answer = await server.get('/ajax/page/widgets');
      fill(
        tiles,
        answer.widgets.length
          ? answer.widgets.map((record) => tile(record, read))
          : el('div.empty', {}, words('no_widget_yet')),
      );
    }

    app.enter('widgetsSettings', 'settings', { current_view: { $el: $(holder) } });
    await read();
    return () => {};
  };
});
