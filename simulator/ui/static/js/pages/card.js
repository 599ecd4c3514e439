/** The frame of a card: the entity's form, the feed and the widgets' column; refreshed in place, never the column. */
define([
  'jquery',
  'backbone',
  'host/dom',
  'host/app',
  'host/panel',
  'host/live',
  'host/server',
  'host/popup',
], function ($, Backbone, { el, fill }, app, panel, live, server, popup) {
  const ELEMENT_TYPES = { contacts: 1, leads: 2, companies: 3 };

  /** Somebody types here or has a list open: redrawing would take it from under their hands. */
  function isBusy(part) {
    const active = document.activeElement;
    return (
      part.querySelector('.popup') !== null || (part.contains(active) && /INPUT|TEXTAREA|SELECT/.test(active.tagName))
    );
  }

  function currentCard(kind, model) {
    return {
      id: model.id,
      model,
      element_type: ELEMENT_TYPES[kind],
      main_user: model.get('responsible_user_id'),
      linked_forms: { form_models: { models: [] } },
    };
  }

  /**
   * Draw the card of `kind` and keep it fresh. `drawForm(read, again)` and `drawFeed(read, again)` return elements;
   * `again()` reads the card anew. Returns the function that ends the refreshing.
   */
  return async function drawCard(holder, kind, id, drawForm, drawFeed) {
    const address = '/ajax/page/card/' + kind + '/' + id;
    const form = el('div.card-form.custom-scroll');
    const feed = el('div.card-feed');
    let shown = await server.get(address);
    const model = new Backbone.Model(shown.entity);

    function draw(read) {
      const texts = JSON.stringify(read);
      const changed = (part) => part.dataset.drawn !== texts && !isBusy(part);
      if (changed(form)) {
        fill(form, drawForm(read, again));
        form.dataset.drawn = texts;
      }
      if (changed(feed)) {
        fill(feed, drawFeed(read, again));
        feed.dataset.drawn = texts;
      }
    }

    async function again() {
      if (document.activeElement && form.contains(document.activeElement)) document.activeElement.blur();
      popup.close();
      await refresh();
    }

    async function refresh() {
      shown = await server.get(address);
      model.set(shown.entity);
      if (form.isConnected) draw(shown);
    }

    const card = el('div#card_holder.card-holder', { 'data-id': id }, form, feed);
    holder.append(card);
    panel.mount(card, kind);
    draw(shown);
    app.enter(kind + '_card', kind, { current_card: currentCard(kind, model), current_view: { $el: $(card) } });
    const mark = kind + ':' + id;
    const stop = live.listen((entries) => {
      if (entries.some((entry) => entry.touches.includes(mark))) refresh();
    });
    // What came while somebody typed is drawn once they are done.
    card.addEventListener('focusout', () =>
      setTimeout(() => {
        if (form.isConnected) draw(shown);
      }),
    );
    return stop;
  };
});
