/** The line at the foot of the feed: a note, or a task with its deadline. */
define(['host/dom', 'host/icons', 'host/words', 'host/popup', 'host/act', 'pages/tasks'], function (
  { el, icon, fill },
  icons,
  words,
  popup,
  act,
  tasks,
) {
  return function composer(kind, id, again) {
    const root = el('div.feed-compose');
    const text = el('input.feed-compose__text', {
      onkeydown: (event) => {
        if (event.key === 'Enter') send();
      },
    });
    let mode = 'note';
    let deadline = { when: 'tomorrow' };
    let deadlineWords = words('tomorrow');

    async function send() {
      const target = { entity_type: kind, entity_id: id, text: text.value };
      if (mode === 'note' && !text.value.trim()) return;
      const done = await act(
        mode === 'note' ? 'add_note' : 'create_task',
        mode === 'note' ? target : { ...target, ...deadline },
      );
      if (!done) return;
      text.value = '';
      text.blur();
      await again();
    }

    function choose(value, label) {
      deadline = value;
      deadlineWords = label;
      popup.close();
      draw();
    }

    function tab(name) {
      return el(
        'button.feed-compose__tab' + (mode === name ? '.feed-compose__tab_on' : ''),
        {
          type: 'button',
          'data-compose': name,
          onclick: () => {
            mode = name;
            draw();
            text.focus();
          },
        },
        words(name),
      );
    }

    function draw() {
      text.placeholder = words(mode + '_placeholder');
      const when = el(
        'button.feed-compose__when',
        {
          type: 'button',
          'data-act': 'new-deadline',
          onclick: () => popup.show(when, 'up', tasks.deadlines(choose)),
        },
        icon(icons.clock),
        deadlineWords,
      );
      fill(
        root,
        el('div.feed-compose__quick-actions-wrapper', {}, tab('note'), tab('task')),
        text,
        mode === 'task' ? el('div.popup-place', {}, when) : null,
        el(
          'button.button-small.button-small_blue',
          { type: 'button', 'data-act': 'send', onclick: send },
          words(mode === 'note' ? 'add_note' : 'add_task'),
        ),
      );
    }

    draw();
    return root;
  };
});
