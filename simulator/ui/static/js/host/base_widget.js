/** What amoCRM mixes into every widget's prototype: the methods on `self`. */
define([
  'jquery',
  'underscore',
  'host/app',
  'host/panel',
  'host/templates',
  'host/sockets',
  'host/proxy_queue',
  'host/trace',
  'host/server',
], function ($, _, app, panel, templates, sockets, proxyQueue, trace, server) {
  const fileOf = (template) => (template.base_path || '') + template.href + '?v=' + (template.v || '');

  const fetchTemplate = (template) => $.get(fileOf(template)).then((source) => templates.compile(source));

  return {
    system: () => app.own.widgets.system,

    get_settings: function () {
      return this.params || {};
    },

    /** Merge into params; nothing is stored. `params` and `get_settings()` are one object. */
    set_settings: function (settings) {
      this.params = _.extend(this.params || {}, settings);
    },

    set_lang: function (langs) {
      this.langs = langs;
    },

    /** The text under a dotted key, undefined when missing. */
    i18n: function (key) {
      return String(key)
        .split('.')
        .reduce((branch, part) => (branch ? branch[part] : undefined), this.langs);
    },

    get_version: function () {
      return this.get_settings().version;
    },

    get_install_status: function () {
      return this.get_settings().status;
    },

    set_status: function (status) {
      this.set_settings({ status: status });
      $('.widget-settings__modal.' + this.get_settings().widget_code + ' .widget-state').attr(
        'class',
        'widget-state widget-state_status_' + status,
      );
    },

    /** `{data}` and `{ref}` give HTML at once; `{href, load}` calls load(template); `{href, promised}` a promise of it. */
    render: function (template, params) {
      if (template.data !== undefined) return templates.compile(template.data).render(params || {});
      if (template.ref) return templates.byReference(template.ref).render(params || {});
      const fetched = fetchTemplate(template);
      if (template.promised) return Promise.resolve(fetched);
      fetched.done((compiled) => template.load(compiled));
      return undefined;
    },

    render_template: function (block, values) {
      const html = block.render ? templates.compile(block.render).render(values || {}) : '';
      panel.addBlock(this.get_settings(), block.caption || {}, (block.body || '') + html);
    },

    list_selected: function () {
      const selected = panel.tickedRows();
      return {
        selected: selected,
        summary: { items: selected.length, emails: 0, phones: 0 },
      };
    },

    widgetsOverlay: (shown) => panel.overlay(shown),

    add_action: function (kind, action) {
      app.own.widgets.actions = (app.own.widgets.actions || []).concat({
        kind,
        action,
        code: this.get_settings().widget_code,
      });
    },

    add_source: function (kind, callback, title) {
      app.own.widgets.sources = (app.own.widgets.sources || []).concat({ kind, callback, title });
    },

    crm_post: function (url, body, callback, type, onerror) {
      proxyQueue(this.get_settings().widget_code, url, body, callback, type, onerror);
    },

    /** `$.ajax` with a fresh disposable token in X-Auth-Token: a real cross-origin call, so preflight and CORS apply. */
    $authorizedAjax: function (options) {
      const code = this.get_settings().widget_code;
      trace.add(code, '$authorizedAjax', options.url);
      return $.post('/ajax/widgets/' + code + '/token').then((answer) =>
        $.ajax($.extend({}, options, { headers: $.extend({}, options.headers, { 'X-Auth-Token': answer.token }) })),
      );
    },

    get_accounts_current: () => app.seen.constant('account'),

    get_current_card_contacts_data: () =>
      server
        .get('/ajax/page/contacts/' + app.own.getBaseEntity() + '/' + app.own.data.current_card.id)
        .then((answer) => answer.contacts),

    listenSocketChannel: (channel, keys, callback) => sockets.listen(channel, keys, callback),
    get_pipeline_id: () => (app.own.data.current_card ? app.own.data.current_card.model.get('pipeline_id') : null),
    setSdkCatalogId: $.noop,
  };
});
