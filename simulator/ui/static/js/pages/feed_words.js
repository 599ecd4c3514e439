/** An event or a note of the feed in words. */
define(['host/words', 'host/format', 'host/pipelines'], function (words, format, pipelines) {
  const first = (values, key) => ((values || [])[0] || {})[key] || {};
  const stageName = (value) => pipelines.status(value.pipeline_id, value.id).name;

  const pair = {
    lead_status_changed: (event) =>
      [first(event.value_before, 'lead_status'), first(event.value_after, 'lead_status')].map(stageName),
    entity_responsible_changed: (event) =>
      [first(event.value_before, 'responsible_user'), first(event.value_after, 'responsible_user')].map((owner) =>
        format.user(owner.id || 0),
      ),
    sale_field_changed: (event) =>
      [first(event.value_before, 'sale_field_value'), first(event.value_after, 'sale_field_value')].map((value) =>
        format.money(value.sale),
      ),
    task_deadline_changed: (event) =>
      [first(event.value_before, 'task_deadline'), first(event.value_after, 'task_deadline')].map((value) =>
        value.timestamp ? format.moment(value.timestamp) : '—',
      ),
  };

  return function said(event) {
    const values = event.type in pair ? pair[event.type](event) : [];
    const text = words.has(event.type) ? words(event.type, ...values) : event.type;
    return event.text ? text + ': ' + event.text : text;
  };
});
