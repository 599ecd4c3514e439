/** The widget's part of amoCRM's settings window: what Pulse is, whether it is connected, and the consent. */
define(['jquery', './host.js', './ask.js', './draw.js', './nodes.js'], function ($, host, ask, draw, nodes) {
  'use strict';

  const node = nodes.node;
  const words = nodes.words;
  const NEEDS_NOTHING = ['active', 'importing', 'checking', 'unreachable'];
  const PAUSED = ['reconnect_required', 'payment_required', 'blocked', 'rights_missing'];

  class SettingsPane {
    /** @param {jQuery} $body - of the window @param {{language: string, say: function, links: Object}} speech */
    constructor(widget, $body, speech) {
      this.widget = widget;
      this.$body = $body;
      this.speech = speech;
      this.state = 'checking';
      this.lacksConsent = false;
      this.$consent = $body.find('input[name="consent"], input[id$="_custom"]').first();
    }

    open() {
      this.$root = $('<div>', { class: 'pulse-settings' });
      // amoCRM draws this place for a field of the type `custom`, above the save button.
      const $place = this.$body.find('[id$="_custom_content"]').first();
      this.$root.appendTo($place.length ? $place : this.$body.find('.widget_settings_block').first());
      this.$root.on('click', '[data-pulse-check]', host.guard(() => this.check()));
      this.$root.on('change', '.pulse-consent-box', host.guard((event) => this.agree(event.target.checked)));
      this.$body.find('.js-widget-install').on('click', host.guard(() => this.remind()));
      this.paint();
      this.check();
    }

    check() {
      this.become('checking');
      ask(this.widget, null, 'month', this.speech.language).then(
        host.guard((card) => this.become(stateOf(card))),
        host.guard((error) => this.become(error.failure === 'not_found' ? 'absent' : 'unreachable'))
      );
    }

    become(state) {
      this.state = state;
      this.paint();
    }

    /** A field of the type `custom` keeps only a number or JSON; `change` wakes amoCRM's save button. */
    agree(agreed) {
      this.$consent.val(agreed ? 1 : '').trigger('change');
      this.lacksConsent = false;
      this.paint();
    }

    remind() {
      this.lacksConsent = !this.hasConsent();
      this.paint();
    }

    hasConsent() {
      return String(this.$consent.val() || '') === '1';
    }

    paint() {
      const say = this.speech.say;
      draw(this.$root[0], [
        words('div', 'pulse-settings-title', say('settings.title')),
        words('p', 'pulse-settings-about', say('settings.about')),
        node('div', { class: 'pulse-settings-connection' }, [
          words('div', 'pulse-settings-state pulse-settings-state-' + this.state, say('settings.state.' + this.state), {
            role: 'status'
          }),
          words('button', 'pulse-link', say('settings.check'), { type: 'button', 'data-pulse-check': 'true' })
        ]),
        node('div', { class: 'pulse-settings-actions' }, this.actions(say)),
        this.consent(say),
        words('div', 'pulse-settings-support', say('settings.support', { email: this.speech.links.email }))
      ]);
      this.$root.find('.pulse-consent-box').prop('checked', this.hasConsent());
    }

    actions(say) {
      if (NEEDS_NOTHING.indexOf(this.state) >= 0) { return []; }
      return [
        nodes.outward('pulse-button', say('settings.connect'), this.speech.links.connect),
        words('div', 'pulse-settings-hint', say('settings.connect_hint'))
      ];
    }

    consent(say) {
      return node('div', { class: 'pulse-consent' }, [
        node('label', { class: 'pulse-consent-label' }, [
          node('input', { class: 'pulse-consent-box', type: 'checkbox' }, []),
          words('span', 'pulse-consent-words', say('settings.consent.label'))
        ]),
        nodes.outward('pulse-link', say('settings.consent.policy'), this.speech.links.policy),
        this.lacksConsent ? this.reminder(say) : null
      ]);
    }

    reminder(say) {
      return words('div', 'pulse-consent-missing', say('settings.consent.missing'), { role: 'alert' });
    }
  }

  function stateOf(card) {
    if (card.state === 'active') { return card.importing ? 'importing' : 'active'; }
    if (card.state === 'installing') { return 'importing'; }
    return PAUSED.indexOf(card.state) >= 0 ? 'paused' : 'absent';
  }

  return SettingsPane;
});
