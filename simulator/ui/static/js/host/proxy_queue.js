/** `crm_post`: through amoCRM's server, at most one request a second, in the order of asking. */
define(['jquery', 'host/trace'], function ($, trace) {
  const PAUSE_MS = 1000;
  let free = Promise.resolve();

  const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

  return function send(code, url, body, callback, type, onerror) {
    free = free.then(function () {
      trace.add(code, 'crm_post', url);
      $.ajax({
        url: '/ajax/widgets/crm_post',
        type: 'POST',
        data: { url: url, body: $.param(body || {}) },
        dataType: type || 'text',
      })
        .done(callback || $.noop)
        .fail(onerror || $.noop);
      return pause();
    });
  };
});
