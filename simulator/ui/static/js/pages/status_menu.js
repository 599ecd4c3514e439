/** The lead's stage in the card's header: a bar of the pipeline, and the menu that moves the lead anywhere. */
define([
  'host/dom',
  'host/icons',
  'host/pipelines',
  'host/popup',
  'host/words',
  'host/bootstrap',
  'host/act',
], function ({ el, icon, fill }, icons, pipelines, popup, words, bootstrap, act) {
  function bar(lead) {
    const stages = pipelines.pipeline(lead.pipeline_id).statuses.filter((status) => status.id !== pipelines.LOST);
    const reached = stages.findIndex((status) => status.id === lead.status_id);
    const color = pipelines.status(lead.pipeline_id, lead.status_id).color;
    return el(
      'div.stage-bar',
      {},
      stages.map((status, index) =>
        el('span.stage-bar__part', {
          title: status.name,
          style: index <= reached || reached < 0 ? 'background:' + color : null,
        }),
      ),
    );
  }

  function reasons(menu, move) {
    fill(
      menu,
      el('div.popup__title', {}, words('choose_reason')),
      bootstrap.loss_reasons.map((reason) =>
        el(
          'button.popup__item',
          { type: 'button', 'data-reason': reason.id, onclick: () => move(reason.id) },
          reason.name,
        ),
      ),
      el(
        'button.popup__item.popup__item_quiet',
        { type: 'button', 'data-reason': '0', onclick: () => move(null) },
        words('no_reason'),
      ),
    );
  }

  return function stage(lead, again) {
    const status = pipelines.status(lead.pipeline_id, lead.status_id);

    async function move(pipelineId, statusId, reason) {
      const fields = { id: lead.id, pipeline_id: pipelineId, status_id: statusId };
      await act('change_lead', reason === undefined ? fields : { ...fields, loss_reason_id: reason });
      await again();
    }

    function choose(pipeline, chosen, menu) {
      if (chosen.id === pipelines.LOST) reasons(menu, (reason) => move(pipeline.id, chosen.id, reason));
      else move(pipeline.id, chosen.id);
    }

    function open() {
      const menu = popup.show(
        button,
        'wide',
        pipelines.all.map((pipeline) => [
          el('div.popup__title', {}, pipeline.name),
          pipeline.statuses
            .filter((one) => one.type !== 1)
            .map((one) => {
              const here = pipeline.id === lead.pipeline_id && one.id === lead.status_id;
              return el(
                'button.popup__item.popup__item_stage' + (here ? '.popup__item_on' : ''),
                {
                  type: 'button',
                  'data-pipeline': pipeline.id,
                  'data-status': one.id,
                  onclick: () => choose(pipeline, one, menu),
                },
                el('span.stage-dot', { style: 'background:' + one.color }),
                one.name,
              );
            }),
        ]),
      );
    }

    const button = el(
      'button.card-stage__button',
      { type: 'button', 'data-act': 'status', disabled: lead.is_deleted ? '' : null, onclick: open },
      el('span', {}, pipelines.pipeline(lead.pipeline_id).name),
      el('b', { 'data-shown': 'status' }, status.name),
      icon(icons.down),
    );
    return el('div.card-stage', {}, button, bar(lead));
  };
});
