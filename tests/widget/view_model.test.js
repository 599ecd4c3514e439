'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load, speaking, plain } = require('./amd.js');
const { NOW, DAY, kpi, card, sight, importing } = require('./answers.js');

const viewModel = load('lib/view_model.js');

function view(more, language = 'ru') {
  return viewModel(sight(more), {
    language, say: speaking(language), links: { email: 'support@pulse.example.com', connect: 'https://pulse.example.com/oauth/start' }
  });
}

function figureOf(told, key) {
  return [told.figures.hero, ...told.figures.rows, ...told.figures.now].find((figure) => figure.key === key);
}

test('the sum of sales stands first, stocks stand apart, the rest waits behind «more»', () => {
  const told = view({});
  assert.equal(told.figures.hero.key, 'won_sum');
  assert.deepEqual(told.figures.rows.map((row) => row.key), ['won_count', 'average_check', 'win_rate', 'new_leads']);
  assert.deepEqual(told.figures.now.map((row) => row.key), ['open_leads', 'tasks_overdue', 'leads_without_task']);
  assert.equal(told.figures.hidden, 2);
  assert.deepEqual(view({ expanded: true }).figures.rows.map((row) => row.key).slice(4), ['lost_count', 'cycle_time']);
});

test('a KPI that this version does not know is shown behind «more»', () => {
  const newer = card({ kpis: [...card().kpis, kpi('first_response', 'seconds', 90, null)] });
  const told = figureOf(view({ card: newer, expanded: true }), 'first_response');
  assert.equal(plain(told.value), '1 мин');
});

test('growth is good news and less lost is good news too', () => {
  const told = view({ expanded: true });
  assert.deepEqual(figureOf(told, 'won_sum').change, { direction: 'up', tone: 'good', text: '21\u00a0%' });
  assert.equal(figureOf(told, 'lost_count').change.tone, 'even');
  assert.deepEqual(figureOf(told, 'cycle_time').change, { direction: 'down', tone: 'good', text: '2 дн' });
  assert.equal(figureOf(told, 'average_check').change.tone, 'bad');
  assert.equal(figureOf(told, 'win_rate').change.text, '1,5 пп');
});

test('a change too small to see is not told', () => {
  const told = view({ card: card({ kpis: [kpi('won_sum', 'money', 148350000, 148400000)] }) });
  assert.equal(figureOf(told, 'won_sum').change, null);
  const manifold = view({ card: card({ kpis: [kpi('won_sum', 'money', 120000, 10000)] }) });
  assert.equal(figureOf(manifold, 'won_sum').change.text, '×12');
});

test('a month that goes on is not blamed for being behind the whole last one', () => {
  const behind = [kpi('won_sum', 'money', 100, 200)];
  assert.equal(figureOf(view({ card: card({ kpis: behind }) }), 'won_sum').change.tone, 'even');
  const over = { key: 'month', from: NOW - 40 * DAY, to: NOW - 10 * DAY };
  assert.equal(figureOf(view({ card: card({ kpis: behind, period: over }) }), 'won_sum').change.tone, 'bad');
});

test('a value that cannot be computed says why', () => {
  const told = view({ card: card({ kpis: [kpi('won_sum', 'money', 5, 5), kpi('win_rate', 'share', null, 1500, { reason: 'no_closed' })] }) });
  assert.equal(figureOf(told, 'win_rate').value, '—');
  assert.equal(figureOf(told, 'win_rate').detail, 'нет закрытых сделок');
  assert.equal(figureOf(told, 'win_rate').change, null);
  const unheard = view({ card: card({ kpis: [kpi('won_sum', 'money', 5, 5), kpi('win_rate', 'share', null, 1, { reason: 'eclipse' })] }) });
  assert.equal(figureOf(unheard, 'win_rate').detail, 'пока нет данных');
});

test('an overdue task tells how late it is, several tell the oldest', () => {
  const alerts = (list) => view({ card: card({ entity: { type: 'leads', id: 5, alerts: list } }) }).alerts;
  assert.deepEqual(alerts([{ kind: 'overdue_task', task_id: 7, complete_till: NOW - 2 * DAY - 3600, count: 1 }]), [
    { kind: 'overdue_task', title: 'Задача просрочена', hint: 'Срок вышел 2 дн 1 ч назад' }
  ]);
  assert.equal(alerts([{ kind: 'overdue_task', complete_till: NOW - DAY, count: 3 }])[0].title, 'Просрочено задач: 3');
  assert.equal(alerts([{ kind: 'no_next_task' }])[0].title, 'Нет следующей задачи');
  assert.deepEqual(alerts([{ kind: 'of_the_future' }]), []);
});

test('the badge counts the overdue tasks of the manager, else of this entity', () => {
  const overdueHere = { type: 'leads', id: 5, alerts: [{ kind: 'overdue_task', complete_till: NOW - 5, count: 1 }] };
  assert.equal(view({}).badge, null);
  assert.equal(view({ card: card({ overdue: { count: 120, oldest: NOW - 5 } }) }).badge.text, '99+');
  assert.equal(view({ card: card({ entity: overdueHere }) }).badge.spoken, 'Просроченных задач: 1');
});

