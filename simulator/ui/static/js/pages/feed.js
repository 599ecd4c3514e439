/** The middle of a card: what happened day by day, then the open tasks, then the composer. */
define(['host/dom', 'host/words', 'host/format', 'pages/feed_words', 'pages/tasks', 'pages/composer'], function (
  { el },
  words,
  format,
  said,
  tasks,
  composer,
) {
  function note(entry) {
    return el(
      'div.feed-note',
      {},
      el('span.avatar.avatar_small', {}, format.initials(format.user(entry.created_by))),
      el(
        'div',
        {},
        el('div.feed-note__head', {}, format.clock(entry.created_at) + ' · ' + format.user(entry.created_by)),
        el('div.feed-note__text', {}, entry.text),
      ),
    );
  }

  const line = (entry) =>
    el(
      'div.feed-line',
      {},
      el('time', {}, format.clock(entry.created_at)),
      ' ',
      el('span.feed-line__who', {}, format.user(entry.created_by)),
      ' ',
      said(entry),
    );

  function byDays(entries, now) {
    let day = '';
    return entries.map(function (entry) {
      const today = format.day(entry.created_at);
      const heading =
        today === day
          ? null
          : el('div.feed-day', {}, el('span', {}, today === format.day(now) ? words('today') : today));
      day = today;
      return [heading, entry.is_note ? note(entry) : line(entry)];
    });
  }

  return function drawFeed(kind, read, again) {
    const scroll = el(
      'div.feed-scroll.custom-scroll',
      {},
      el('div.feed-list', {}, read.feed.length ? byDays(read.feed, read.now) : el('div.empty', {}, words('no_events'))),
    );
    // Newest at the foot, as in amoCRM; the list has its height only once it stands in the page.
    requestAnimationFrame(() => {
      scroll.scrollTop = scroll.scrollHeight;
    });
    return [
      scroll,
      el(
        'div.feed-tasks.custom-scroll',
        {},
        read.tasks.map((task) => tasks.drawTask(task, read.now, again)),
      ),
      composer(kind, read.entity.id, again),
    ];
  };
});
