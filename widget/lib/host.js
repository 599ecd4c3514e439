/** What the amoCRM page tells about itself; read only, and nothing is taken for granted. */
define([], function () {
  'use strict';

  const CARDS = { lcard: 'leads', ccard: 'contacts', comcard: 'companies' };

  /** @returns {null|{type: string, id: number}} the opened lead, contact or company; null for one not saved yet */
  function entity(area) {
    const page = window.APP;
    const type = CARDS[area];
    const card = page && page.data && page.data.current_card;
    const id = card ? Number(card.id) : 0;
    return type && id > 0 ? { type: type, id: id } : null;
  }

  /** @returns {string} ru or en */
  function language() {
    return window.APP && window.APP.lang_id === 'ru' ? 'ru' : 'en';
  }

  /** Runs our code so that no mistake of ours can break the page around it. */
  function guard(action, fallback) {
    return function () {
      try {
        return action.apply(this, arguments);
      } catch (error) {
        console.debug('Pulse', error);
        return fallback;
      }
    };
  }

  return { entity: entity, language: language, guard: guard };
});
