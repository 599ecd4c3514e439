/** The lead's card: everything a manager changes on it. */
define([
  'host/dom',
  'host/icons',
  'host/words',
  'host/format',
  'host/bootstrap',
  'host/popup',
  'host/act',
  'pages/card',
  'pages/fields',
  'pages/status_menu',
  'pages/feed',
], function ({ el, icon }, icons, words, format, bootstrap, popup, act, drawCard, fields, stage, drawFeed) {
  function trash(lead, again) {
    const command = lead.is_deleted ? 'restore_lead' : 'delete_lead';
    const button = el(
      'button.card-header__button',
      {
        type: 'button',
        title: words('more'),
        'data-act': 'more',
        onclick: () =>
          popup.show(
            button,
            'right',
            el(
              'button.popup__item',
              {
                type: 'button',
                'data-act': command,
                onclick: async () => {
                  await act(command, { id: lead.id });
                  await again();
                },
              },
              words(lead.is_deleted ? 'restore' : 'delete'),
            ),
          ),
      },
      icon(icons.more),
    );
    return el('div.card-header__more', {}, button);
  }

  function header(lead, again) {
    return el(
      'div.card-header',
      {},
      el(
        'div.card-header__line',
        {},
        el('a.card-header__button.js-navigate-link', { href: '/leads/', title: words('leads') }, icon(icons.back)),
        el(
          'div.card-top-name',
          {},
          fields.editable(
            '.card-header__name',
            lead.name,
            { 'data-act': 'name', 'aria-label': words('lead') },
            async (name) => {
              await act('change_lead', { id: lead.id, name });
              await again();
            },
          ),
        ),
        trash(lead, again),
      ),
      el(
        'div.card-header__tags',
        {},
        el('span', {}, '#' + lead.id),
        lead.tags.map((tag) => el('span.tag', {}, tag)),
      ),
      stage(lead, again),
      lead.is_deleted ? el('div.card-header__deleted', {}, words('deleted')) : null,
    );
  }

  function price(lead, again) {
    const save = async (text) => {
      await act('change_lead', { id: lead.id, price: Number(text.replace(/\D/g, '')) });
      await again();
    };
    return el(
      'span.price',
      {},
      fields.editable(
        '.price__input',
        format.number(lead.price),
        { inputmode: 'numeric', 'data-act': 'price', 'aria-label': words('price') },
        save,
      ),
      el('span.price__currency', {}, bootstrap.account.currency_symbol),
    );
  }

  function reasonName(lead) {
    const reason = bootstrap.loss_reasons.find((one) => one.id === lead.loss_reason_id);
    return reason ? reason.name : words('no_reason');
  }

  function linkedBox(kind, entity, detail) {
    return el(
      'div.linked-box',
      {},
      el('span.avatar', {}, format.initials(entity.name)),
      el('div', {}, fields.entityLink(kind, entity), detail ? el('div.linked-box__detail', {}, detail) : null),
    );
  }

  function drawForm(read, again) {
    const lead = read.entity;
    const hand = async (user) => {
      await act('change_lead', { id: lead.id, responsible_user_id: user });
      await again();
    };
    return [
      header(lead, again),
      el('div.card-tabs', {}, el('span.card-tabs__item.card-tabs__item_on', {}, words('main'))),
      el(
        'div.linked-form',
        {},
        fields.row(words('responsible'), fields.chooseUser(lead.responsible_user_id, hand)),
        fields.row(words('price'), price(lead, again)),
        fields.row(words('created'), format.moment(lead.created_at)),
        lead.closed_at ? fields.row(words('closed'), format.moment(lead.closed_at)) : null,
        lead.status_id === 143 ? fields.row(words('loss_reason'), reasonName(lead)) : null,
      ),
      read.contact ? linkedBox('contacts', read.contact, read.contact.phone) : null,
      read.company ? linkedBox('companies', read.company, words('company')) : null,
    ];
  }

  return (holder, id) => drawCard(holder, 'leads', id, drawForm, (read, again) => drawFeed('leads', read, again));
});
