/** Pulse in amoCRM: the callbacks that amoCRM calls, and nothing else. */
define([
  'jquery', './lib/host.js', './lib/words.js', './lib/ask.js', './lib/address.js',
  './lib/panel.js', './lib/open_card.js', './lib/settings_pane.js'
], function ($, host, createSay, ask, address, panel, OpenCard, SettingsPane) {
  'use strict';

  function CustomWidget() {
    const widget = this;
    let card = null;

    function speech() {
      return {
        language: host.language(),
        say: createSay(function (key) { return widget.i18n(key); }),
        links: { email: widget.i18n('support.email'), connect: address + '/oauth/start', policy: address + '/privacy' }
      };
    }

    function loadStyle() {
      const settings = widget.get_settings();
      const href = settings.path + '/style.css?v=' + settings.version;
      if ($('link[href="' + href + '"]').length === 0) {
        $('head').append($('<link>', { rel: 'stylesheet', href: href }));
      }
    }

    /** Safe to call at any time: a card that is already open for this entity stays as it is. */
    function showCard() {
      const entity = host.entity(widget.system().area);
      if (card !== null && !(entity !== null && card.isShown(entity))) { closeCard(); }
      if (entity === null || card !== null) { return entity !== null; }
      loadStyle();
      const root = panel.open(widget);
      if (root !== null) { openCard(root, entity); }
      return true;
    }

    function openCard(root, entity) {
      const words = speech();
      card = new OpenCard({
        root: root, entity: entity, speech: words, showBadge: panel.showBadge,
        ask: function (period) { return ask.card(widget, entity, period, words.language); }
      });
      card.open();
    }

    function closeCard() {
      if (card !== null) { card.close(); }
      card = null;
    }

    this.callbacks = {
      render: host.guard(function () { return widget.system().area === 'settings' || showCard(); }, true),
      init: function () { return true; },
      // amoCRM may put the block into the page only after render: then this is the moment.
      bind_actions: host.guard(function () { showCard(); return true; }, true),
      settings: host.guard(function ($body) {
        loadStyle();
        const words = speech();
        new SettingsPane($body, words, function () { return ask.sync(widget, words.language); }).open();
        return true;
      }, true),
      onSave: function () { return true; },
      destroy: host.guard(closeCard)
    };
    return this;
  }

  return CustomWidget;
});
