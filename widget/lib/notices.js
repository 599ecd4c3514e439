/** What to tell when something is not as usual, and what can be done about it. Pure. */
define([], function () {
  'use strict';

  const STALE_AFTER = 45;
  const TO_CONNECT = ['not_found', 'reconnect_required', 'rights_missing', 'rights_suspect', 'uninstalled'];
  const TO_RETRY = ['broken', 'unauthorized'];
  const QUIET = ['importing', 'empty', 'stale'];

  /**
   * @param {{card: ?Object, failure: ?string, lostSince: ?number, now: number, hasFigures: boolean}} sight - seconds
   * @returns {null|{kind: string, tone: string, title: string, text: string, action: ?string, label: ?string}}
   */
  function notice(sight, format, say, links) {
    const kind = kindOf(sight);
    if (kind === null) { return null; }
    const action = actionOf(kind);
    const text = say('notice.' + kind + '.text', {
      email: links.email, time: sight.card ? format.moment(sight.card.as_of, sight.now) : ''
    });
    return {
      kind: kind,
      tone: QUIET.indexOf(kind) >= 0 ? 'quiet' : 'serious',
      title: say('notice.' + kind + '.title'),
      text: kind === 'importing' ? progress(sight.card.importing, format, say, text) : text,
      action: action,
      label: action && say('notice.' + action)
    };
  }

  function kindOf(sight) {
    if (!sight.card) { return sight.failure; }
    const state = sight.card.state;
    if (state === 'installing' || (state === 'active' && sight.card.importing)) { return 'importing'; }
    if (state !== 'active') { return state; }
    if (sight.lostSince !== null && sight.now - sight.lostSince >= STALE_AFTER) { return 'stale'; }
    return sight.hasFigures ? null : 'empty';
  }

  function progress(importing, format, say, text) {
    if (!importing) { return text; }
    return say('notice.importing_phase.' + importing.phase, { count: format.count(importing.done) }) + '. ' + text;
  }

  function actionOf(kind) {
    if (TO_CONNECT.indexOf(kind) >= 0) { return 'connect'; }
    return TO_RETRY.indexOf(kind) >= 0 || kind === 'stale' ? 'retry' : null;
  }

  return notice;
});
