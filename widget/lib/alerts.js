/** What this lead, contact or company asks for now. Pure. */
define([], function () {
  'use strict';

  /** @returns {{kind: string, title: string, hint: string}[]} kinds that a newer server may add are left out */
  function alerts(card, now, format, say) {
    const writers = {
      overdue_task: function (alert) { return overdue(alert, now, format, say); },
      no_next_task: function (alert) { return withoutTask(alert, say); }
    };
    return (card.entity ? card.entity.alerts : [])
      .filter(function (alert) { return writers[alert.kind]; })
      .map(function (alert) { return writers[alert.kind](alert); });
  }

  function overdue(alert, now, format, say) {
    const age = format.duration(now - alert.complete_till);
    const several = alert.count > 1;
    return {
      kind: alert.kind,
      title: several ? say('alert.overdue_tasks', { count: alert.count }) : say('alert.overdue_task'),
      hint: several ? say('alert.oldest', { age: age }) : say('alert.overdue_by', { age: age })
    };
  }

  function withoutTask(alert, say) {
    const title = alert.count > 1 ? say('alert.no_next_tasks', { count: alert.count }) : say('alert.no_next_task');
    return { kind: alert.kind, title: title, hint: say('alert.no_next_task_hint') };
  }

  return alerts;
});
