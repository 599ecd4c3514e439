/** What happened to every widget, in order. Tests and curious people read `window.simulatorTrace`. */
define(function () {
  const entries = [];
  window.simulatorTrace = entries;

  return {
    entries: entries,

    /** Remember one call: the widget's code (or the host's part), the name of the call and a short detail. */
    add: function (widget, call, detail) {
      entries.push({ at: Math.round(performance.now()), widget: widget, call: call, detail: detail });
    },
  };
});