test('the footer tells the age of the numbers and what is not counted yet', () => {
  assert.equal(view({}).footer.age, 'последнее изменение 12 с назад');
  assert.equal(view({ card: card({ as_of: NOW - 1 }) }).footer.age, 'последнее изменение только что');
  assert.equal(view({ card: card({ as_of: NOW - 3700 }) }).footer.age, 'последнее изменение 1 ч назад');
  assert.equal(view({ card: card({ pending: 3 }) }).footer.pending, 'ещё не учтено изменений: 3');
});

test('a computer whose clock is slow shows no future', () => {
  assert.equal(view({ now: NOW - 5000 }).footer.age, 'последнее изменение только что');
});

test('what is not as usual is told with words and a way out', () => {
  const kinds = {
    not_found: 'connect', forbidden: null, unauthorized: 'retry', broken: 'retry'
  };
  for (const [failure, action] of Object.entries(kinds)) {
    const told = view({ card: null, failure });
    assert.equal(told.notice.kind, failure);
    assert.equal(told.notice.action, action);
    assert.ok(told.notice.text.length > 20);
    assert.equal(told.loading, false);
  }
  for (const state of ['reconnect_required', 'payment_required', 'blocked', 'rights_missing', 'uninstalled']) {
    const told = view({ card: card({ state }) });
    assert.equal(told.notice.kind, state);
    assert.ok(!told.notice.title.includes('notice.'));
    assert.ok(told.figures, 'the last known numbers stay');
    assert.equal(told.footer.live, false, 'and do not claim to be live');
  }
});

test('the first load is a skeleton and nothing else', () => {
  const told = view({ card: null });
  assert.equal(told.loading, true);
  assert.equal(told.notice, null);
  assert.equal(told.figures, null);
});

test('an account without a lead is greeted rather than filled with zeros', () => {
  const told = view({ card: card({ kpis: [kpi('won_sum', 'money', 0, 0), kpi('open_leads', 'count', 0, null)] }) });
  assert.equal(told.notice.kind, 'empty');
  assert.equal(told.figures, null);
});

test('an import tells how far it is', () => {
  const told = view({ card: card({ importing: { phase: 'leads', done: 1234 } }) });
  assert.equal(told.notice.kind, 'importing');
  assert.ok(plain(told.notice.text).startsWith('Загружено сделок: 1 234. '));
});

test('a short loss of the server is silent, a longer one is told with the time of the numbers', () => {
  assert.equal(view({ live: false, lostSince: NOW - 20 }).notice, null);
  const told = view({ live: false, lostSince: NOW - 60 });
  assert.equal(told.notice.kind, 'stale');
  assert.match(told.notice.text, /\d\d:\d\d/);
});

test('a number that grew while one looked shows by how much', () => {
  assert.equal(plain(figureOf(view({ gains: { won_sum: 15000000 } }), 'won_sum').gain.text), '+150 000 ₽');
  assert.equal(figureOf(view({ gains: { won_count: -1 } }), 'won_count').gain.text, '−1');
  assert.equal(figureOf(view({}), 'won_sum').gain, null);
});

test('every view speaks English as well', () => {
  const told = view({ card: card({ pending: 2, entity: { type: 'leads', id: 1, alerts: [{ kind: 'no_next_task' }] } }) }, 'en');
  assert.doesNotMatch(JSON.stringify({ ...told, links: null }), /[а-яё]/i);
});

test('a running import tells each kind that has begun, the time left, and draws the one at work', () => {
  const told = view({ card: card({ importing: importing() }) }).notice;
  assert.equal(plain(told.text), 'Сделки 100 %, задачи 100 %, события 35 %, звонки и письма 75 %. Осталось около 12 мин. Числа уточняются по мере загрузки, ждать не нужно.');
  assert.equal(told.share, 0.3567);
  const beginning = view({ card: card({ importing: { phase: 'leads', done: 0, kinds: [], left: null } }) }).notice;
  assert.equal(beginning.share, null);
  assert.match(beginning.text, /^Загружено сделок: 0\. /);
});

test('whatever stops the updates is told with the way back', () => {
  const actions = Object.fromEntries(
    ['reconnect_required', 'payment_required', 'blocked', 'rights_missing', 'rights_suspect', 'uninstalled']
      .map((state) => [state, view({ card: card({ state }) }).notice])
  );
  assert.equal(actions.reconnect_required.title, 'Нужно переподключить');
  assert.equal(actions.payment_required.title, 'Подписка закончилась');
  assert.equal(actions.rights_missing.title, 'Администратор потерял права');
  assert.deepEqual(Object.keys(actions).filter((state) => actions[state].action === 'connect'),
    ['reconnect_required', 'rights_missing', 'rights_suspect', 'uninstalled']);
});
