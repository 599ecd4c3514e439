/** What the settings say of the connection, as words: no DOM, no clock, no network. */
define(['./format.js', './importing.js'], function (createFormat, importing) {
  'use strict';

  const WORKING = ['active', 'rights_suspect'];
  const TONES = { active: 'good', importing: 'busy', installing: 'busy', checking: 'quiet' };

  /**
   * @param {{told: ?Object, failure: ?string, now: number}} sight - `told` is the answer of GET /api/v1/sync
   * @param {{language: string, say: function}} speech
   */
  function syncView(sight, speech) {
    const say = speech.say;
    const told = sight.told;
    if (told === null) { return unanswered(sight.failure, say); }
    const format = createFormat({ language: speech.language, currency: 'RUB', timezone: undefined }, say);
    const loads = told.importing && ['active', 'installing'].indexOf(told.state) >= 0;
    return {
      tone: TONES[loads ? 'importing' : told.state] || 'bad',
      title: told.words.title,
      text: told.words.text,
      connect: told.words.action === 'connect' ? 'button' : spareConnect(told, loads),
      importing: loads ? importing.read(told.importing, format, say) : null,
      facts: told.detail === 'full' ? facts(told, loads, sight.now, format, say) : []
    };
  }

  function unanswered(failure, say) {
    const state = failure === null ? 'checking' : { not_found: 'absent' }[failure] || 'unreachable';
    return {
      tone: TONES[state] || 'bad',
      title: say('settings.state.' + state),
      text: state === 'absent' ? say('settings.connect_hint') : '',
      connect: state === 'absent' ? 'button' : null,
      importing: null,
      facts: []
    };
  }

  /** Whoever answers for the account may connect it anew although nothing is wrong. */
  function spareConnect(told, loads) {
    return told.detail === 'full' && !loads ? 'link' : null;
  }

  /** @returns {{key: string, tone: string, text: string}[]} what heads and administrators want to be sure of */
  function facts(told, loads, now, format, say) {
    const works = WORKING.indexOf(told.state) >= 0;
    const exactness = loads ? [] : [works && drift(told, format, say), proof(told, now, format, say)];
    const present = works ? [hooks(told, say), users(told, format, say)] : [];
    return exactness.concat(present, pending(told, format, say)).filter(Boolean);
  }

  function drift(told, format, say) {
    const healed = told.drift.healed;
    if (!healed && !hasHooks(told)) { return null; }
    const text = healed ? say('settings.fact.healed', { count: format.count(healed) }) : say('settings.fact.no_drift');
    return { key: 'drift', tone: 'good', text: text };
  }

  function proof(told, now, format, say) {
    if (!told.proof) { return { key: 'proof', tone: 'quiet', text: say('settings.fact.no_proof') }; }
    const differed = told.proof.differed;
    return {
      key: 'proof',
      tone: differed ? 'warn' : 'good',
      text: say(differed ? 'settings.fact.proof_mended' : 'settings.fact.proof', {
        time: format.moment(told.proof.at, now), cells: format.count(told.proof.cells), differed: format.count(differed)
      })
    };
  }

  function hooks(told, say) {
    if (!told.hooks) { return null; }
    const on = hasHooks(told);
    return { key: 'hooks', tone: on ? 'good' : 'warn', text: say('settings.fact.hooks_' + (on ? 'on' : 'off')) };
  }

  function hasHooks(told) {
    return told.hooks !== null && told.hooks.state !== 'refused';
  }

  function users(told, format, say) {
    const seen = told.users.seen;
    return {
      key: 'users',
      tone: seen < told.users.of ? 'warn' : 'good',
      text: say('settings.fact.users', { seen: format.count(seen), of: format.count(told.users.of) })
    };
  }

  function pending(told, format, say) {
    if (!told.pending) { return null; }
    return { key: 'pending', tone: 'quiet', text: say('settings.fact.pending', { count: format.count(told.pending) }) };
  }

  return syncView;
});
