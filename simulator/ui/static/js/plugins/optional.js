/** `optional!module` gives the module, or null when it cannot be loaded: one broken widget never stops the others. */
define(['host/trace'], function (trace) {
  return {
    load: function (name, parentRequire, onload) {
      parentRequire([name], onload, function (error) {
        trace.add(name, 'script failed', error.message);
        onload(null);
      });
    },
  };
});
