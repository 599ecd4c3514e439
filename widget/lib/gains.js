/** What grew or shrank between two answers about the same manager and the same period. Pure. */
define([], function () {
  'use strict';

  /** @returns {Object<string, number>} difference by the key of the KPI; empty when the answers cannot be compared */
  function gains(before, after) {
    const found = {};
    if (!comparable(before, after)) { return found; }
    before.kpis.forEach(function (old) {
      const now = after.kpis.find(function (kpi) { return kpi.key === old.key; });
      if (now && now.value !== null && old.value !== null && now.value !== old.value) {
        found[old.key] = now.value - old.value;
      }
    });
    return found;
  }

  function comparable(before, after) {
    return before !== null && !before.importing && !after.importing && before.manager.id === after.manager.id &&
      before.period.key === after.period.key && before.period.from === after.period.from;
  }

  return gains;
});
