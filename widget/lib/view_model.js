/** Everything that the card says, as a tree of words: no DOM, no clock, no network. */
define([
  './format.js', './figures.js', './notices.js', './alerts.js'
], function (createFormat, figures, notice, alerts) {
  'use strict';

  const PERIODS = ['day', 'week', 'month', 'quarter'];
  const JUST_NOW = 5;
  const LONG_AGO = 86400;

  /**
   * @param {Object} sight - what is known: {card, failure, period, busy, live, lostSince, now, narrow, expanded, gains}
   * @param {{language: string, say: function, links: {email: string, connect: string}}} speech
   * @returns {Object} what lib/layout.js lays out; `badge` is for the block's caption
   */
  function viewModel(sight, speech) {
    const say = speech.say;
    const card = sight.card;
    const format = createFormat({
      language: speech.language, narrow: sight.narrow,
      currency: card && card.currency || 'RUB', timezone: card && card.timezone || undefined
    }, say);
    // A computer whose clock is slow must not show deadlines of the future.
    const seen = Object.assign({}, sight, {
      now: card ? Math.max(sight.now, card.as_of || 0) : sight.now, hasFigures: card !== null && hasFigures(card)
    });
    const told = notice(seen, format, say, speech.links);
    return {
      loading: card === null && sight.failure === null,
      busy: sight.busy,
      notice: told,
      heading: card ? heading(card, say) : '',
      periods: periods(sight.period, say),
      alerts: card ? alerts(card, seen.now, format, say) : [],
      figures: seen.hasFigures ? figures(card, seen, format, say) : null,
      expanded: sight.expanded,
      badge: card ? badge(card, format, say) : null,
      footer: card ? footer(card, seen, format, say) : null,
      links: speech.links,
      words: words(say)
    };
  }

  function words(say) {
    return {
      loading: say('notice.loading'), periods: say('card.periods'), now: say('card.now'),
      more: say('card.more'), less: say('card.less')
    };
  }

  /** An empty account, or one whose history is only beginning to arrive, is told in words rather than in zeros. */
  function hasFigures(card) {
    return card.kpis.some(function (kpi) { return kpi.value || kpi.previous; });
  }

  function heading(card, say) {
    return card.manager.id !== card.viewer.id ? card.manager.name : say('card.mine');
  }

  function periods(chosen, say) {
    return PERIODS.map(function (key) {
      return { key: key, label: say('card.period.' + key), chosen: key === chosen };
    });
  }

  /** The overdue tasks of the manager; of this very entity when the manager has none. */
  function badge(card, format, say) {
    const warnings = card.entity ? card.entity.alerts : [];
    const here = warnings.find(function (each) { return each.kind === 'overdue_task'; });
    const total = card.overdue.count || (here ? here.count : 0);
    if (!total) { return null; }
    return { text: total > 99 ? '99+' : String(total), spoken: say('card.badge', { count: format.count(total) }) };
  }

  function footer(card, sight, format, say) {
    return {
      live: sight.live && card.state === 'active',
      liveWords: say('card.live'),
      age: age(card.as_of, sight.now, format, say),
      pending: card.pending > 0 ? say('card.pending', { count: format.count(card.pending) }) : null
    };
  }

  function age(asOf, now, format, say) {
    if (!asOf) { return ''; }
    const seconds = now - asOf;
    if (seconds < JUST_NOW) { return say('card.age_now'); }
    if (seconds >= LONG_AGO) { return say('card.age_at', { time: format.moment(asOf, now) }); }
    return say('card.age', { age: format.age(seconds) });
  }

  return viewModel;
});
