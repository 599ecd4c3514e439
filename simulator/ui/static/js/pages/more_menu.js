/** «More» over ticked rows: each widget that wants them; choosing one shows the panel and calls `leads.selected`. */
define(['host/dom', 'host/icons', 'host/app', 'host/panel', 'host/popup', 'host/trace', 'host/words'], function (
  { el, icon },
  icons,
  app,
  panel,
  popup,
  trace,
  words,
) {
  const wants = (widget) => widget.callbacks.leads && typeof widget.callbacks.leads.selected === 'function';

  function call(code, widget) {
    popup.close();
    panel.open(code);
    trace.add(code, 'leads.selected');
    try {
      widget.callbacks.leads.selected();
    } catch (error) {
      trace.add(code, 'leads.selected threw', error.message);
    }
  }

  return function moreMenu() {
    const button = el(
      'button.button-small',
      {
        type: 'button',
        'data-act': 'more',
        onclick: () => {
          const able = Object.entries(app.own.widgets.list).filter(([, widget]) => wants(widget));
          popup.show(
            button,
            'left',
            able.length
              ? able.map(([code, widget]) =>
                  el(
                    'button.popup__item',
                    { type: 'button', 'data-widget': code, onclick: () => call(code, widget) },
                    widget.langs.widget.name,
                  ),
                )
              : el('div.popup__title', {}, words('no_widgets_here')),
          );
        },
      },
      words('more'),
      icon(icons.down),
    );
    return el('div.popup-place', {}, button);
  };
});
