/** Moves between pages without reloading: draws the page, then fires `page:changed` and `widgets:load`. */
define([
  'jquery',
  'host/dom',
  'host/words',
  'host/notifications',
  'pages/list',
  'pages/lead',
  'pages/linked',
  'pages/settings',
], function ($, { el, fill }, words, notifications, list, lead, linked, settings) {
  const ROUTES = [
    [/^\/(?:leads\/?(?:list\/?)?)?$/, () => list.leads],
    [/^\/leads\/detail\/(\d+)/, () => lead],
    [/^\/(contacts|companies)\/detail\/\d+/, (kind) => linked[kind]],
    [/^\/(contacts|companies)\/?$/, (kind) => list[kind]],
    [/^\/settings/, () => settings],
  ];
  let leave = null;

  function find(path) {
    for (const [pattern, page] of ROUTES) {
      const match = path.match(pattern);
      if (match) return { draw: page(match[1]), id: Number((path.match(/\d+/) || [0])[0]) };
    }
    return { draw: list.leads, id: 0 };
  }

  async function show() {
    const { draw, id } = find(location.pathname);
    if (leave) leave();
    leave = null;
    const holder = el('div#page_holder.page');
    document.getElementById('page_holder').replaceWith(holder);
    document
      .querySelectorAll('.nav__item')
      .forEach((item) => item.classList.toggle('nav__item_active', location.pathname.startsWith(item.pathname)));
    try {
      const left = await draw(holder, id);
      // Another page may have been asked for while this one was being fetched.
      if (!holder.isConnected) return left();
      leave = left;
    } catch (error) {
      if (!holder.isConnected) return undefined;
      fill(holder, el('div.empty', {}, error.message));
      notifications.show_message_error({ header: words('failed'), text: error.message });
    }
    $(document).trigger('page:changed');
    $(document).trigger('widgets:load');
    return undefined;
  }

  function go(path) {
    history.pushState({}, '', path);
    return show();
  }

  function start() {
    if (location.pathname === '/') history.replaceState({}, '', '/leads/');
    window.addEventListener('popstate', show);
    $(document).on('click', 'a.js-navigate-link', function (event) {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go(this.pathname + this.search);
    });
    return show();
  }

  return { start, go };
});
