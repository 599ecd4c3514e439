/** `json!address` gives the parsed file, as amoCRM's loader does for a widget's language file. */
define(['text'], function (text) {
  return {
    load: function (name, parentRequire, onload, config) {
      text.get(
        parentRequire.toUrl(name),
        function (source) {
          try {
            onload(JSON.parse(source));
          } catch (error) {
            onload.error(new Error(name + ': ' + error.message));
          }
        },
        onload.error,
        { accept: 'application/json' },
      );
    },
  };
});
