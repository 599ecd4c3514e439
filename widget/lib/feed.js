/**
 * Keeps one card's answer fresh: asks when a newer version is announced, when the period changes and when the person
 * comes back to the tab. It never asks on a timer, except again after a failure, ever more seldom.
 */
define(['./gains.js', './live.js', './timers.js'], function (gains, Live, Timers) {
  'use strict';

  const SPREAD_MS = 200;
  const SPACING_MS = 500;
  const GAINS_SHOWN_MS = 4000;
  const FIRST_RETRY_MS = 2000;
  const LAST_RETRY_MS = 120000;
  const PASSING = ['broken', 'unauthorized'];

  class Feed {
    /**
     * @param {{ask: function(string): Promise<Object>, Stream: function, period: string, changed: function()}} part -
     *   `changed` is called whenever `sight` is another
     */
    constructor(part) {
      this.part = part;
      this.sight = {
        card: null, failure: null, period: part.period, busy: false, live: false, lostSince: null, gains: {}
      };
      this.timers = new Timers();
      this.settled = null;
      this.asking = null;
      this.announced = 0;
      this.askedAt = 0;
      this.failures = 0;
      this.paused = false;
      this.live = new Live(part.Stream, {
        version: (version) => this.hear(version),
        connected: () => this.connect(),
        lost: () => { this.lose(); this.retryLater(); }
      });
    }

    /** Asks now, unless an answer is awaited already or nobody looks. */
    refresh() {
      if (this.asking !== null || this.paused) { return; }
      const asked = { period: this.sight.period, announced: this.announced };
      this.asking = asked;
      this.askedAt = Date.now();
      this.timers.forget('refresh');
      this.timers.forget('retry');
      this.part.ask(asked.period).then(
        (card) => this.settle(asked, () => this.receive(card, asked)),
        (error) => this.settle(asked, () => this.fail(error && error.failure || 'broken'))
      );
    }

    /** An answer that comes after a pause, a close or another choice of period is no answer any more. */
    settle(asked, action) {
      if (this.asking !== asked) { return; }
      this.asking = null;
      if (asked.period !== this.sight.period) { this.refresh(); return; }
      this.sight.busy = false;
      action();
      this.part.changed();
    }

    receive(card, asked) {
      this.compare(card);
      this.sight.card = card;
      this.sight.failure = null;
      if (this.announced > Math.max(card.version, asked.announced)) { this.refreshSoon(); }
      if (!card.live) { this.failures = 0; }
      this.sight.lostSince = this.sight.live || !card.live ? null : now();
      // Browsers come back to a lost stream ever more seldom; a fresh ticket opens a new one at once.
      if (card.live && !this.sight.live) { this.live.open(card.live.url); }
    }

    /** Changes that follow each other closely are shown as one, against what stood there when they began. */
    compare(card) {
      const moved = Object.keys(gains(this.sight.card, card)).length > 0;
      if (moved) { this.timers.restart('gains', GAINS_SHOWN_MS, () => this.calm()); }
      if (!this.timers.isWaiting('gains')) { this.settled = card; }
      this.sight.gains = gains(this.settled, card);
    }

    fail(failure) {
      const passing = PASSING.indexOf(failure) >= 0;
      if (!passing) { this.sight.card = null; this.live.close(); }
      if (this.sight.card === null) { this.sight.failure = failure; }
      this.lose();
      if (passing) { this.retryLater(); }
    }

    choose(period) {
      this.timers.forget('gains');
      this.sight.period = period;
      this.sight.gains = {};
      this.sight.busy = this.sight.card !== null;
      this.refresh();
      this.part.changed();
    }

    /** The person pressed «retry». */
    retry() {
      this.failures = 0;
      this.sight.busy = true;
      this.refresh();
      this.part.changed();
    }

    hear(version) {
      this.announced = Math.max(this.announced, version);
      if (this.sight.card === null || version > this.sight.card.version) { this.refreshSoon(); }
    }

    /** All cards of an account hear of a change at once: they ask spread over a moment, each at most twice a second. */
    refreshSoon() {
      const spacing = this.askedAt + SPACING_MS - Date.now();
      this.timers.start('refresh', Math.max(spacing, 0) + Math.random() * SPREAD_MS, () => this.refresh());
    }

    retryLater() {
      const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * Math.pow(2, this.failures));
      this.timers.start('retry', longest * (0.5 + Math.random() / 2), () => {
        this.failures += 1;
        this.refresh();
      });
    }

    connect() {
      this.sight.live = true;
      this.sight.lostSince = null;
      this.failures = 0;
      this.timers.forget('retry');
      this.part.changed();
    }

    lose() {
      this.sight.live = false;
      if (this.sight.lostSince === null) { this.sight.lostSince = now(); }
      this.part.changed();
    }

    calm() {
      this.settled = this.sight.card;
      this.sight.gains = {};
      this.part.changed();
    }

    /** Nobody looks: no stream, no timer, no answer awaited. */
    pause() {
      this.paused = true;
      this.asking = null;
      this.live.close();
      this.timers.forgetAll();
      this.settled = this.sight.card;
      Object.assign(this.sight, { live: false, lostSince: null, busy: false, gains: {} });
    }

    resume() {
      this.paused = false;
      this.refresh();
    }
  }

  function now() {
    return Math.floor(Date.now() / 1000);
  }

  return Feed;
});
