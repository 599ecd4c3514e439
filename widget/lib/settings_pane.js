/** The widget's part of amoCRM's settings window: what Pulse is, how it is connected, and the consent. */
define([
  'jquery', './host.js', './draw.js', './nodes.js', './sync_feed.js', './sync_view.js', './sync_layout.js'
], function ($, host, draw, nodes, SyncFeed, syncView, syncLayout) {
  'use strict';

  const node = nodes.node;
  const words = nodes.words;

  class SettingsPane {
    /**
     * @param {jQuery} $body - of the window
     * @param {{language: string, say: function, links: Object}} speech
     * @param {function(): Promise<Object>} ask - how the synchronisation is
     */
    constructor($body, speech, ask) {
      this.$body = $body;
      this.speech = speech;
      this.lacksConsent = false;
      this.$consent = $body.find('input[name="consent"], input[id$="_custom"]').first();
      this.feed = new SyncFeed({ ask: ask, Stream: window.EventSource, changed: host.guard(() => this.paint()) });
      this.onLook = host.guard(() => this.look());
    }

    open() {
      this.$root = $('<div>', { class: 'pulse-settings' });
      // amoCRM draws this place for a field of the type `custom`, above the save button.
      const $place = this.$body.find('[id$="_custom_content"]').first();
      this.$root.appendTo($place.length ? $place : this.$body.find('.widget_settings_block').first());
      this.$root.on('click', '[data-pulse-check]', host.guard(() => this.feed.refresh()));
      this.$root.on('change', '.pulse-consent-box', host.guard((event) => this.agree(event.target.checked)));
      this.$body.find('.js-widget-install').on('click', host.guard(() => this.remind()));
      document.addEventListener('visibilitychange', this.onLook);
      window.addEventListener('focus', this.onLook);
      this.paint();
      this.feed.refresh();
    }

    /** The window has no callback for its end: whoever looks next finds it gone. */
    look() {
      if (!this.isShown()) { this.close(); } else if (!document.hidden) { this.feed.refresh(); }
    }

    isShown() {
      return this.$root[0].isConnected;
    }

    close() {
      this.feed.close();
      document.removeEventListener('visibilitychange', this.onLook);
      window.removeEventListener('focus', this.onLook);
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
      if (!this.isShown()) { this.close(); return; }
      const say = this.speech.say;
      const view = syncView(Object.assign({ now: Math.floor(Date.now() / 1000) }, this.feed.sight), this.speech);
      draw(this.$root[0], [
        words('div', 'pulse-settings-title', say('settings.title')),
        words('p', 'pulse-settings-about', say('settings.about')),
        node('div', { class: 'pulse-settings-connection' }, syncLayout(view, this.speech.links, say)),
        this.consent(say),
        words('div', 'pulse-settings-support', say('settings.support', { email: this.speech.links.email }))
      ]);
      this.$root.find('.pulse-consent-box').prop('checked', this.hasConsent());
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

  return SettingsPane;
});
