'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./amd.js');
const { sync } = require('./answers.js');

global.window = global.window || {};
const SyncFeed = load('lib/sync_feed.js');

/** A feed whose questions and streams are in the test's hands. */
function feed(context, answers) {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const streams = [];
  class Stream {
    constructor(url) { Object.assign(this, { url, heard: {} }); streams.push(this); }
    addEventListener(name, listener) { this.heard[name] = listener; }
    close() { this.closed = true; }
  }
  const made = { asked: 0, painted: 0, streams };
  made.feed = new SyncFeed({
    ask: () => { made.asked += 1; return Promise.resolve().then(() => answers(made.asked)); },
    Stream, changed: () => { made.painted += 1; }
  });
  made.say = (version) => streams[0].heard.version({ data: JSON.stringify({ version }) });
  return made;
}

function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

test('one question, then one more for any number of announced versions', async (context) => {
  const made = feed(context, (number) => sync({ version: 16 + number }));
  made.feed.refresh();
  made.feed.refresh();
  await settled();
  assert.equal(made.asked, 1);
  made.streams[0].onopen();
  [17, 18, 19, 20].forEach(made.say);
  context.mock.timers.tick(1500);
  await settled();
  assert.equal(made.asked, 2);
  assert.equal(made.streams.length, 1);
  context.mock.timers.tick(600000);
  await settled();
  assert.equal(made.asked, 2);
});

test('a failure is shown and nothing is asked again by itself', async (context) => {
  const made = feed(context, () => { throw Object.assign(new Error('no'), { failure: 'not_found' }); });
  made.feed.refresh();
  await settled();
  assert.deepEqual(made.feed.sight, { told: null, failure: 'not_found' });
  context.mock.timers.tick(600000);
  assert.equal(made.asked, 1);
});

test('a closed pane asks nothing, hears nothing and paints nothing', async (context) => {
  const made = feed(context, () => sync());
  made.feed.refresh();
  await settled();
  made.say(99);
  made.feed.close();
  context.mock.timers.tick(5000);
  made.feed.refresh();
  await settled();
  assert.deepEqual([made.asked, made.streams[0].closed], [1, true]);
});
