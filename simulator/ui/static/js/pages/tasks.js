/** Open tasks at the foot of the feed: complete one, or move its deadline. */
define(['host/dom', 'host/icons', 'host/words', 'host/format', 'host/bootstrap', 'host/popup', 'host/act'], function (
  { el, icon },
  icons,
  words,
  format,
  bootstrap,
  popup,
  act,
) {
  /** Quick deadlines; the server reads `when` by the account's clock and zone. */
  const WHEN = ['in_hour', 'tomorrow', 'in_week', 'yesterday'];

  /** Buttons for the quick deadlines and an input for any other; `choose` gets the words for the server. */
  function deadlines(choose) {
    const input = el('input.text-input.text-input_small', { type: 'datetime-local', 'data-act': 'deadline' });
    return [
      WHEN.map((when) =>
        el(
          'button.popup__item',
          { type: 'button', 'data-when': when, onclick: () => choose({ when }, words(when)) },
          words(when),
        ),
      ),
      el(
        'div.popup__row',
        {},
        input,
        el(
          'button.link-button',
          {
            type: 'button',
            onclick: () => {
              if (input.value) choose({ local: input.value }, input.value.replace('T', ' '));
            },
          },
          words('save'),
        ),
      ),
    ];
  }

  function typeName(task) {
    const type = bootstrap.task_types.find((one) => one.id === task.task_type_id);
    return type ? type.name : words('task');
  }

  function drawTask(task, now, again) {
    const late = task.complete_till < now;
    const complete = async () => {
      await act('complete_task', { id: task.id });
      await again();
    };
    const move = el(
      'button.link-button',
      {
        type: 'button',
        'data-act': 'reschedule',
        onclick: () =>
          popup.show(
            move,
            'up',
            deadlines(async (deadline) => {
              await act('move_deadline', { id: task.id, ...deadline });
              await again();
            }),
          ),
      },
      words('reschedule'),
    );
    return el(
      'div.feed-task' + (late ? '.feed-task_late' : ''),
      { 'data-task': task.id },
      el('div.feed-task__mark', {}, icon(late ? icons.clock : icons.task)),
      el(
        'div.feed-task__body',
        {},
        el(
          'div.feed-task__head',
          {},
          el('b.feed-task__deadline', {}, (late ? words('overdue') + ' · ' : '') + format.moment(task.complete_till)),
          ' ',
          words('for_whom', format.user(task.responsible_user_id)),
        ),
        el('div.feed-task__text', {}, el('span.feed-task__type', {}, typeName(task)), ' ', task.text),
      ),
      el(
        'div.feed-task__acts',
        {},
        el('button.button-small', { type: 'button', 'data-act': 'complete', onclick: complete }, words('complete')),
        el('div.popup-place', {}, move),
      ),
    );
  }

  return { drawTask, deadlines };
});
