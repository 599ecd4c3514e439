/** A daily series as small bars, today's apart. Pure. */
define([], function () {
  'use strict';

  const GAP = 0.28;
  const LOWEST = 1.5;

  /**
   * @param {number[]} series - oldest first; the last day is today
   * @returns {null|{width: number, height: number, past: string, today: string}} null when there is nothing to draw
   */
  function sparkline(series, width, height) {
    if (!series || series.length < 2 || series.every(function (value) { return value <= 0; })) { return null; }
    const highest = Math.max.apply(null, series);
    const step = width / series.length;
    const bars = series.map(function (value, day) {
      const tall = Math.max(LOWEST, Math.max(0, value) / highest * height);
      return bar(day * step, height - tall, step * (1 - GAP), height);
    });
    return { width: width, height: height, past: bars.slice(0, -1).join(''), today: bars[bars.length - 1] };
  }

  function bar(left, top, wide, bottom) {
    return 'M' + round(left) + ' ' + bottom + 'V' + round(top) + 'h' + round(wide) + 'V' + bottom + 'Z';
  }

  function round(value) {
    return Math.round(value * 10) / 10;
  }

  return sparkline;
});
