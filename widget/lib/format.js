/** Numbers, money and time as a person of the given language writes them. Pure. */
define([], function () {
  'use strict';

  const MINUTE = 60;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const MILLION = 1000000;
  const UNITS = [['day', DAY], ['hour', HOUR], ['minute', MINUTE], ['second', 1]];

  /**
   * @param {{language: string, currency: string, timezone: string, narrow: boolean}} manner
   * @param {function} say
   */
  function createFormat(manner, say) {
    const number = function (value, options) {
      return new Intl.NumberFormat(manner.language, options).format(value);
    };

    /** @param {number} hundredths - 145000000 is 1 450 000 ₽; millions are shortened where there is little room */
    function money(hundredths) {
      const options = {
        style: 'currency', currency: manner.currency, currencyDisplay: 'narrowSymbol', maximumFractionDigits: 0
      };
      if (manner.narrow && Math.abs(hundredths) >= MILLION * 100) {
        options.notation = 'compact';
        delete options.maximumFractionDigits;
        options.maximumSignificantDigits = 3;
      }
      return number(hundredths / 100, options);
    }

    /** Money that is known only to within two percent, such as a median: three digits say enough. */
    function about(hundredths) {
      const scale = Math.pow(10, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(hundredths)))) - 2));
      return money(Math.round(hundredths / scale) * scale);
    }

    function count(value) {
      return number(value);
    }

    /** @param {number} hundredths - of a percent: 1573 is 15,7 % */
    function share(hundredths) {
      return number(hundredths / 10000, { style: 'percent', maximumFractionDigits: 1 });
    }

    /** The two largest units that matter: «3 дн 4 ч», «12 мин»; seconds only below a minute. */
    function duration(seconds) {
      const whole = Math.max(0, Math.floor(seconds));
      const first = UNITS.findIndex(function (unit) { return whole >= unit[1]; });
      if (first < 0) { return say('unit.second', { value: 0 }); }
      const parts = [amount(whole, first)];
      const rest = whole % UNITS[first][1];
      if (first < 2 && rest >= UNITS[first + 1][1]) { parts.push(amount(rest, first + 1)); }
      return parts.join(' ');
    }

    function amount(seconds, unit) {
      return say('unit.' + UNITS[unit][0], { value: number(Math.floor(seconds / UNITS[unit][1])) });
    }

    /** One unit only, for ages that stand inside a sentence. */
    function age(seconds) {
      const whole = Math.max(0, Math.floor(seconds));
      const unit = UNITS.findIndex(function (each) { return whole >= each[1]; });
      return amount(whole, unit < 0 ? UNITS.length - 1 : unit);
    }

    /** A moment of the account's clock: the time today, with the date otherwise. */
    function moment(at, now) {
      const day = { day: 'numeric', month: 'short', timeZone: manner.timezone };
      const time = { hour: '2-digit', minute: '2-digit', timeZone: manner.timezone };
      const dayOf = new Intl.DateTimeFormat(manner.language, day);
      const today = dayOf.format(at * 1000) === dayOf.format(now * 1000);
      return new Intl.DateTimeFormat(manner.language, today ? time : Object.assign(day, time)).format(at * 1000);
    }

    function value(amountOf, unit) {
      const writers = { money: money, count: count, share: share, seconds: duration };
      return (writers[unit] || count)(amountOf);
    }

    return {
      money: money, about: about, count: count, share: share, duration: duration, age: age, moment: moment,
      value: value, number: number
    };
  }

  return createFormat;
});
