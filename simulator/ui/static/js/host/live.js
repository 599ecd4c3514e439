/** What happens in the account, asked for every second; pages and socket channels listen. */
define(['jquery', 'host/server', 'host/sockets', 'host/bootstrap'], function ($, server, sockets, bootstrap) {
  const PERIOD_MS = 1000;
  const $ear = $({});
  let last = bootstrap.log_position;

  async function ask() {
    try {
      const answer = await server.get('/ajax/page/log?after=' + last);
      last = answer.last;
      if (answer.entries.length) {
        answer.entries.forEach(sockets.publish);
        $ear.trigger('entries', [answer.entries]);
      }
      $ear.trigger('clock', [answer.now]);
    } catch (error) {
      $ear.trigger('lost', [error.message]);
    }
    setTimeout(ask, PERIOD_MS);
  }

  return {
    start: ask,

    /** Call `callback(entries)` for what is new, until the returned function is called. */
    listen: function (callback) {
      const listener = (event, entries) => callback(entries);
      $ear.on('entries', listener);
      return () => $ear.off('entries', listener);
    },
  };
});
