/** The filters above the leads: manager, stage of a pipeline, words of the name. `query()` is their part of the address. */
define(['host/dom', 'host/bootstrap', 'host/words', 'host/pipelines'], function ({ el }, bootstrap, words, pipelines) {
  const option = (value, text) => el('option', { value }, text);

  return function filters(onchange) {
    const user = el(
      'select.plain-select.filter',
      { 'data-filter': 'user', onchange },
      option('', words('all_managers')),
      bootstrap.users.filter((one) => one.role !== 'free').map((one) => option(one.id, one.name)),
    );
    const status = el(
      'select.plain-select.filter',
      { 'data-filter': 'status', onchange },
      option('open', words('open_only')),
      option('', words('all_statuses')),
      pipelines.all.map((pipeline) =>
        el(
          'optgroup',
          { label: pipeline.name },
          pipeline.statuses.map((one) => option(pipeline.id + ':' + one.id, one.name)),
        ),
      ),
    );
    const name = el('input.filter.filter_name', {
      type: 'search',
      placeholder: words('search'),
      'data-filter': 'name',
      oninput: onchange,
    });
    return {
      element: el('div.filters', {}, name, user, status),
      query: () => '&' + new URLSearchParams({ user: user.value, status: status.value, name: name.value }),
    };
  };
});
