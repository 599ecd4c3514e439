/**
 * Loads widgets in amoCRM's own order, oddities included: the constructor runs before languages and settings are set,
 * `bind_actions` follows the call of `render` whatever it returned, `init` waits for the promise or never comes.
 */
define([
  'jquery',
  'underscore',
  'host/app',
  'host/base_widget',
  'host/panel',
  'host/trace',
  'host/templates',
], function ($, _, app, base, panel, trace) {
  const widgets = app.own.widgets;
  let visit = 0;

  /** Make the call for one widget; whatever it throws is logged and stops nobody else. */
  function guarded(code, call, action) {
    try {
      trace.add(code, call);
      return action();
    } catch (error) {
      trace.add(code, call + ' threw', error.message);
      return undefined;
    }
  }

  function destroy(code) {
    const widget = widgets.list[code];
    if (widget.callbacks && typeof widget.callbacks.destroy === 'function') {
      guarded(code, 'destroy', () => widget.callbacks.destroy());
    }
    $(document).off('.widget:' + code);
    panel.removeBlock(code);
    delete widgets.list[code];
  }

  /** Fetch script, language file and control templates: the promise of `[Constructor, langs]`. */
  function fetchParts(record) {
    const version = '?v=' + record.installed_version;
    return new Promise((resolve, reject) =>
      require(['optional!' + record.src + version, 'json!' + record.lang + version, 'host/templates'], (
        Constructor,
        langs,
      ) => resolve([Constructor, langs]), reject),
    );
  }

  function create(code, record, Constructor, langs) {
    _.extend(Constructor.prototype, base);
    trace.add(code, 'constructor');
    const widget = new Constructor();
    widgets.list[code] = widget;
    widget.ns = '.widget:' + code;
    widget.init_once = record.init_once === 'Y';
    trace.add(code, 'set_lang');
    const named = _.extend({}, langs.widget, { name: record.name, description: record.description });
    widget.set_lang(_.extend({}, langs, { widget: named }));
    trace.add(code, 'set_settings');
    widget.set_settings(settingsOf(code, record));
    return widget;
  }

  function settingsOf(code, record) {
    const saved = typeof record.settings === 'string' ? JSON.parse(record.settings) : record.settings;
    return _.extend({}, saved, {
      id: record.id,
      widget_code: code,
      path: record.path,
      version: record.installed_version,
      oauth_client_uuid: record.oauth_client_uuid,
      widget_active: record.active,
      images_path: record.images_path,
      status: record.status,
      support: record.support,
    });
  }

  function init(code, widget) {
    trace.add(code, 'loaded');
    $(document).trigger('widget:' + code + ':loaded');
    guarded(code, 'init', () => widget.callbacks.init());
  }

  function render(code, widget) {
    const rendered = guarded(code, 'render', () => widget.callbacks.render());
    if (rendered && typeof rendered.then === 'function') {
      rendered.then(
        () => init(code, widget),
        (error) => trace.add(code, 'render rejected', String(error)),
      );
    } else if (rendered) {
      init(code, widget);
    }
  }

  function start(code, record, Constructor, langs) {
    if (typeof Constructor !== 'function') {
      trace.add(code, 'skipped', 'the module is no constructor');
      return;
    }
    const widget = create(code, record, Constructor, langs);
    const calls = widget.callbacks || {};
    if (![calls.init, calls.bind_actions, calls.render].every((call) => typeof call === 'function')) {
      trace.add(code, 'deleted', 'init, bind_actions and render must be functions');
      delete widgets.list[code];
      return;
    }
    render(code, widget);
    guarded(code, 'bind_actions', () => calls.bind_actions());
  }

  async function load(code, record) {
    const asked = visit;
    try {
      if (widgets.list[code]) {
        guarded(code, 'render', () => widgets.list[code].callbacks.render());
        return;
      }
      const [Constructor, langs] = await fetchParts(record);
      // The person has gone on to another page meanwhile: that page loads its own widgets.
      if (asked === visit) start(code, record, Constructor, langs);
    } catch (error) {
      trace.add(code, 'failed', error.message);
    }
  }

  async function loadArea() {
    const asked = ++visit;
    widgets.loaded = false;
    Object.keys(widgets.list)
      .filter((code) => !widgets.list[code].init_once)
      .forEach(destroy);
    const answer = await $.post('/ajax/widgets/list', { area: app.own.getWidgetsArea() });
    if (asked !== visit) return;
    const me = app.own.constant('user');
    widgets.system = _.extend(answer.system, { amouser: me.login, amohash: '' });
    panel.showCount(answer.system.displayed_count_by_area, app.own.getWidgetsArea());
    const active = _.pairs(answer.widgets).filter(([, record]) => record.active === 'Y');
    for (const [code, record] of active) {
      await load(code, record);
      if (asked !== visit) return;
    }
    widgets.loaded = true;
    $('#list_table').trigger('list:checkbox');
    trace.add('host', 'widgets loaded', app.own.getWidgetsArea());
  }

  $(document).on('widgets:load widget:installed', loadArea);
  $(document).on('widget:removed', (event, code) => {
    if (widgets.list[code]) destroy(code);
  });

  return {
    /** The widget's instance, made without being rendered if this page has none: the settings modal needs it. */
    instance: async function (code, record) {
      if (!widgets.list[code]) {
        const [Constructor, langs] = await fetchParts(record);
        if (typeof Constructor === 'function') create(code, record, Constructor, langs);
      }
      return widgets.list[code];
    },
  };
});
