'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./amd.js');
const { card } = require('./answers.js');

const Feed = load('lib/feed.js');

/** Stands for the browser's EventSource: the test speaks for the server. */
class Stream {
  static CLOSED = 2;
  static opened = [];

  constructor(url) {
    this.url = url;
    this.readyState = 0;
    this.listeners = {};
    Stream.opened.push(this);
  }

  addEventListener(name, listener) { this.listeners[name] = listener; }

  close() { this.readyState = Stream.CLOSED; }

  announce(version) { this.listeners.version({ data: JSON.stringify({ version }) }); }

  refuse() { this.readyState = Stream.CLOSED; this.onerror(); }
}

/** A feed whose questions are answered by hand: answer(card) or refuse(failure) settles the oldest one. */
function asking(t) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  Stream.opened = [];
  const waiting = [];
  const feed = new Feed({
    Stream, period: 'month', changed: () => {},
    ask: (period) => new Promise((resolve, reject) => waiting.push({ period, resolve, reject }))
  });
  const settled = async (action) => { action(waiting.shift()); await new Promise(setImmediate); };
  return {
    feed, waiting,
    answer: (more) => settled((question) => question.resolve(card(more))),
    refuse: (failure) => settled((question) => question.reject(Object.assign(new Error(failure), { failure }))),
    pass: (milliseconds) => t.mock.timers.tick(milliseconds)
  };
}

test('many announcements at once cause one question', async (t) => {
  const { feed, waiting, answer, pass } = asking(t);
  feed.refresh();
  await answer({ version: 17 });
  const [stream] = Stream.opened;
  stream.announce(18);
  stream.announce(19);
  stream.announce(20);
  pass(1500);
  assert.equal(waiting.length, 1);
  await answer({ version: 20 });
  pass(60000);
  assert.equal(waiting.length, 0);
});

test('while changes rain a card asks twice a second at most', async (t) => {
  const { feed, waiting, answer, pass } = asking(t);
  feed.refresh();
  await answer({ version: 1 });
  let asked = 0;
  for (let version = 2; version < 102; version += 1) {
    Stream.opened[0].announce(version);
    pass(100);
    if (waiting.length > 0) { asked += 1; await answer({ version }); }
  }
  assert.ok(asked >= 12 && asked <= 20, String(asked));
});

test('a version that is shown already causes no question', async (t) => {
  const { feed, waiting, answer, pass } = asking(t);
  feed.refresh();
  await answer({ version: 17 });
  Stream.opened[0].announce(17);
  pass(60000);
  assert.equal(waiting.length, 0);
});

test('a version announced while an answer was on its way is asked for afterwards', async (t) => {
  const { feed, waiting, answer, pass } = asking(t);
  feed.refresh();
  await answer({ version: 17 });
  Stream.opened[0].announce(18);
  pass(1500);
  Stream.opened[0].announce(19);
  await answer({ version: 18 });
  pass(1500);
  assert.equal(waiting.length, 1);
});

test('a server that answers an older version than it announced is not asked in circles', async (t) => {
  const { feed, waiting, answer, pass } = asking(t);
  feed.refresh();
  await answer({ version: 17 });
  Stream.opened[0].announce(18);
  pass(1500);
  await answer({ version: 17 });
  pass(60000);
  assert.equal(waiting.length, 0);
});

test('a refused ticket is replaced by a new one', async (t) => {
  const { feed, waiting, answer, pass } = asking(t);
  feed.refresh();
  await answer({});
  Stream.opened[0].refuse();
  assert.equal(feed.sight.live, false);
  pass(3000);
  assert.equal(waiting.length, 1);
  await answer({ live: { url: 'https://pulse.example.com/live?ticket=2', expires_at: 0 } });
  assert.equal(Stream.opened[1].url, 'https://pulse.example.com/live?ticket=2');
  Stream.opened[1].onopen();
  assert.equal(feed.sight.live, true);
});

