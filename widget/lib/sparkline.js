/** A daily series as the path of a small line. Pure. */
define([], function () {
  'use strict';

  const INSET = 2;

  /**
   * @param {number[]} series - oldest first
   * @returns {null|{width: number, height: number, line: string, area: string}} null when there is no line to draw
   */
  function sparkline(series, width, height) {
    if (!series || series.length < 2 || series.every(function (value) { return !value; })) { return null; }
    const low = Math.min(0, Math.min.apply(null, series));
    const span = Math.max.apply(null, series) - low || 1;
    const step = (width - 2 * INSET) / (series.length - 1);
    const points = series.map(function (value, index) {
      return { x: round(INSET + index * step), y: round(height - INSET - (value - low) / span * (height - 2 * INSET)) };
    });
    const line = 'M' + points.map(function (point) { return point.x + ' ' + point.y; }).join('L');
    const end = points[points.length - 1];
    const area = line + 'L' + end.x + ' ' + height + 'L' + points[0].x + ' ' + height + 'Z';
    return { width: width, height: height, line: line, area: area };
  }

  function round(value) {
    return Math.round(value * 10) / 10;
  }

  return sparkline;
});
