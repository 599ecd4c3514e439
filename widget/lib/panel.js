/** Our block in the right panel of a card, and the badge in its caption, which is seen while the block is shut. */
define([], function () {
  'use strict';

  /** @returns {?Element} where the card is drawn; asks amoCRM for the block unless it is there */
  function openPanel(widget) {
    if (root() === null) {
      widget.render_template({
        caption: { class_name: 'pulse-caption', html: '' }, body: '<div class="pulse-card"></div>', render: ''
      });
    }
    return root();
  }

  function root() {
    return document.querySelector('.pulse-card');
  }

  /** @param {null|{text: string, spoken: string}} badge - null takes it away */
  function showBadge(badge) {
    const caption = document.querySelector('.pulse-caption');
    const old = caption && caption.querySelector('.pulse-badge');
    if (caption === null || (badge === null && old === null)) { return; }
    if (badge === null) { old.remove(); return; }
    const element = old || caption.appendChild(document.createElement('span'));
    if (element.textContent === badge.text) { return; }
    element.className = 'pulse-badge';
    element.textContent = badge.text;
    element.title = badge.spoken;
    element.setAttribute('role', 'img');
    element.setAttribute('aria-label', badge.spoken);
  }

  return { open: openPanel, showBadge: showBadge };
});
