/** Money, moments and names as a person reads them, in the account's currency and time zone. */
define(['host/bootstrap', 'host/words'], function (bootstrap, words) {
  const locale = bootstrap.lang === 'en' ? 'en-GB' : 'ru-RU';
  const zone = { timeZone: bootstrap.account.timezone };
  const day = new Intl.DateTimeFormat(locale, { ...zone, day: '2-digit', month: '2-digit', year: 'numeric' });
  const clock = new Intl.DateTimeFormat(locale, { ...zone, hour: '2-digit', minute: '2-digit' });
  const seconds = new Intl.DateTimeFormat(locale, { ...zone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const amount = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: bootstrap.account.currency,
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 0,
  });
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const users = Object.fromEntries(bootstrap.users.map((user) => [user.id, user]));

  const moment = (unix) => new Date(unix * 1000);

  return {
    number: (value) => whole.format(value || 0),
    money: (price) => (price === null || price === undefined ? '—' : amount.format(price)),
    day: (unix) => day.format(moment(unix)),
    clock: (unix) => clock.format(moment(unix)),
    seconds: (unix) => seconds.format(moment(unix)),
    moment: (unix) => day.format(moment(unix)) + ' ' + clock.format(moment(unix)),
    user: (id) => (id === 0 ? words('robot') : (users[id] || { name: words('unknown') }).name),
    initials: (name) =>
      name
        .split(/\s+/)
        .slice(0, 2)
        .map((part) => part[0] || '')
        .join('')
        .toUpperCase(),
  };
});
