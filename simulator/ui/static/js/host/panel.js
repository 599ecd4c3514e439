/** The right column of a card: collapsed by default, one strip of logos; opened, the first block shows its body. */
define(['jquery', 'host/dom', 'host/icons', 'host/words', 'host/bootstrap', 'host/trace'], function (
  $,
  { el, icon },
  icons,
  words,
  bootstrap,
  trace,
) {
  const column = { holder: null, entity: '', elements: null };

  const cookieName = () => column.entity + '_crd_wdgt';
  const isOpen = () => column.root.classList.contains('js-widgets-active');
  const blockOf = (code) =>
    column.elements && column.elements.querySelector('[data-code="' + code + '"].card-widgets__widget');

  function top() {
    const toggleIcon = el('div.card-widgets__top__icon.icon-widgets-toggle-state', {}, icon(icons.widgets));
    return el(
      'div.card-widgets__top',
      { title: words('widgets'), onclick: toggle },
      el('div.js-card-widgets-on-off.card-widgets-on-off-top', {}, toggleIcon),
      el('span.card-widgets__top__caption', {}, words('widgets')),
    );
  }

  /** The foot of the column: the way to the settings, for those who may change them. */
  function cap() {
    const text = el('span.card-widgets__cap-text', {}, words('add_widgets'));
    const link = { href: '/settings/widgets/', title: words('add_widgets') };
    const way = bootstrap.user.is_admin ? el('a.js-navigate-link', link, icon(icons.settings), text) : null;
    return el('div.card-widgets__cap.js-card-widgets-cap', {}, way);
  }

  /** Draw the empty panel into the card's or the list's holder and restore what the cookie remembers. */
  function mount(holder, entity) {
    column.entity = entity;
    column.holder = holder;
    column.elements = el('div.card-widgets__elements');
    column.cap = cap();
    column.root = el(
      'div#widgets_block.card-widgets.custom-scroll',
      {},
      top(),
      el('div#nano-card-widgets.js-card-widgets-on', {}, column.elements, column.cap),
    );
    // In a small window the open column lies over the feed, and a click beside it closes it.
    holder.append(el('div#card_widgets_overlay.default-overlay', { onclick: toggle }), column.root);
    if (document.cookie.includes(cookieName() + '=1')) setOpen(true);
  }

  function toggle() {
    setOpen(!isOpen());
    document.cookie = cookieName() + '=' + (isOpen() ? 1 : 0) + '; path=/';
  }

  function setOpen(open, code) {
    [column.root, column.holder].forEach((element) => element.classList.toggle('js-widgets-active', open));
    column.holder.classList.toggle('content__card-holder-widgets', open);
    column.elements.querySelectorAll('.card-widgets__widget').forEach((block) => setBody(block, false));
    const first = code ? blockOf(code) : column.elements.firstElementChild;
    if (open && first) setBody(first, true);
    trace.add('host', 'panel ' + (open ? 'opened' : 'closed'));
    $(document).trigger('toggleWidgetPanel', [open]);
  }

  /** `js-body-hide` means that the body is shown: amoCRM's name is inverted. */
  function setBody(block, shown) {
    $(block).children('.card-widgets__widget__body').toggle(shown).toggleClass('js-body-hide', shown);
    const arrow = block.querySelector('.card-widgets__widget__caption__arrow');
    arrow.classList.toggle('widgets__widget__caption__arrow_top', shown);
    arrow.classList.toggle('widgets__widget__caption__arrow_bottom', !shown);
  }

  function clickCaption(block, code) {
    if (isOpen()) {
      setBody(block, !block.querySelector('.card-widgets__widget__body').classList.contains('js-body-hide'));
    } else {
      setOpen(true, code);
    }
  }

  function logo(settings, file, className) {
    const image = el('img.' + className, { src: settings.path + '/images/' + file, alt: '' });
    image.addEventListener('error', () => image.remove());
    return image;
  }

  /** What `render_template` does: one block per widget, its caption drawn by the system, its body as HTML given. */
  function addBlock(settings, caption, bodyHtml) {
    if (!column.elements || !column.elements.isConnected) return;
    const code = settings.widget_code;
    const block = el('div.card-widgets__widget.card-widgets__widget-' + code, { 'data-code': code });
    const head = el(
      'div.js-widget-caption-block.card-widgets__widget__caption',
      { 'data-code': code, onclick: () => clickCaption(block, code) },
      el('span.modal-body__close.single_widget__close'),
      logo(settings, 'logo_medium.png', 'card-widgets__widget__caption__logo'),
      logo(settings, 'logo_min.png', 'card-widgets__widget__caption__logo_min'),
      el('div.card-widgets__widget__caption__arrow.widgets__widget__caption__arrow_bottom'),
    );
    if (caption.class_name) $(head).addClass(caption.class_name);
    if (caption.html) $(head).append(caption.html);
    const body = el('div.card-widgets__widget__body');
    block.append(head, body);
    const standing = blockOf(code);
    if (standing) standing.replaceWith(block);
    else column.elements.append(block);
    // The widget's own markup: amoCRM inserts it as HTML too.
    $(body).hide().html(bodyHtml);
    column.cap.classList.add('_with-widgets');
    if (isOpen() && column.elements.firstElementChild === block) setBody(block, true);
  }

  function removeBlock(code) {
    const block = blockOf(code);
    if (block) block.remove();
  }

  /** The server's counts decide whether the card has the column at all. */
  function showCount(counts, area) {
    if (!column.holder || !column.holder.isConnected) return;
    const none = !((counts[area] || 0) + (counts.everywhere || 0));
    column.holder.classList.toggle('js-widgets-hidden', none);
  }

  return {
    mount,
    addBlock,
    removeBlock,
    showCount,
    open: (code) => setOpen(true, code),
    overlay: (shown) => $(column.holder).toggleClass('widgets-overlay', Boolean(shown)),
    tickedRows: () =>
      Array.from(document.querySelectorAll('#list_table input[data-row]:checked'), (box) => ({
        id: Number(box.dataset.row),
        type: 'lead',
        emails: [],
        phones: [],
      })),
  };
});
