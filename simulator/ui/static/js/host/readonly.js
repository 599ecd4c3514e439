/**
 * Reports writes to APP. amoCRM lets a widget write and moderation forbids it ("reading only"), so the write happens
 * and stands in the trace. Only plain objects and arrays are watched: models and elements are passed on as they are.
 */
define(['host/trace'], function (trace) {
  const watched = new WeakMap();

  const isPlain = (value) =>
    Array.isArray(value) ||
    (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype);

  function watch(target, path) {
    if (!watched.has(target)) {
      watched.set(
        target,
        new Proxy(target, {
          get: (object, key) => {
            const value = Reflect.get(object, key);
            return isPlain(value) ? watch(value, path + '.' + String(key)) : value;
          },
          set: (object, key, value) => {
            trace.add('APP', 'write', path + '.' + String(key));
            return Reflect.set(object, key, value);
          },
          deleteProperty: (object, key) => {
            trace.add('APP', 'delete', path + '.' + String(key));
            return Reflect.deleteProperty(object, key);
          },
        }),
      );
    }
    return watched.get(target);
  }

  return watch;
});
