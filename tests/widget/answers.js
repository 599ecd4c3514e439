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
      kpi('new_leads', 'count', 48, 61, { spark: [3, 0, 5] }),
      kpi('lost_count', 'count', 38, 41),
      kpi('cycle_time', 'seconds', 9 * DAY, 11 * DAY),
      kpi('open_leads', 'count', 34, null),
      kpi('open_value', 'money', 1245000000, null),
      kpi('tasks_overdue', 'count', 0, null),
      kpi('leads_without_task', 'count', 5, null)
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

function importing() {
  return {
    phase: 'events', done: 12345, rate: 1480, left: 754,
    kinds: [
      { kind: 'leads', rows: 100250, share: 10000, left: 0, is_done: true },
      { kind: 'trash', rows: 12, share: 10000, left: 0, is_done: true },
      { kind: 'tasks', rows: 41200, share: 10000, left: 0, is_done: true },
      { kind: 'events', rows: 12345, share: 3567, left: 754, is_done: false },
      { kind: 'leads/notes', rows: 800, share: 10000, left: 0, is_done: true },
      { kind: 'contacts/notes', rows: 100, share: 5000, left: 9, is_done: false },
      { kind: 'unsorted', rows: 0, share: null, left: null, is_done: false }
    ]
  };
}

/** Answers of GET /api/v1/sync. */
function sync(more) {
  return {
    detail: 'full', state: 'active', words: { title: 'Всё работает', text: 'Показатели обновляются сами.', action: null },
    as_of: NOW - 12, version: 17, importing: null, pending: 0, users: { seen: 9, of: 9 },
    hooks: { state: 'on', reason: null, checked_at: NOW - 100 },
    drift: { healed: 7, events: 9, repair: 300, cells: 0 }, proof: { at: NOW - 9 * 3600, cells: 12345, differed: 0 },
    live: { url: 'https://pulse.example.com/live?ticket=1', expires_at: NOW + 600 },
    ...more
  };
}

/** Every state in which a person may find the card, by name. */
function states() {
  const several = { type: 'leads', id: 5, alerts: [
    { kind: 'overdue_task', task_id: 7, complete_till: NOW - 2 * DAY - 3700, count: 1 }, { kind: 'no_next_task', count: 1 }
  ] };
  const nothing = [kpi('won_sum', 'money', 0, 0), kpi('open_leads', 'count', 0, null)];
  const unknown = [
    kpi('won_sum', 'money', 0, 120000000), kpi('average_check', 'money', null, 5, { reason: 'no_wins' }),
    kpi('win_rate', 'share', null, 5, { reason: 'no_closed' })
  ];
  const late = { count: 12, oldest: NOW - 3 * DAY };
  const overdue = card().kpis.map((each) => (each.key === 'tasks_overdue' ? { ...each, value: 12 } : each));
  const told = Object.fromEntries(['not_found', 'forbidden', 'unauthorized', 'broken'].map((failure) => (
    [failure, sight({ card: null, failure })]
  )));
  ['reconnect_required', 'payment_required', 'blocked', 'rights_missing', 'rights_suspect', 'uninstalled'].forEach((state) => {
    told[state] = sight({ card: card({ state }) });
  });
  return {
    ...told,
    loading: sight({ card: null }),
    calm: sight({}),
    alarming: sight({ card: card({
      kpis: overdue, entity: several, overdue: late, pending: 3, manager: { id: 2, name: 'Константин Константинопольский' }
    }) }),
    expanded: sight({ expanded: true }),
    growing: sight({ gains: { won_sum: 15000000, won_count: 1 } }),
    unknown: sight({ card: card({ kpis: unknown }) }),
    empty: sight({ card: card({ kpis: nothing }) }),
    beginning: sight({ card: card({ importing: { phase: 'leads', done: 0, kinds: [], left: null } }) }),
    importing: sight({ card: card({ importing: importing() }) }),
    stale: sight({ live: false, lostSince: NOW - 60 })
  };
}

/** Every state in which a person may find the settings, by name. */
function connections() {
  const seen = (told, failure = null) => ({ told, failure, now: NOW });
  const words = { title: 'Нужно переподключить', text: 'Доступ к аккаунту отозван.', action: 'connect' };
  return {
    'settings-checking': seen(null), 'settings-absent': seen(null, 'not_found'), 'settings-active': seen(sync()),
    'settings-importing': seen(sync({ importing: importing() })),
    'settings-broken': seen(sync({ state: 'reconnect_required', words })),
    'settings-doubtful': seen(sync({
      users: { seen: 8, of: 9 }, hooks: { state: 'refused', reason: 'payment_required', checked_at: NOW },
      proof: { at: NOW - 60, cells: 5, differed: 2 }, pending: 3
    }))
  };
}

module.exports = { NOW, DAY, kpi, card, sight, importing, sync, states, connections };
