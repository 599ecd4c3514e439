'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load, speaking, plain } = require('./amd.js');
const { NOW, sync, importing } = require('./answers.js');

const syncView = load('lib/sync_view.js');

function view(told, failure = null, language = 'ru') {
  return syncView({ told, failure, now: NOW }, { language, say: speaking(language) });
}

function fact(told, key) {
  const found = view(told).facts.find((each) => each.key === key);
  return found && plain(found.text);
}

test('an administrator reads what came without a webhook and when everything was proved last', () => {
  assert.equal(fact(sync(), 'drift'), 'За сутки пришло без вебхука: 7, исправлено');
  assert.match(fact(sync(), 'proof'), /^Последняя сверка .*: 12 345 чисел, все верны$/);
  assert.equal(fact(sync(), 'users'), 'Видно 9 из 9 пользователей');
  assert.equal(fact(sync(), 'pending'), undefined);
  assert.equal(fact(sync({ pending: 3 }), 'pending'), 'Ещё не учтено изменений: 3');
});

test('what is not as it should be carries another tone', () => {
  const tones = (more) => Object.fromEntries(view(sync(more)).facts.map((each) => [each.key, each.tone]));
  assert.deepEqual(tones({}), { drift: 'good', proof: 'good', hooks: 'good', users: 'good' });
  const worse = tones({
    users: { seen: 8, of: 9 }, hooks: { state: 'refused', reason: 'payment_required', checked_at: NOW },
    proof: { at: NOW - 60, cells: 5, differed: 2 }
  });
  assert.deepEqual(worse, { drift: 'good', proof: 'warn', hooks: 'warn', users: 'warn' });
  assert.equal(tones({ proof: null }).proof, 'quiet');
});

test('a manager reads the state only', () => {
  const brief = { detail: 'brief', state: 'active', words: { title: 'a', text: 'b', action: null }, as_of: NOW, importing: null };
  assert.deepEqual(view(brief).facts, []);
  assert.equal(view(brief).title, 'a');
});

test('an import shows every kind with its share and the time left, and nothing of what it cannot name', () => {
  const told = view(sync({ importing: importing() }));
  assert.equal(told.tone, 'busy');
  assert.deepEqual(told.importing.kinds.map((each) => [each.key, plain(each.rows), plain(each.text)]), [
    ['leads', '100 250', '100 %'], ['tasks', '41 200', '100 %'], ['events', '12 345', '35 %'],
    ['notes', '900', '75 %'], ['unsorted', '', 'ждёт']
  ]);
  assert.equal(told.importing.left, 'Осталось около 12 мин');
  assert.deepEqual(told.facts.map((each) => each.key), ['hooks', 'users']);
  assert.equal(told.connect, null);
});

test('an account that must be connected again offers the button, a healthy one only the link', () => {
  const broken = sync({ state: 'reconnect_required', words: { title: 'a', text: 'b', action: 'connect' }, importing: importing() });
  assert.equal(view(broken).connect, 'button');
  assert.equal(view(broken).importing, null);
  assert.deepEqual(view(broken).facts.map((each) => each.key), ['proof']);
  assert.equal(view(sync()).connect, 'link');
});

test('without an answer the pane says why', () => {
  assert.equal(view(null).title, 'Проверяем подключение…');
  assert.equal(view(null, 'not_found').connect, 'button');
  assert.equal(view(null, 'broken', 'en').title, 'The connection could not be checked');
});

test('an account without hooks is not praised for what its hooks brought', () => {
  const refused = sync({ hooks: { state: 'refused', reason: 'payment_required', checked_at: NOW }, drift: { healed: 0 } });
  assert.equal(fact(refused, 'drift'), undefined);
  assert.equal(fact(sync({ drift: { healed: 0 } }), 'drift'), 'За сутки всё пришло вебхуками, исправлять было нечего');
});
