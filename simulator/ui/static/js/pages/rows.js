/** The tables of the lists. */
define(['host/dom', 'host/words', 'host/format', 'host/pipelines', 'pages/fields'], function (
  { el },
  words,
  format,
  pipelines,
  fields,
) {
  /** A row that has just changed is lit for a moment. */
  const FRESH_SECONDS = 2;

  const cell = (className, ...children) => el('div.list-row__cell' + (className ? '.' + className : ''), {}, children);
  const head = (...titles) =>
    el(
      'div.list-row.list-row_head',
      {},
      el('div.list-row__tick'),
      titles.map((title) => cell('', title)),
    );

  function tickBox(row, ticked, tick) {
    return el(
      'label.list-row__tick',
      {},
      el('input', {
        type: 'checkbox',
        'data-row': row.id,
        checked: ticked.has(row.id),
        'aria-label': row.name,
        onchange: (event) => tick(row.id, event.target.checked),
      }),
    );
  }

  function nearest(task, now) {
    if (!task) return cell('list-row__task_none', words('no_task'));
    return cell(task.complete_till < now ? 'list-row__task_late' : '', format.moment(task.complete_till));
  }

  function lead(row, answer, ticked, tick) {
    const status = pipelines.status(row.pipeline_id, row.status_id);
    const fresh = row.updated_at > answer.now - FRESH_SECONDS ? '.list-row_fresh' : '';
    return el(
      'div.list-row' + fresh,
      { 'data-id': row.id },
      tickBox(row, ticked, tick),
      cell(
        'list-row__name',
        fields.entityLink('leads', row),
        row.contact ? el('div.list-row__second', {}, row.contact.name) : null,
      ),
      cell('', el('span.stage-tag', { style: 'background:' + status.color }, status.name)),
      cell('list-row__number', format.money(row.price)),
      cell('', format.user(row.responsible_user_id)),
      nearest(row.task, answer.now),
    );
  }

  const leads = (answer, ticked, tick) => [
    head(words('lead'), words('status'), words('price'), words('responsible'), words('next_task')),
    answer.rows.map((row) => lead(row, answer, ticked, tick)),
  ];

  const people = (kind) => (answer, ticked, tick) => [
    head(words(kind === 'contacts' ? 'contact' : 'company'), words('responsible'), words('leads'), words('created')),
    answer.rows.map((row) =>
      el(
        'div.list-row.list-row_people',
        { 'data-id': row.id },
        tickBox(row, ticked, tick),
        cell('list-row__name', fields.entityLink(kind, row)),
        cell('', format.user(row.responsible_user_id)),
        cell('list-row__number', row.leads),
        cell('', format.day(row.created_at)),
      ),
    ),
  ];

  return { leads, contacts: people('contacts'), companies: people('companies') };
});
