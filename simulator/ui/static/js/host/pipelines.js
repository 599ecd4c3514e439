/** Looks statuses up. 142 and 143 exist in every pipeline, so a status is known only with its pipeline. */
define(['host/bootstrap'], function (bootstrap) {
  const pipelines = bootstrap.pipelines;
  const unknown = { id: 0, name: '—', color: '#d6eaff' };

  const pipeline = (id) => pipelines.find((one) => one.id === id) || { id: 0, name: '—', statuses: [] };
  const status = (pipelineId, statusId) => pipeline(pipelineId).statuses.find((one) => one.id === statusId) || unknown;

  return { all: pipelines, pipeline, status, WON: 142, LOST: 143, UNSORTED: 1 };
});
