/** One entry of the live log in words: who, what, and which entity to open. */
define(['host/words', 'host/format', 'host/pipelines'], function (words, format, pipelines) {
  function said(entry) {
    if (entry.code === 'status_lead')
      return words('log_status', pipelines.status(entry.pipeline_id, entry.status_id).name);
    if (entry.code === 'responsible_lead') return words('log_responsible', format.user(entry.responsible_user_id));
    if (entry.code === 'update_lead' && entry.price_changed) return words('log_price', format.money(entry.price));
    if (entry.entity === 'tasks') return words(entry.completed ? 'log_task_completed' : 'log_task_' + entry.action);
    if (entry.action === 'note') return words(entry.is_call ? 'log_call' : 'log_note');
    return words('log_' + entry.action);
  }

  return {
    said: said,
    tone: (entry) => {
      if (entry.code === 'status_lead' && entry.status_id === pipelines.WON) return 'won';
      if (entry.code === 'status_lead' && entry.status_id === pipelines.LOST) return 'lost';
      return 'plain';
    },
    /** A save that moves or hands over is told by its own entry; the bare «changed» beside it says nothing new. */
    isNews: (entry) => entry.code !== 'update_lead' || entry.price_changed || entry.plain,
    path: (entry) => '/' + entry.entity_type + '/detail/' + entry.entity_id,
  };
});
