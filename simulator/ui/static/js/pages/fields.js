/** Rows of an entity's form: a label, and a value that may be changed in place. */
define(['host/dom', 'host/bootstrap', 'host/format'], function ({ el }, bootstrap, format) {
  const row = (label, ...value) =>
    el('div.linked-form__field', {}, el('div.linked-form__label', {}, label), el('div.linked-form__value', {}, value));

  /** An input that tells of a changed value on Enter or on leaving, and takes it back on Escape. */
  function editable(selector, value, attributes, onsave) {
    let saved = false;
    const save = () => {
      if (saved || input.value === String(value)) return;
      saved = true;
      onsave(input.value);
    };
    const input = el('input' + selector, {
      ...attributes,
      value: value,
      onkeydown: (event) => {
        if (event.key === 'Enter') save();
        if (event.key === 'Escape') {
          input.value = value;
          input.blur();
        }
      },
      onblur: save,
    });
    return input;
  }

  function chooseUser(current, onchoose) {
    const known = bootstrap.users.some((user) => user.id === current && user.is_active);
    return el(
      'select.plain-select',
      { 'data-act': 'responsible', onchange: (event) => onchoose(Number(event.target.value)) },
      known ? null : el('option', { value: current, selected: true }, format.user(current)),
      bootstrap.users
        .filter((user) => user.is_active && user.role !== 'free')
        .map((user) => el('option', { value: user.id, selected: user.id === current }, user.name)),
    );
  }

  const entityLink = (kind, entity) =>
    el('a.js-navigate-link', { href: '/' + kind + '/detail/' + entity.id }, entity.name);

  return { row, editable, chooseUser, entityLink };
});
