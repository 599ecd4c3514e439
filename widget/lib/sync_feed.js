/**
 * Keeps the settings' view of the connection fresh: asks once, then when the live stream says that something changed
 * and when the person comes back. Never on a timer.
 */
define(['./live.js', './timers.js'], function (Live, Timers) {
  'use strict';

  const SPACING_MS = 1500;

  class SyncFeed {
    /** @param {{ask: function(): Promise<Object>, Stream: function, changed: function()}} part */
    constructor(part) {
      this.part = part;
      this.sight = { told: null, failure: null };
      this.timers = new Timers();
      this.asking = false;
      this.closed = false;
      this.askedAt = 0;
      this.listens = false;
      this.live = new Live(part.Stream, {
        version: (version) => this.hear(version),
        connected: () => { this.listens = true; },
        lost: () => { this.listens = false; }
      });
    }

    /** Asks now, unless an answer is awaited already. */
    refresh() {
      if (this.asking || this.closed) { return; }
      this.asking = true;
      this.askedAt = Date.now();
      this.part.ask().then((told) => this.settle(told, null), (error) => this.settle(null, error.failure || 'broken'));
    }

    settle(told, failure) {
      this.asking = false;
      if (this.closed) { return; }
      this.sight = { told: told, failure: failure };
      if (told && told.live && !this.listens) { this.live.open(told.live.url); }
      this.part.changed();
    }

    /** Import moves fast: what is announced meanwhile is asked for once, a moment later. */
    hear(version) {
      const told = this.sight.told;
      if (told && told.version !== undefined && version <= told.version) { return; }
      this.timers.start('refresh', Math.max(0, this.askedAt + SPACING_MS - Date.now()), () => this.refresh());
    }

    close() {
      this.closed = true;
      this.live.close();
      this.timers.forgetAll();
    }
  }

  return SyncFeed;
});
