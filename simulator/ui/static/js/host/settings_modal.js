/** The integration's window: install, save, disable, each by way of the widget's `onSave`. */
define([
  'jquery',
  'lib/components/base/modal',
  'host/loader',
  'host/settings_fields',
  'host/server',
  'host/dom',
  'host/words',
  'host/notifications',
  'host/trace',
], function ($, Modal, loader, fields, server, { el }, words, notifications, trace) {
  /** Ask the widget: true when it answers truthy, at once or by a promise; an absent onSave refuses. */
  async function confirmedBy(widget, event) {
    trace.add(event.code, 'onSave', event.active);
    try {
      const evt = { active: event.active, fields: event.fields };
      const answer = await widget.callbacks.onSave(evt);
      return answer ? evt : null;
    } catch (error) {
      trace.add(event.code, 'onSave failed', String((error && error.message) || error));
      return null;
    }
  }

  function button(className, text, attributes) {
    return el(
      'button.button-input.button-input_blue.' + className,
      { type: 'button', ...attributes },
      el('span.button-input-inner', {}, el('span.button-input-inner__text', {}, text)),
    );
  }

  function commandPlate(record, act) {
    const installed = record.active === 'Y';
    return el(
      'div.widget-settings__command-plate',
      {},
      el(
        'div.widget-state.widget-state_status_' + (installed ? 'installed' : 'install'),
        {},
        words(installed ? 'installed' : 'not_installed'),
      ),
      installed
        ? el(
            'div.widget_settings_block__controls_top',
            {},
            el(
              'button.button-cancel.button-cancel_plain.js-widget-uninstall',
              { type: 'button', onclick: () => act('disable', 'N') },
              words('disable'),
            ),
          )
        : button('js-widget-install.install-widget__button', words('install'), {
            id: record.code,
            onclick: () => act('install', 'Y'),
          }),
    );
  }

  function layout(record, act) {
    const form = el(
      'div#widget_settings__fields_wrapper.widget_settings_block__fields',
      {},
      fields.draw(record),
      el(
        'div.widget_settings_block__controls.widget_settings_block__controls_top',
        {},
        button('js-widget-save', words('save'), {
          id: 'save_' + record.code,
          'data-onsave-destroy-modal': 'true',
          disabled: '',
          onclick: () => act('save', record.active),
        }),
      ),
      el('input#widget_active__sw.js-widget-install', {
        type: 'hidden',
        name: 'widget_active',
        value: record.active,
      }),
    );
    return el(
      'div.widget-settings',
      {},
      el(
        'div.widget-settings__base-space',
        {},
        el(
          'div.widget_main_info',
          {},
          el('div.widget_settings_block__img', {}, el('img', { src: record.path + '/images/logo_main.png', alt: '' })),
          el(
            'div.widget_settings_block__head',
            {},
            el('div.widget_settings_block__title', {}, record.name),
            el('div.widget_settings_block__head-desc', {}, record.short_description),
          ),
          commandPlate(record, act),
        ),
        el(
          'div.widget-settings__additional-block',
          {},
          el(
            'div.widget-additional-info',
            {},
            record.support.link
              ? el('a', { href: record.support.link, target: '_blank', rel: 'noreferrer' }, words('support'))
              : null,
            el('div', {}, words('version', record.installed_version)),
            el('div.widget-rating-box'),
          ),
        ),
      ),
      el(
        'div.widget-settings__wrap-desc-space',
        {},
        el(
          'div.widget-settings__desc-space',
          {},
          el(
            'div.widget_settings_block',
            {},
            el('div.widget_settings_block__descr', {}, record.description),
            el('div.widget-settings-block__desc-expander', {}, el('span.js-widget-settings-desc-expander')),
            form,
          ),
        ),
      ),
    );
  }

  return function openSettings(record, onchange) {
    const form = () => document.querySelector('#widget_settings__fields_wrapper');

    async function act(command, active) {
      const values = fields.read(form(), record);
      const absent = active === 'Y' && fields.missing(record, values);
      const widget = await loader.instance(record.code, record);
      const confirmed = !absent && widget && (await confirmedBy(widget, { code: record.code, active, fields: values }));
      if (!confirmed) {
        $('#save_' + record.code).trigger('button:save:error');
        notifications.show_message_error({
          header: record.name,
          text: absent ? words('required_field', absent) : words('not_saved'),
        });
        return;
      }
      // A disabled widget is destroyed after its onSave and before the server forgets it.
      if (command === 'disable') $(document).trigger('widget:removed', [record.code, null, true]);
      const stored = await server.post('/ajax/widgets/' + record.code + '/' + command, { fields: confirmed.fields });
      trace.add(record.code, command);
      modal.destroy();
      if (command !== 'disable') $(document).trigger('widget:installed', [record.code, stored.settings]);
      onchange();
    }

    const modal = new Modal({
      class_name: 'widget-settings__modal ' + record.code,
      init: async function ($body) {
        $body.append(layout(record, act));
        const $save = $body.find('.js-widget-save').addClass('button-input-disabled');
        $body.on('input change', 'input, textarea, select', () =>
          $save.prop('disabled', false).removeClass('button-input-disabled'),
        );
        const widget = await loader.instance(record.code, record);
        if (widget && widget.callbacks && widget.callbacks.settings) {
          trace.add(record.code, 'settings');
          widget.callbacks.settings($body, {});
        }
      },
    });
  };
});
