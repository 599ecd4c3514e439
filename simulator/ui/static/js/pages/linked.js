/** Contact and company cards: the person or firm and the leads that hang on it. */
define([
  'host/dom',
  'host/icons',
  'host/words',
  'host/format',
  'host/pipelines',
  'host/act',
  'pages/card',
  'pages/fields',
  'pages/feed',
], function ({ el, icon }, icons, words, format, pipelines, act, drawCard, fields, drawFeed) {
  function leadLine(lead) {
    const status = pipelines.status(lead.pipeline_id, lead.status_id);
    return el(
      'div.linked-lead',
      {},
      fields.entityLink('leads', lead),
      el(
        'div.linked-lead__line',
        {},
        el('span.stage-tag', { style: 'background:' + status.color }, status.name),
        el('span', {}, format.money(lead.price)),
      ),
    );
  }

  function drawForm(kind, read, again) {
    const entity = read.entity;
    const command = kind === 'contacts' ? 'change_contact' : 'change_company';
    const change = async (values) => {
      await act(command, { id: entity.id, ...values });
      await again();
    };
    return [
      el(
        'div.card-header',
        {},
        el(
          'div.card-header__line',
          {},
          el(
            'a.card-header__button.js-navigate-link',
            { href: '/' + kind + '/', title: words(kind) },
            icon(icons.back),
          ),
          el(
            'div.card-top-name',
            {},
            fields.editable(
              '.card-header__name',
              entity.name,
              { 'data-act': 'name', 'aria-label': words('contact') },
              (name) => change({ name }),
            ),
          ),
        ),
        el('div.card-header__tags', {}, el('span', {}, '#' + entity.id)),
      ),
      el('div.card-tabs', {}, el('span.card-tabs__item.card-tabs__item_on', {}, words('main'))),
      el(
        'div.linked-form',
        {},
        fields.row(
          words('responsible'),
          fields.chooseUser(entity.responsible_user_id, (user) => change({ responsible_user_id: user })),
        ),
        entity.phone ? fields.row('☎', entity.phone) : null,
        fields.row(words('created'), format.moment(entity.created_at)),
      ),
      el(
        'div.card-tabs.card-tabs_inner',
        {},
        el('span.card-tabs__item', {}, words('leads') + ' · ' + read.leads.length),
      ),
      read.leads.map(leadLine),
    ];
  }

  const card = (kind) => (holder, id) =>
    drawCard(
      holder,
      kind,
      id,
      (read, again) => drawForm(kind, read, again),
      (read, again) => drawFeed(kind, read, again),
    );

  return { contacts: card('contacts'), companies: card('companies') };
});
