/** Answers of GET /api/v1/card, as the server gives them on the fourteenth day of a month. */
'use strict';

const NOW = 1763100000;
const DAY = 86400;

function kpi(key, unit, value, previous, more) {
  return { key, title: key, unit, value, previous, reason: null, parts: {}, spark: null, ...more };
}

function card(more) {
  return {
    state: 'active', version: 17, as_of: NOW - 12, pending: 0, importing: null,
    viewer: { id: 1, name: 'Анна', role: 'manager' }, manager: { id: 1, name: 'Анна' },
    currency: 'RUB', timezone: 'Europe/Moscow',
    period: { key: 'month', from: NOW - 13 * DAY, to: NOW + 17 * DAY },
    kpis: [
      kpi('won_sum', 'money', 145000000, 120000000, { spark: [0, 500, 1000] }),
      kpi('won_count', 'count', 12, 10),
      kpi('average_check', 'money', 12083333, 12500000, { parts: { median: 9500000 } }),
      kpi('win_rate', 'share', 1573, 1423, { parts: { won: 7, lost: 38 } }),
      kpi('lost_count', 'count', 38, 41),
      kpi('cycle_time', 'seconds', 9 * DAY, 11 * DAY),
      kpi('open_leads', 'count', 34, null),
      kpi('open_value', 'money', 1245000000, null),
      kpi('tasks_overdue', 'count', 0, null)
    ],
    entity: { type: 'leads', id: 5, alerts: [] },
    overdue: { count: 0, oldest: null },
    live: { url: 'https://pulse.example.com/live?ticket=1', expires_at: NOW + 600 },
    ...more
  };
}

function sight(more) {
  return {
    card: card(), failure: null, period: 'month', busy: false, live: true, lostSince: null,
    now: NOW, narrow: false, expanded: false, gains: {}, ...more
  };
}

module.exports = { NOW, DAY, kpi, card, sight };
