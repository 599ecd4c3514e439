/** One small floating list at a time, under its anchor; a click elsewhere or Escape closes it. */
define(['host/dom'], function ({ el }) {
  const GAP = 4;
  let open = null;

  function close() {
    if (open) open.remove();
    open = null;
  }

  document.addEventListener('mousedown', (event) => {
    if (open && !open.contains(event.target)) close();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });

  /** Beside the anchor but fixed to the window, so that no scrolling part cuts it off. */
  function place(anchor, side) {
    const box = anchor.getBoundingClientRect();
    const fromRight = window.innerWidth - box.right + 'px';
    const fromTop = box.bottom + GAP + 'px';
    Object.assign(
      open.style,
      {
        up: { right: fromRight, bottom: window.innerHeight - box.top + GAP + 'px' },
        right: { right: fromRight, top: fromTop },
        left: { left: box.left + 'px', top: fromTop },
        wide: { left: box.left + 'px', top: fromTop, width: box.width + 'px' },
      }[side],
    );
  }

  /** Show `children` at a side of `anchor` (up, right, left, wide); returns the popup, null when it was open there. */
  function show(anchor, side, ...children) {
    const again = open && open.parentNode === anchor.parentNode;
    close();
    if (again) return null;
    open = el('div.popup', {}, children);
    anchor.after(open);
    place(anchor, side);
    return open;
  }

  return { show, close };
});
