/** amoCRM's `lib/components/base/modal`: `new Modal({class_name, init($body), destroy()})`. */
define(['jquery', 'host/dom', 'host/icons'], function ($, { el, icon }, icons) {
  const RESULT_MS = 2000;

  return function Modal(options) {
    const settings = options || {};
    const body = el('div.modal-body.modal-body-relative');
    const overlay = el('div.default-overlay.modal-overlay');
    const root = el('div.modal.modal-list', {}, el('div.modal-scroller.custom-scroll', {}, body), overlay);
    const self = this;

    function result(kind, text, afterMs) {
      $(body).append(el('div.modal-body__result.modal-body__result_' + kind, {}, text));
      setTimeout(() => self.destroy(), afterMs || RESULT_MS);
    }

    this.destroy = function () {
      if (settings.destroy && settings.destroy() === false) return;
      $(document).off('keydown', onKey);
      root.remove();
    };
    this.showSuccess = (text, _, afterMs) => result('success', text, afterMs);
    this.showError = (text) => result('error', text);
    this._showError = this.showError;

    function onKey(event) {
      if (event.key === 'Escape' && !settings.disable_escape_keydown) self.destroy();
    }

    if (settings.class_name) $(root).addClass(settings.class_name);
    if (!settings.disable_overlay_click) overlay.addEventListener('click', self.destroy);
    // Widgets close by this class too, whatever they put into the body.
    if (!settings.disable_cancel_click) $(root).on('click', '.button-cancel:not(.js-widget-uninstall), .modal-body__close', self.destroy);
    $(document).on('keydown', onKey);
    $(settings.container || 'body').append(root);
    settings.init($(body));
    root.firstChild.append(el('button.modal-close', { 'aria-label': '×', onclick: self.destroy }, icon(icons.close)));
  };
});
