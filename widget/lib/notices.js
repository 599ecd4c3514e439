/** What to tell when something is not as usual, and what can be done about it. Pure. */
define(['./importing.js'], function (importing) {
  'use strict';

  const STALE_AFTER = 45;
  const TO_CONNECT = ['not_found', 'reconnect_required', 'rights_missing', 'rights_suspect', 'uninstalled'];
  const TO_RETRY = ['broken', 'unauthorized'];
  const QUIET = ['importing', 'empty', 'stale'];

  /**
   * @param {{card: ?Object, failure: ?string, lostSince: ?number, now: number, hasFigures: boolean}} sight - seconds
   * @returns {null|{kind: string, tone: string, title: string, text: string, share: ?number, action: ?string}}
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
      share: kind === 'importing' ? share(sight.card.importing) : null,
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

  function progress(loads, format, say, text) {
    if (!loads) { return text; }
    const read = importing.read(loads, format, say);
    const line = importing.line(read) || say('notice.importing_phase.' + loads.phase, { count: format.count(loads.done) });
    return [line, read.left, text].filter(Boolean).join('. ');
  }

  /** How far the kind is that is being loaded, a part of one; null while that is not known. */
  function share(loads) {
    const running = (loads && loads.kinds || []).find(function (each) { return !each.is_done && each.share !== null; });
    return running ? running.share / 10000 : null;
  }

  function actionOf(kind) {
    if (TO_CONNECT.indexOf(kind) >= 0) { return 'connect'; }
    return TO_RETRY.indexOf(kind) >= 0 || kind === 'stale' ? 'retry' : null;
  }

  return notice;
});
