'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load, speaking, plain } = require('./amd.js');

const createFormat = load('lib/format.js');

function format(language, more) {
  return createFormat({ language, currency: 'RUB', timezone: 'Europe/Moscow', narrow: false, ...more }, speaking(language));
}

test('money in hundredths is written in whole units of the currency', () => {
  assert.equal(plain(format('ru').money(145000000)), '1 450 000 ₽');
  assert.equal(format('en', { currency: 'USD' }).money(145000000), '$1,450,000');
  assert.equal(plain(format('ru').money(-150000)), '-1 500 ₽');
});

test('where there is little room only millions are shortened', () => {
  assert.equal(plain(format('ru', { narrow: true }).money(145000000)), '1,45 млн ₽');
  assert.equal(plain(format('ru', { narrow: true }).money(99999900)), '999 999 ₽');
});

test('a median is told in three digits', () => {
  assert.equal(plain(format('ru').about(16597423)), '166 000 ₽');
  assert.equal(plain(format('ru').about(950)), '10 ₽');
});

test('a share in hundredths of a percent keeps one decimal', () => {
  assert.equal(plain(format('ru').share(1573)), '15,7 %');
  assert.equal(format('en').share(10000), '100%');
});

test('a duration tells its two largest units', () => {
  const write = (seconds) => plain(format('ru').duration(seconds));
  assert.equal(write(3 * 86400 + 4 * 3600 + 59), '3 дн 4 ч');
  assert.equal(write(3 * 86400 + 59 * 60), '3 дн');
  assert.equal(write(3600 + 5 * 60), '1 ч 5 мин');
  assert.equal(write(12 * 60 + 30), '12 мин');
  assert.equal(write(45), '45 с');
  assert.equal(write(0), '0 с');
  assert.equal(write(-5), '0 с');
});

test('a moment of today is a time in the zone of the account, another one has its date', () => {
  const noon = Date.UTC(2025, 10, 14, 9, 5) / 1000;
  assert.equal(format('ru').moment(noon, noon + 60), '12:05');
  assert.equal(plain(format('ru').moment(noon - 86400, noon)), '13 нояб., 12:05');
});
