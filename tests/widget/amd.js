/** Loads the widget's AMD modules as RequireJS does in amoCRM, and the texts they speak. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const WIDGET = path.join(__dirname, '..', '..', 'widget');
const loaded = new Map();

function load(name) {
  const file = path.join(WIDGET, name);
  if (!loaded.has(file)) {
    const define = (names, make) => {
      loaded.set(file, make(...names.map((each) => load(path.join(path.dirname(name), each)))));
    };
    new Function('define', fs.readFileSync(file, 'utf8'))(define);
  }
  return loaded.get(file);
}

/** say() of a language, with the texts that the archive ships. */
function speaking(language) {
  const texts = JSON.parse(fs.readFileSync(path.join(WIDGET, 'i18n', `${language}.json`), 'utf8'));
  return load('lib/words.js')((key) => key.split('.').reduce((texts, part) => texts && texts[part], texts));
}

/** Numbers are written with spaces that do not break; tests write plain ones. */
function plain(text) {
  return text.replace(/[\u00a0\u202f\u2009]/g, ' ');
}

module.exports = { load, speaking, plain };
