/** The connection's part of the settings as a tree of nodes. Pure. */
define(['./nodes.js'], function (nodes) {
  'use strict';

  const node = nodes.node;
  const words = nodes.words;

  /** @returns {Object[]} children of the settings' connection */
  function syncLayout(view, links, say) {
    return [
      node('div', { class: 'pulse-state pulse-state-' + view.tone, key: 'state', role: 'status' }, [
        node('span', { class: 'pulse-state-dot', 'aria-hidden': 'true' }),
        node('div', { class: 'pulse-state-words' }, [
          words('div', 'pulse-state-title', view.title),
          view.text ? words('div', 'pulse-state-text', view.text) : null
        ])
      ]),
      view.importing && view.importing.kinds.length ? progress(view.importing) : null,
      view.facts.length ? node('ul', { class: 'pulse-facts', key: 'facts' }, view.facts.map(fact)) : null,
      node('div', { class: 'pulse-settings-actions', key: 'actions' }, actions(view, links, say))
    ].filter(Boolean);
  }

  function progress(importing) {
    return node('div', { class: 'pulse-import', key: 'import' }, importing.kinds.map(kind).concat(
      importing.left ? [words('div', 'pulse-import-left', importing.left, { key: 'left' })] : []
    ));
  }

  function kind(each) {
    const percent = String(Math.floor(each.share * 100));
    return node('div', { class: 'pulse-import-kind', key: each.key, 'data-pulse-kind': each.key }, [
      words('span', 'pulse-import-label', each.label),
      words('span', 'pulse-import-rows', each.rows),
      words('span', 'pulse-import-share' + (each.rows ? '' : ' pulse-import-waits'), each.text),
      node('div', {
        class: 'pulse-bar', role: 'progressbar', 'aria-label': each.label,
        'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': percent
      }, [node('div', { class: 'pulse-bar-done', style: 'width: ' + percent + '%' })])
    ]);
  }

  function fact(each) {
    return words('li', 'pulse-fact pulse-fact-' + each.tone, each.text, { key: each.key, 'data-pulse-fact': each.key });
  }

  function actions(view, links, say) {
    const connect = {
      button: function () { return nodes.outward('pulse-button', say('settings.connect'), links.connect); },
      link: function () { return nodes.outward('pulse-link', say('settings.reconnect'), links.connect); }
    }[view.connect];
    return [
      connect ? connect() : null,
      words('button', 'pulse-link', say('settings.check'), { type: 'button', 'data-pulse-check': 'true' })
    ];
  }

  return syncLayout;
});
