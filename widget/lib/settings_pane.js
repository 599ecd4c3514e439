/** The widget's part of amoCRM's settings window: what Pulse is, whether it is connected, and the consent. */
define(['jquery', './host.js', './ask.js', './draw.js'], function ($, host, ask, draw) {
  'use strict';

  const PAUSED = ['reconnect_required', 'payment_required', 'blocked', 'rights_missing'];

  class SettingsPane {
    /** @param {jQuery} $body - of the window @param {{language: string, say: function, links: Object}} speech */
    constructor(widget, $body, speech) {
      this.widget = widget;
      this.$body = $body;
      this.speech = speech;
      this.state = 'checking';
      this.lacksConsent = false;
      this.$consent = $body.find('input[name="consent"], #consent_custom').first();
    }

    open() {
      this.$root = $('<div>', { class: 'pulse-settings' });
      const $place = this.$body.find('#consent_custom_content');
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
        words('div', 'pulse-settings-state pulse-settings-state-' + this.state, say('settings.state.' + this.state), { role: 'status' }),
        node('div', { class: 'pulse-settings-actions' }, this.actions(say)),
        this.consent(say),
        words('div', 'pulse-settings-support', say('settings.support', { email: this.speech.links.email }))
      ]);
      this.$root.find('.pulse-consent-box').prop('checked', this.hasConsent());
    }

    actions(say) {
      const check = words('button', 'pulse-link', say('settings.check'), { type: 'button', 'data-pulse-check': 'true' });
      if (this.state === 'active' || this.state === 'importing' || this.state === 'checking') { return [check]; }
      return [
        outward('pulse-button', say('settings.connect'), this.speech.links.connect), check,
        words('div', 'pulse-settings-hint', say('settings.connect_hint'))
      ];
    }

    consent(say) {
      return node('div', { class: 'pulse-consent' }, [
        node('label', { class: 'pulse-consent-label' }, [
          node('input', { class: 'pulse-consent-box', type: 'checkbox' }, []), words('span', 'pulse-consent-words', say('settings.consent.label'))
        ]),
        outward('pulse-link', say('settings.consent.policy'), this.speech.links.policy)
      ].concat(this.lacksConsent ? [words('div', 'pulse-consent-missing', say('settings.consent.missing'), { role: 'alert' })] : []));
    }
  }

  function stateOf(card) {
    if (card.state === 'active') { return card.importing ? 'importing' : 'active'; }
    if (card.state === 'installing') { return 'importing'; }
    return PAUSED.indexOf(card.state) >= 0 ? 'paused' : 'absent';
  }

  function node(tag, attributes, children) {
    return { tag: tag, attributes: attributes, children: children };
  }

  function words(tag, name, text, attributes) {
    return node(tag, Object.assign({ class: name }, attributes), [text]);
  }

  function outward(name, text, href) {
    return words('a', name, text, { href: href, target: '_blank', rel: 'noopener noreferrer', referrerpolicy: 'no-referrer' });
  }

  return SettingsPane;
});
