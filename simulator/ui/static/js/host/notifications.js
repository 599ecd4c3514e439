/** APP.notifications: toasts at the bottom left; a dismissed error is remembered in a cookie, as in amoCRM. */
define(['host/dom', 'host/icons', 'host/trace', 'host/format'], function ({ el, icon }, icons, trace, format) {
  const SHOWN_MS = 12000;

  function place() {
    return document.getElementById('notifications') || document.body.appendChild(el('div#notifications.notifications'));
  }

  function toast(kind, message, onclose) {
    const card = el(
      'div.notification.notification_' + kind,
      { role: kind === 'error' ? 'alert' : 'status' },
      el(
        'div.notification__header',
        {},
        message.header || '',
        message.date ? el('time', {}, format.clock(message.date)) : null,
      ),
      el('div.notification__text', {}, message.text || ''),
      message.link
        ? el('a.notification__link', { href: message.link, target: '_blank', rel: 'noreferrer' }, message.link)
        : null,
      el(
        'button.notification__close',
        {
          'aria-label': '×',
          onclick: () => {
            card.remove();
            if (onclose) onclose();
          },
        },
        icon(icons.close),
      ),
    );
    place().append(card);
    trace.add('APP.notifications', kind, (message.header || '') + ': ' + (message.text || ''));
    setTimeout(() => card.remove(), SHOWN_MS);
  }

  const cookieOf = (message) =>
    'notification_' +
    encodeURIComponent((message.header || '') + message.text)
      .replace(/\W/g, '')
      .slice(0, 60);

  function addError(message, callbacks) {
    const answers = callbacks || {};
    const cookie = cookieOf(message);
    if (!document.cookie.includes(cookie + '=1')) {
      toast('error', message, () => {
        document.cookie = cookie + '=1; path=/';
      });
    }
    if (answers.done) answers.done();
    if (answers.always) answers.always();
  }

  function addCall(call) {
    toast('call', { header: call.from + ' → ' + call.to, text: call.text, date: call.date, link: call.link });
  }

  return {
    show_message: (message) => toast('message', message),
    show_message_error: (message) => toast('error', message),
    show_notification: (message) => toast(message.type || 'message', { ...message.text, date: message.date }),
    add_error: addError,
    add_call: addCall,
  };
});
