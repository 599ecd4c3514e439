/** Texts of the user's language with their {placeholders} filled in. */
define([], function () {
  'use strict';

  /**
   * @param {function(string): (string|undefined)} lookup - the widget's own i18n(); dotted keys
   * @returns {function(string, Object=): string} say(key, values); an unknown key is said as it is
   */
  function createSay(lookup) {
    return function say(key, values) {
      const text = lookup(key) || key;
      return text.replace(/\{(\w+)\}/g, function (whole, name) {
        return values && values[name] !== undefined ? String(values[name]) : whole;
      });
    };
  }

  return createSay;
});
