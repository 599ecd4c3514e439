/** The form of a widget's settings: text, pass, users, users_lp and custom, as the manifest names them. */
define(['jquery', 'host/dom', 'host/bootstrap'], function ($, { el }, bootstrap) {
  function input(code, name, value, type) {
    return el('input.widget_settings_block__controls__.text-input', {
      name,
      type: type || 'text',
      value: value || '',
      'data-field': code,
    });
  }

  function custom(code, widgetCode, value) {
    const text = value === undefined || value === '' ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    return [
      el('input.js-custom-field', {
        id: widgetCode + '_custom',
        type: 'hidden',
        name: code,
        value: text,
        'data-field': code,
      }),
      el('div', { id: widgetCode + '_custom_content' }),
    ];
  }

  function perUser(code, names, values) {
    return bootstrap.users
      .filter((user) => user.is_active)
      .map((user) =>
        el(
          'label.widget-settings__user',
          {},
          el('span', {}, user.name),
          names.map((name) => {
            const stored = (values || {})[user.id] || '';
            return el('input.text-input', {
              type: name === 'password' ? 'password' : 'text',
              'data-field': code,
              'data-user': user.id,
              'data-part': name,
              value: name ? stored[name] || '' : stored,
            });
          }),
        ),
      );
  }

  function control(code, field, widgetCode, value) {
    if (field.type === 'custom') return custom(code, widgetCode, value);
    if (field.type === 'users') return perUser(code, [''], value);
    if (field.type === 'users_lp') return perUser(code, ['login', 'password'], value);
    return input(code, code, value, field.type === 'pass' ? 'password' : 'text');
  }

  function draw(record) {
    return Object.entries(record.fields).map(([code, field]) =>
      el(
        'div.widget_settings_block__item_field',
        {},
        field.type === 'custom' ? null : el('div.widget_settings_block__title_field', {}, field.title),
        el('div.widget_settings_block__input_field', {}, control(code, field, record.code, record.settings[code])),
      ),
    );
  }

  function read(form, record) {
    const fields = {};
    Object.keys(record.fields).forEach((code) => {
      const inputs = Array.from(form.querySelectorAll('[data-field="' + code + '"]'));
      if (!inputs.length) return;
      if (!inputs[0].dataset.user) {
        fields[code] = inputs[0].value;
        return;
      }
      fields[code] = {};
      inputs
        .filter((one) => one.value)
        .forEach((one) => {
          const { user, part } = one.dataset;
          fields[code][user] = part ? { ...fields[code][user], [part]: one.value } : one.value;
        });
    });
    return fields;
  }

  /** The title of the first required field that is empty, or undefined. */
  function missing(record, fields) {
    const code = Object.keys(record.fields).find(
      (one) => record.fields[one].required && $.isEmptyObject(fields[one] || {}) && !fields[one],
    );
    return code && record.fields[code].title;
  }

  return { draw, read, missing };
});
