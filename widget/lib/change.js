/** What changed against the previous period, and whether that is good news. Pure. */
define([], function () {
  'use strict';

  const LESS_IS_BETTER = [
    'lost_count', 'lost_sum', 'cycle_time', 'stage_duration', 'tasks_overdue', 'leads_without_task'
  ];
  const WITHOUT_JUDGEMENT = ['open_leads', 'open_value'];
  const NOTICEABLE = 0.0005;
  const MANIFOLD = 9.995;
  const ADDING_UP = ['new_leads', 'won_count', 'won_sum', 'lost_count', 'lost_sum'];

  /**
   * @param {Object} kpi - of the card's answer
   * @param {boolean} running - the period is not over: what adds up over it is not yet behind, it is on its way
   * @returns {null|{direction: string, tone: string, text: string}}
   */
  function change(kpi, running, format, say) {
    if (kpi.value === null || kpi.previous === null || kpi.previous === undefined) { return null; }
    const difference = kpi.value - kpi.previous;
    const isOnItsWay = running && ADDING_UP.indexOf(kpi.key) >= 0 && difference < 0;
    if (difference === 0 || (isOnItsWay && kpi.value === 0)) { return null; }
    const text = size(kpi, Math.abs(difference), format, say);
    if (text === null) { return null; }
    return {
      direction: difference > 0 ? 'up' : 'down', tone: isOnItsWay ? 'even' : tone(kpi.key, difference), text: text
    };
  }

  function tone(key, difference) {
    if (WITHOUT_JUDGEMENT.indexOf(key) >= 0) { return 'even'; }
    const better = LESS_IS_BETTER.indexOf(key) >= 0 ? difference < 0 : difference > 0;
    return better ? 'good' : 'bad';
  }

  function size(kpi, difference, format, say) {
    if (kpi.unit === 'count') { return format.count(difference); }
    if (kpi.unit === 'seconds') { return format.age(difference); }
    if (kpi.unit === 'share') {
      return say('unit.points', { value: format.number(difference / 100, { maximumFractionDigits: 1 }) });
    }
    return relative(kpi, difference, format, say);
  }

  function relative(kpi, difference, format, say) {
    // Growth from nothing has no percentage, and the value itself tells it.
    if (kpi.previous <= 0) { return null; }
    const ratio = difference / kpi.previous;
    if (ratio < NOTICEABLE) { return null; }
    if (ratio >= MANIFOLD) { return say('unit.times', { value: format.count(Math.round(kpi.value / kpi.previous)) }); }
    return format.number(ratio, { style: 'percent', maximumFractionDigits: ratio < 0.1 ? 1 : 0 });
  }

  return change;
});