test('a stream that lost touch is replaced as soon as an answer comes', async (t) => {
  const { feed, answer } = asking(t);
  feed.refresh();
  await answer({});
  Stream.opened[0].onopen();
  Stream.opened[0].onerror();
  t.mock.timers.tick(60000);
  assert.equal(feed.sight.live, false);
  feed.retry();
  await answer({ live: { url: 'https://pulse.example.com/live?ticket=3', expires_at: 0 } });
  assert.equal(Stream.opened[0].readyState, Stream.CLOSED);
  assert.equal(Stream.opened[1].url, 'https://pulse.example.com/live?ticket=3');
  assert.ok(Math.floor(Date.now() / 1000) - feed.sight.lostSince < 1, 'the numbers are of now');
});

test('a broken server keeps the numbers and is asked ever more seldom', async (t) => {
  const { feed, waiting, answer, refuse, pass } = asking(t);
  feed.refresh();
  await answer({ live: null });
  feed.refresh();
  await refuse('broken');
  assert.ok(feed.sight.card);
  assert.notEqual(feed.sight.lostSince, null);
  const waits = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    let waited = 0;
    while (waiting.length === 0) { pass(500); waited += 500; }
    waits.push(waited);
    await refuse('broken');
  }
  assert.ok(waits[0] <= 4500 && waits[7] >= 60000, String(waits));
});

test('a card that may not be seen any more is taken away and not asked for again', async (t) => {
  const { feed, waiting, answer, refuse, pass } = asking(t);
  feed.refresh();
  await answer({});
  feed.refresh();
  await refuse('forbidden');
  assert.equal(feed.sight.card, null);
  assert.equal(feed.sight.failure, 'forbidden');
  assert.equal(Stream.opened[0].readyState, Stream.CLOSED);
  pass(600000);
  assert.equal(waiting.length, 0);
});

test('nobody looks: no stream, no question, and a late answer changes nothing', async (t) => {
  const { feed, waiting, answer, pass } = asking(t);
  feed.refresh();
  await answer({ version: 17 });
  Stream.opened[0].announce(18);
  pass(1500);
  feed.pause();
  await answer({ version: 18 });
  assert.equal(feed.sight.card.version, 17);
  assert.equal(Stream.opened[0].readyState, Stream.CLOSED);
  pass(600000);
  assert.equal(waiting.length, 0);
  feed.resume();
  assert.equal(waiting.length, 1);
});

test('the answer for a period that was left is not shown', async (t) => {
  const { feed, waiting, answer } = asking(t);
  feed.refresh();
  feed.choose('week');
  await answer({ period: { key: 'month', from: 0, to: 1 } });
  assert.equal(feed.sight.card, null);
  assert.equal(waiting[0].period, 'week');
});

test('changes that follow each other closely are told as one', async (t) => {
  const { feed, answer, pass } = asking(t);
  const wonCount = (value) => card().kpis.map((kpi) => (kpi.key === 'won_count' ? { ...kpi, value } : kpi));
  feed.refresh();
  await answer({ version: 17 });
  for (const value of [13, 14, 14]) {
    feed.refresh();
    await answer({ kpis: wonCount(value) });
    pass(1500);
  }
  assert.deepEqual(feed.sight.gains, { won_count: 2 });
  pass(3000);
  assert.deepEqual(feed.sight.gains, {});
  feed.refresh();
  await answer({ kpis: wonCount(15) });
  assert.deepEqual(feed.sight.gains, { won_count: 1 });
});

test('gains are told for the same manager and period only, and fade', async (t) => {
  const { feed, answer, pass } = asking(t);
  const grown = card().kpis.map((kpi) => (kpi.key === 'won_count' ? { ...kpi, value: 13 } : kpi));
  feed.refresh();
  await answer({ version: 17 });
  feed.refresh();
  await answer({ version: 18, kpis: grown });
  assert.deepEqual(feed.sight.gains, { won_count: 1 });
  pass(5000);
  assert.deepEqual(feed.sight.gains, {});
  feed.refresh();
  await answer({ version: 19, manager: { id: 2, name: 'Борис' } });
  assert.deepEqual(feed.sight.gains, {});
});
