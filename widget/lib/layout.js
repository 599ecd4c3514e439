/** The view model as a tree of elements, ready for drawing. Pure: a node is {tag, attributes, children} or a string. */
define([], function () {
  'use strict';

  const ICONS = {
    overdue_task: 'M8 1.6a6.4 6.4 0 1 0 0 12.8A6.4 6.4 0 0 0 8 1.6Zm0 3v3.8l2.5 1.5',
    no_next_task: 'M3 3.5h10v9.5H3ZM3 6.5h10M5.5 2v2.5M10.5 2v2.5M8 8.2v2.9M6.5 9.7h3',
    serious: 'M8 2 14.6 13.6H1.4ZM8 6.4v3.2M8 11.4v.2',
    quiet: 'M1.5 8.5h3l2-5 3 9 2-4h3'
  };

  const SKELETON_ROWS = 4;
  const SKELETON_STOCKS = 3;

  function node(tag, attributes, children) {
    return { tag: tag, attributes: attributes || {}, children: (children || []).filter(Boolean) };
  }

  function text(tag, name, words, attributes) {
    return node(tag, Object.assign({ class: name }, attributes), [words]);
  }

  /** @returns {Object[]} children of the card's root element */
  function layout(view) {
    return [
      top(view),
      view.notice && notice(view.notice, view.links),
      view.alerts.length ? node('ul', { class: 'pulse-alerts', key: 'alerts' }, view.alerts.map(warning)) : null,
      view.loading ? skeleton(view) : null,
      view.figures && figures(view),
      view.footer && footer(view.footer)
    ].filter(Boolean);
  }

  function top(view) {
    const visible = view.loading || view.figures || view.heading;
    if (!visible) { return null; }
    return node('div', { class: 'pulse-top', key: 'top' }, [
      text('div', 'pulse-heading', view.heading || '\u00a0', { title: view.heading }),
      node('div', { class: 'pulse-periods', role: 'group', 'aria-label': view.words.periods }, view.periods.map(period))
    ]);
  }

  function period(each) {
    return text('button', 'pulse-period' + (each.chosen ? ' pulse-period-chosen' : ''), each.label, {
      type: 'button', key: each.key, 'data-pulse-period': each.key, 'aria-pressed': String(each.chosen)
    });
  }

  function notice(told, links) {
    return node('div', { class: 'pulse-notice pulse-notice-' + told.tone, role: 'status', key: 'notice-' + told.kind }, [
      icon(told.tone),
      node('div', { class: 'pulse-notice-words' }, [
        text('div', 'pulse-notice-title', told.title),
        text('div', 'pulse-notice-text', told.text),
        told.kind === 'importing' ? node('div', { class: 'pulse-progress', 'aria-hidden': 'true' }) : null,
        told.action && action(told, links)
      ])
    ]);
  }

  function action(told, links) {
    if (told.action === 'connect') {
      return text('a', 'pulse-button', told.label, {
        href: links.connect, target: '_blank', rel: 'noopener noreferrer', referrerpolicy: 'no-referrer'
      });
    }
    return text('button', 'pulse-button', told.label, { type: 'button', 'data-pulse-retry': 'true' });
  }

  function warning(each) {
    return node('li', { class: 'pulse-alert pulse-alert-' + each.kind.replace(/_/g, '-'), key: each.kind }, [
      icon(each.kind),
      node('div', {}, [
        text('div', 'pulse-alert-title', each.title),
        text('div', 'pulse-alert-hint', each.hint)
      ])
    ]);
  }

  function figures(view) {
    const told = view.figures;
    return node('div', { class: 'pulse-figures', key: 'figures' }, [
      told.hero && hero(told.hero),
      node('ul', { class: 'pulse-rows' }, told.rows.map(row)),
      told.hidden ? more(view) : null,
      told.now.length ? node('div', { class: 'pulse-now', key: 'now' }, [
        text('div', 'pulse-now-title', view.words.now),
        node('ul', { class: 'pulse-now-rows' }, told.now.map(stock))
      ]) : null
    ]);
  }

  /** The same boxes as the figures have, so that nothing moves when these arrive. */
  function skeleton(view) {
    const blank = '\u00a0';
    const bones = function (draw, count) {
      return Array.from({ length: count }, function (_, index) {
        // All stocks but the last have a second line.
        return draw({ key: String(index), title: blank, value: blank, detail: index < count - 1 ? blank : null });
      });
    };
    return node('div', { class: 'pulse-figures pulse-skeleton', role: 'status', 'aria-label': view.words.loading, key: 'skeleton' }, [
      node('div', { class: 'pulse-hero' }, [
        text('div', 'pulse-title', blank), text('div', 'pulse-hero-value', blank),
        text('div', 'pulse-previous', blank), node('div', { class: 'pulse-hero-spark' })
      ]),
      node('ul', { class: 'pulse-rows' }, bones(row, SKELETON_ROWS)),
      text('div', 'pulse-more', blank),
      node('div', { class: 'pulse-now' }, [
        text('div', 'pulse-now-title', blank), node('ul', { class: 'pulse-now-rows' }, bones(stock, SKELETON_STOCKS))
      ]),
      node('div', { class: 'pulse-footer' }, [text('span', 'pulse-age', blank)])
    ]);
  }

  function hero(figure) {
    return node('div', { class: 'pulse-hero', key: 'hero' }, [
      title(figure),
      node('div', { class: 'pulse-line' }, [value(figure, 'pulse-hero-value'), changed(figure)]),
      figure.previous ? text('div', 'pulse-previous', figure.previous) : null,
      figure.spark ? spark(figure.spark, 'pulse-hero-spark') : null
    ]);
  }

  function row(figure) {
    return node('li', { class: 'pulse-row', key: figure.key }, [
      node('div', { class: 'pulse-row-top', title: figure.previous }, [title(figure), changed(figure)]),
      node('div', { class: 'pulse-row-line' }, [value(figure, 'pulse-value'), aside(figure)])
    ]);
  }

  function aside(figure) {
    if (figure.detail) { return text('div', 'pulse-detail', figure.detail); }
    return figure.spark ? spark(figure.spark, 'pulse-row-spark') : null;
  }

  function stock(figure) {
    return node('li', { class: 'pulse-stock' + (figure.mood ? ' pulse-stock-' + figure.mood : ''), key: figure.key }, [
      node('div', { class: 'pulse-stock-words' }, [
        text('span', 'pulse-stock-title', figure.title),
        figure.detail ? text('span', 'pulse-stock-detail', figure.detail) : null
      ]),
      value(figure, 'pulse-stock-value')
    ]);
  }

  function value(figure, name) {
    // The key makes a changed number a new element, so that its highlight starts anew.
    return text('span', name + (figure.gain ? ' pulse-fresh' : ''), figure.value, { key: figure.gain ? figure.value : 'value' });
  }

  function changed(figure) {
    if (!figure.change) { return null; }
    const arrow = figure.change.direction === 'up' ? '↑' : '↓';
    return text('span', 'pulse-change pulse-change-' + figure.change.tone, arrow + '\u2009' + figure.change.text, { key: 'change' });
  }

  function title(figure) {
    return node('div', { class: 'pulse-title' }, [figure.title, gained(figure)]);
  }

  function gained(figure) {
    if (!figure.gain) { return null; }
    return text('span', 'pulse-gain', figure.gain.text, { key: figure.gain.text + figure.value, 'aria-hidden': 'true' });
  }

  function more(view) {
    return text('button', 'pulse-more', view.expanded ? view.words.less : view.words.more, {
      type: 'button', key: 'more', 'data-pulse-more': 'true', 'aria-expanded': String(view.expanded)
    });
  }

  function spark(drawn, name) {
    return node('svg', { class: name, viewBox: '0 0 ' + drawn.width + ' ' + drawn.height, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, [
      node('path', { class: 'pulse-spark-past', d: drawn.past }), node('path', { class: 'pulse-spark-today', d: drawn.today })
    ]);
  }

  function icon(name) {
    return node('svg', { class: 'pulse-icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, [node('path', { d: ICONS[name] })]);
  }

  function footer(told) {
    return node('div', { class: 'pulse-footer', key: 'footer' }, [
      node('span', { class: 'pulse-dot' + (told.live ? ' pulse-dot-live' : ''), title: told.live ? told.liveWords : null }),
      node('div', {}, [text('div', 'pulse-age', told.age), told.pending ? text('div', 'pulse-pending', told.pending) : null])
    ]);
  }

  return layout;
});
