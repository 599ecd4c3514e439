/** Questions to the server, signed by amoCRM with the user's token. */
define(['./address.js'], function (address) {
  'use strict';

  const TIMEOUT_MS = 15000;
  const FAILURES = { 401: 'unauthorized', 403: 'forbidden', 404: 'not_found' };

  /**
   * @param {Object} widget - the amoCRM widget; its $authorizedAjax adds X-Auth-Token
   * @param {{type: string, id: number}} entity - whose card is open
   * @returns {Promise<Object>} the card; rejects with an Error whose `failure` names a notice
   */
  function card(widget, entity, period, language) {
    const about = { period: period, lang: language, entity_type: entity.type, entity_id: entity.id };
    return ask(widget, 'card', about, function (told) { return Array.isArray(told.kpis) && Boolean(told.period); });
  }

  /** @returns {Promise<Object>} how the synchronisation is; rejects as `card` does */
  function sync(widget, language) {
    return ask(widget, 'sync', { lang: language }, function (told) { return Boolean(told.state && told.words); });
  }

  function ask(widget, path, data, isWhole) {
    // The bundled jQuery 2.1.3 answers with a Deferred that has no catch(): only a real Promise is safe to chain.
    return Promise.resolve(widget.$authorizedAjax({
      url: address + '/api/v1/' + path, method: 'GET', dataType: 'json', timeout: TIMEOUT_MS, data: data
    })).then(function (told) {
      if (!told || !isWhole(told)) { throw refusal('broken'); }
      return told;
    }, function (answer) {
      throw refusal(FAILURES[answer && answer.status] || 'broken');
    });
  }

  function refusal(failure) {
    return Object.assign(new Error(failure), { failure: failure });
  }

  return { card: card, sync: sync };
});
