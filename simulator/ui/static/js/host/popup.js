/** One small floating list at a time, under its anchor; a click elsewhere or Escape closes it. */
define(['host/dom'], function ({ el }) {
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

  /** Show `children` under `anchor`, whose offset parent carries them; returns the popup's element. */
  function show(anchor, className, ...children) {
    const again = open && open.parentNode === anchor.parentNode;
    close();
    if (again) return null;
    open = el('div.popup.' + className, {}, children);
    anchor.after(open);
    return open;
  }

  return { show, close, isOpen: () => Boolean(open) };
});
