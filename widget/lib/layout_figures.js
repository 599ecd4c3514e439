/** The figures of the card as nodes, and the skeleton that keeps their place. Pure. */
define(['./nodes.js'], function (nodes) {
  'use strict';

  const node = nodes.node;
  const words = nodes.words;
  const SKELETON_ROWS = 4;
  const SKELETON_STOCKS = 3;

  function figures(view) {
    const told = view.figures;
    return node('div', { class: 'pulse-figures', key: 'figures' }, [
      told.hero && hero(told.hero),
      node('ul', { class: 'pulse-rows' }, told.rows.map(row)),
      told.hidden ? more(view) : null,
      told.now.length ? now(view.words.now, told.now.map(stock)) : null
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
    const attributes = { class: 'pulse-figures pulse-skeleton', role: 'status', 'aria-label': view.words.loading };
    return node('div', Object.assign(attributes, { key: 'skeleton' }), [
      node('div', { class: 'pulse-hero' }, [
        words('div', 'pulse-title', blank), words('div', 'pulse-hero-value', blank),
        words('div', 'pulse-previous', blank), node('div', { class: 'pulse-hero-spark' })
      ]),
      node('ul', { class: 'pulse-rows' }, bones(row, SKELETON_ROWS)),
      words('div', 'pulse-more', blank),
      now(blank, bones(stock, SKELETON_STOCKS)),
      node('div', { class: 'pulse-footer' }, [words('span', 'pulse-age', blank)])
    ]);
  }

  function hero(figure) {
    return node('div', { class: 'pulse-hero', key: 'hero', 'data-pulse-figure': figure.key }, [
      title(figure),
      node('div', { class: 'pulse-line' }, [value(figure, 'pulse-hero-value'), changed(figure)]),
      figure.previous ? words('div', 'pulse-previous', figure.previous) : null,
      figure.spark ? spark(figure.spark, 'pulse-hero-spark') : null
    ]);
  }

  function row(figure) {
    return node('li', { class: 'pulse-row', key: figure.key, 'data-pulse-figure': figure.key }, [
      node('div', { class: 'pulse-row-top', title: figure.previous }, [title(figure), changed(figure)]),
      node('div', { class: 'pulse-row-line' }, [value(figure, 'pulse-value'), aside(figure)])
    ]);
  }

  function aside(figure) {
    if (figure.detail) { return words('div', 'pulse-detail', figure.detail); }
    return figure.spark ? spark(figure.spark, 'pulse-row-spark') : null;
  }

  function now(heading, rows) {
    return node('div', { class: 'pulse-now', key: 'now' }, [
      words('div', 'pulse-now-title', heading), node('ul', { class: 'pulse-now-rows' }, rows)
    ]);
  }

  function stock(figure) {
    const name = 'pulse-stock' + (figure.mood ? ' pulse-stock-' + figure.mood : '');
    return node('li', { class: name, key: figure.key, 'data-pulse-figure': figure.key }, [
      node('div', { class: 'pulse-stock-words' }, [
        words('span', 'pulse-stock-title', figure.title),
        figure.detail ? words('span', 'pulse-stock-detail', figure.detail) : null
      ]),
      value(figure, 'pulse-stock-value')
    ]);
  }

  function title(figure) {
    return node('div', { class: 'pulse-title' }, [figure.title, gained(figure)]);
  }

  function value(figure, name) {
    // The key makes a changed number a new element, so that its highlight starts anew.
    const key = figure.gain ? figure.value : 'value';
    return words('span', name + (figure.gain ? ' pulse-fresh' : ''), figure.value, { key: key });
  }

  function changed(figure) {
    if (!figure.change) { return null; }
    const arrow = figure.change.direction === 'up' ? '↑' : '↓';
    const name = 'pulse-change pulse-change-' + figure.change.tone;
    return words('span', name, arrow + '\u2009' + figure.change.text, { key: 'change' });
  }

  function gained(figure) {
    if (!figure.gain) { return null; }
    const key = figure.gain.text + figure.value;
    return words('span', 'pulse-gain', figure.gain.text, { key: key, 'aria-hidden': 'true' });
  }

  function more(view) {
    return words('button', 'pulse-more', view.expanded ? view.words.less : view.words.more, {
      type: 'button', key: 'more', 'data-pulse-more': 'true', 'aria-expanded': String(view.expanded)
    });
  }

  function spark(drawn, name) {
    return nodes.drawing(name, { width: drawn.width, height: drawn.height, stretched: true }, [
      node('path', { class: 'pulse-spark-past', d: drawn.past }),
      node('path', { class: 'pulse-spark-today', d: drawn.today })
    ]);
  }

  return { figures: figures, skeleton: skeleton };
});
