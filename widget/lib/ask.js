/** One question to the server, signed by amoCRM with the user's token. */
define(['./address.js'], function (address) {
  'use strict';

  const TIMEOUT_MS = 15000;
  const FAILURES = { 401: 'unauthorized', 403: 'forbidden', 404: 'not_found' };

  /**
   * @param {Object} widget - the amoCRM widget; its $authorizedAjax adds X-Auth-Token
   * @param {null|{type: string, id: number}} entity - null asks for the user's own figures only
   * @returns {Promise<Object>} the card; rejects with an Error whose `failure` names a notice
   */
  function ask(widget, entity, period, language) {
    const about = entity && { entity_type: entity.type, entity_id: entity.id };
    // The bundled jQuery 2.1.3 answers with a Deferred that has no catch(): only a real Promise is safe to chain.
    return Promise.resolve(widget.$authorizedAjax({
      url: address + '/api/v1/card',
      method: 'GET',
      dataType: 'json',
      timeout: TIMEOUT_MS,
      data: Object.assign({ period: period, lang: language }, about)
    })).then(checked, function (answer) {
      throw refusal(FAILURES[answer && answer.status] || 'broken');
    });
  }

  function checked(card) {
    if (!card || !Array.isArray(card.kpis) || !card.period) { throw refusal('broken'); }
    return card;
  }

  function refusal(failure) {
    return Object.assign(new Error(failure), { failure: failure });
  }

  return ask;
});
