'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load, speaking } = require('./amd.js');
const { sight, states } = require('./answers.js');

const sparkline = load('lib/sparkline.js');
const layout = load('lib/layout.js');
const viewModel = load('lib/view_model.js');

test('the highest day fills the height and today stands apart', () => {
  const drawn = sparkline([0, 50, 100], 30, 10);
  assert.equal(drawn.past.match(/M/g).length, 2);
  assert.match(drawn.today, /V0h/);
});

test('a series without a single sale is not drawn', () => {
  assert.equal(sparkline([0, 0, 0], 30, 10), null);
  assert.equal(sparkline(null, 30, 10), null);
  assert.equal(sparkline([5], 30, 10), null);
});

function everyNode(nodes, visit) {
  nodes.forEach((node) => {
    visit(node);
    if (typeof node !== 'string') { everyNode(node.children, visit); }
  });
}

function laidOut(more) {
  const speech = { language: 'ru', say: speaking('ru'), links: { email: 'a@b.c', connect: 'https://pulse.example.com/oauth/start' } };
  return layout(viewModel(sight(more), speech));
}

test('every leaf is words and every class is ours', () => {
  Object.values(states()).forEach((state) => {
    everyNode(laidOut(state), (node) => {
      if (typeof node === 'string') { return; }
      assert.ok(!node.attributes.class || node.attributes.class.split(' ').every((name) => name.startsWith('pulse-')), node.attributes.class);
    });
  });
});

test('the skeleton has as many rows as the figures that replace it', () => {
  const rows = (nodes) => {
    let count = 0;
    everyNode(nodes, (node) => { count += node.attributes && node.attributes.class === 'pulse-row' ? 1 : 0; });
    return count;
  };
  assert.equal(rows(laidOut({ card: null })), 4);
});

test('an alert and a connect button tell assistive technology what they are', () => {
  const found = [];
  everyNode(laidOut({ card: null, failure: 'not_found' }), (node) => { if (node.tag === 'a') { found.push(node.attributes); } });
  assert.equal(found.length, 1);
  assert.equal(found[0].href, 'https://pulse.example.com/oauth/start');
  assert.equal(found[0].rel, 'noopener noreferrer');
});
