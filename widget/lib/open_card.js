/** One opened card on the page: draws what its feed knows, listens to the person, and leaves nothing when closed. */
define([
  './host.js', './feed.js', './view_model.js', './layout.js', './draw.js'
], function (host, Feed, viewModel, layout, draw) {
  'use strict';

  const AGE_STEP_MS = 5000;
  const NARROW_PX = 216;

  // Outlives the widget's instance, which amoCRM makes anew on every page.
  const choice = { period: 'month', expanded: false };

  class OpenCard {
    /**
     * @param {{root: Element, entity: {type: string, id: number}, speech: Object,
     *   ask: function(string): Promise<Object>, showBadge: function(?Object)}} part
     */
    constructor(part) {
      this.part = part;
      this.root = part.root;
      this.feed = new Feed({
        ask: part.ask, Stream: window.EventSource, period: choice.period, changed: host.guard(() => this.paint())
      });
      this.onClick = host.guard((event) => this.click(event));
      this.onLook = host.guard(() => this.look());
      this.onTick = host.guard(() => this.tick());
      this.widthWatch = new ResizeObserver(host.guard(() => this.paint()));
    }

    open() {
      this.root.addEventListener('click', this.onClick);
      document.addEventListener('visibilitychange', this.onLook);
      window.addEventListener('focus', this.onLook);
      this.widthWatch.observe(this.root);
      this.ageTimer = setInterval(this.onTick, AGE_STEP_MS);
      this.paint();
      this.look();
    }

    paint() {
      const view = viewModel(Object.assign({}, this.feed.sight, {
        now: Math.floor(Date.now() / 1000),
        narrow: this.root.clientWidth > 0 && this.root.clientWidth < NARROW_PX,
        expanded: choice.expanded
      }), this.part.speech);
      this.root.classList.toggle('pulse-busy', view.busy);
      draw(this.root, layout(view));
      this.part.showBadge(view.badge);
    }

    click(event) {
      const target = event.target.closest('[data-pulse-period], [data-pulse-more], [data-pulse-retry]');
      if (target === null) { return; }
      const period = target.getAttribute('data-pulse-period');
      if (period !== null && period !== this.feed.sight.period) {
        choice.period = period;
        this.feed.choose(period);
      }
      if (target.hasAttribute('data-pulse-retry')) { this.feed.retry(); }
      if (target.hasAttribute('data-pulse-more')) {
        choice.expanded = !choice.expanded;
        this.paint();
      }
    }

    look() {
      if (document.hidden) { this.feed.pause(); } else { this.feed.resume(); }
    }

    /** The ages of tasks and of the numbers grow by themselves; a card that left the page is closed. */
    tick() {
      if (!this.isShown(this.part.entity)) { this.close(); return; }
      if (!document.hidden) { this.paint(); }
    }

    isShown(entity) {
      return this.root.isConnected && entity.type === this.part.entity.type && entity.id === this.part.entity.id;
    }

    close() {
      this.feed.pause();
      clearInterval(this.ageTimer);
      this.widthWatch.disconnect();
      this.root.removeEventListener('click', this.onClick);
      document.removeEventListener('visibilitychange', this.onLook);
      window.removeEventListener('focus', this.onLook);
    }
  }

  return OpenCard;
});
