/** Lists of leads, contacts and companies; leads have filters, and ticked rows offer the widgets under «More». */
define([
  'jquery',
  'backbone',
  'host/dom',
  'host/app',
  'host/panel',
  'host/live',
  'host/server',
  'host/words',
  'pages/filters',
  'pages/rows',
  'pages/more_menu',
], function ($, Backbone, { el, fill }, app, panel, live, server, words, filters, rows, moreMenu) {
  const PAGE = 40;

  function enter(kind, holder, table) {
    panel.mount(holder, kind);
    app.enter(kind, kind, { current_list: new Backbone.Collection(), current_view: { $el: $(table) } });
  }

  function list(kind) {
    return async function draw(holder) {
      const ticked = new Set();
      const top = el('div.list__top', {});
      const table = el('div#list_table.list__table', {});
      const foot = el('div.list__foot');
      const main = el('div.list__main', {}, top, el('div.list__scroll.custom-scroll', {}, table, foot));
      const page = el('div#list_page_holder.list', {}, main);
      holder.append(page);
      const chosen = kind === 'leads' ? filters(() => read(PAGE)) : { query: () => '' };
      let limit = PAGE;

      function tick(id, on) {
        if (on) ticked.add(id);
        else ticked.delete(id);
        drawTop();
        app.own.data.current_list.forEach((row) => row.set('checked', ticked.has(row.id)));
      }

      function drawTop() {
        fill(
          top,
          el('h1.list__title', {}, words(kind)),
          ticked.size
            ? [el('span.list__selected', {}, words('selected', ticked.size)), kind === 'leads' ? moreMenu() : null]
            : chosen.element || null,
        );
      }

      async function read(rowsWanted) {
        limit = rowsWanted || limit;
        const answer = await server.get('/ajax/page/' + kind + '?limit=' + limit + chosen.query());
        if (!page.isConnected) return;
        fill(table, rows[kind](answer, ticked, tick));
        fill(
          foot,
          el(
            'span',
            {},
            answer.rows.length ? words('shown_of', answer.rows.length, answer.total) : words('nothing_found'),
          ),
          answer.rows.length < answer.total
            ? el('button.link-button', { type: 'button', onclick: () => read(limit + PAGE) }, words('show_more'))
            : null,
        );
        app.own.data.current_list.reset(
          answer.rows.map((row) => ({ id: row.id, name: row.name, checked: ticked.has(row.id) })),
        );
      }

      enter(kind, page, table);
      drawTop();
      await read(PAGE);
      return live.listen((entries) => {
        if (entries.some((entry) => entry.entity_type === kind)) read();
      });
    };
  }

  return { leads: list('leads'), contacts: list('contacts'), companies: list('companies') };
});
