/** The view model as a tree of nodes, ready for drawing. Pure. */
define(['./nodes.js', './layout_figures.js'], function (nodes, inside) {
  'use strict';

  const node = nodes.node;
  const words = nodes.words;
  const ICON_SIZE = { width: 16, height: 16 };
  const ICONS = {
    overdue_task: 'M8 1.6a6.4 6.4 0 1 0 0 12.8A6.4 6.4 0 0 0 8 1.6Zm0 3v3.8l2.5 1.5',
    no_next_task: 'M3 3.5h10v9.5H3ZM3 6.5h10M5.5 2v2.5M10.5 2v2.5M8 8.2v2.9M6.5 9.7h3',
    serious: 'M8 2 14.6 13.6H1.4ZM8 6.4v3.2M8 11.4v.2',
    quiet: 'M1.5 8.5h3l2-5 3 9 2-4h3'
  };

  /** @returns {Object[]} children of the card's root element */
  function layout(view) {
    return [
      view.loading || view.figures || view.heading ? top(view) : null,
      view.notice && notice(view.notice, view.links),
      view.alerts.length ? node('ul', { class: 'pulse-alerts', key: 'alerts' }, view.alerts.map(warning)) : null,
      view.loading ? inside.skeleton(view) : null,
      view.figures && inside.figures(view),
      view.footer && footer(view.footer)
    ].filter(Boolean);
  }

  function top(view) {
    return node('div', { class: 'pulse-top', key: 'top' }, [
      words('div', 'pulse-heading', view.heading || '\u00a0', { title: view.heading }),
      node('div', { class: 'pulse-periods', role: 'group', 'aria-label': view.words.periods }, view.periods.map(period))
    ]);
  }

  function period(each) {
    return words('button', 'pulse-period' + (each.chosen ? ' pulse-period-chosen' : ''), each.label, {
      type: 'button', key: each.key, 'data-pulse-period': each.key, 'aria-pressed': String(each.chosen)
    });
  }

  function notice(told, links) {
    const attributes = { class: 'pulse-notice pulse-notice-' + told.tone, role: 'status', key: 'notice-' + told.kind };
    return node('div', attributes, [
      icon(told.tone),
      node('div', { class: 'pulse-notice-words' }, [
        words('div', 'pulse-notice-title', told.title),
        words('div', 'pulse-notice-text', told.text),
        told.kind === 'importing' ? progress(told.share) : null,
        told.action && action(told, links)
      ])
    ]);
  }

  /** A bar as long as what is done, or a passing one while nobody knows how much there is. */
  function progress(share) {
    if (share === null) { return node('div', { class: 'pulse-progress', 'aria-hidden': 'true' }); }
    const width = Math.floor(share * 100) + '%';
    return node('div', { class: 'pulse-bar', 'aria-hidden': 'true' }, [
      node('div', { class: 'pulse-bar-done', style: 'width: ' + width })
    ]);
  }

  function action(told, links) {
    if (told.action === 'connect') { return nodes.outward('pulse-button', told.label, links.connect); }
    return words('button', 'pulse-button', told.label, { type: 'button', 'data-pulse-retry': 'true' });
  }

  function warning(each) {
    return node('li', { class: 'pulse-alert pulse-alert-' + each.kind.replace(/_/g, '-'), key: each.kind }, [
      icon(each.kind),
      node('div', {}, [words('div', 'pulse-alert-title', each.title), words('div', 'pulse-alert-hint', each.hint)])
    ]);
  }

  function icon(name) {
    return nodes.drawing('pulse-icon', ICON_SIZE, [node('path', { d: ICONS[name] })]);
  }

  function footer(told) {
    const dot = { class: 'pulse-dot' + (told.live ? ' pulse-dot-live' : ''), title: told.live ? told.liveWords : null };
    return node('div', { class: 'pulse-footer', key: 'footer' }, [
      node('span', dot),
      node('div', {}, [
        words('div', 'pulse-age', told.age),
        told.pending ? words('div', 'pulse-pending', told.pending) : null
      ])
    ]);
  }

  return layout;
});
