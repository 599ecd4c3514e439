/** Named timers: one name waits once, and all of them can be forgotten together. */
define([], function () {
  'use strict';

  class Timers {
    constructor() {
      this.waiting = new Map();
    }

    /** Does nothing when the name is waiting already: many reasons, one action. */
    start(name, delay, action) {
      if (this.isWaiting(name)) { return; }
      this.waiting.set(name, setTimeout(() => {
        this.waiting.delete(name);
        action();
      }, delay));
    }

    isWaiting(name) {
      return this.waiting.has(name);
    }

    restart(name, delay, action) {
      this.forget(name);
      this.start(name, delay, action);
    }

    forget(name) {
      clearTimeout(this.waiting.get(name));
      this.waiting.delete(name);
    }

    forgetAll() {
      Array.from(this.waiting.keys()).forEach((name) => this.forget(name));
    }
  }

  return Timers;
});
