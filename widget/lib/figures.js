/** The KPIs of the card's answer as words, in the order in which a manager reads them. Pure. */
define(['./change.js', './sparkline.js'], function (change, sparkline) {
  'use strict';

  const HERO = 'won_sum';
  const FIRST = ['won_count', 'average_check', 'win_rate', 'new_leads'];
  const NOW = ['open_leads', 'tasks_overdue', 'leads_without_task'];
  const INSIDE_OTHERS = ['open_value', 'lost_sum'];
  const HERO_SPARK = { width: 220, height: 40 };
  const ROW_SPARK = { width: 64, height: 16 };

  /**
   * @param {Object} card - answer of GET /api/v1/card
   * @param {{now: number, expanded: boolean, gains: Object}} sight
   * @returns {{hero: ?Object, rows: Object[], now: Object[], hidden: number}}
   */
  function figures(card, sight, format, say) {
    const running = sight.now < card.period.to;
    const byKey = {};
    card.kpis.forEach(function (kpi) { byKey[kpi.key] = kpi; });
    const row = function (kpi, size) {
      return figure(kpi, byKey, { card: card, sight: sight, running: running, size: size }, format, say);
    };
    const rest = card.kpis.filter(function (kpi) {
      return kpi.key !== HERO && NOW.concat(INSIDE_OTHERS, FIRST).indexOf(kpi.key) < 0;
    });
    const first = present(FIRST, byKey);
    return {
      hero: byKey[HERO] ? row(byKey[HERO], HERO_SPARK) : null,
      rows: (sight.expanded ? first.concat(rest) : first).map(function (kpi) { return row(kpi, ROW_SPARK); }),
      now: present(NOW, byKey).map(function (kpi) { return row(kpi, null); }),
      hidden: rest.length
    };
  }

  function present(keys, byKey) {
    return keys.map(function (key) { return byKey[key]; }).filter(Boolean);
  }

  function figure(kpi, byKey, view, format, say) {
    const known = kpi.value !== null;
    return {
      key: kpi.key,
      title: kpi.title,
      value: known ? format.value(kpi.value, kpi.unit) : say('card.none'),
      detail: known ? detail(kpi, byKey, view, format, say) : reason(kpi.reason, say),
      change: view.size ? change(kpi, view.running, format, say) : null,
      previous: kpi.previous > 0 ? say('card.compared', {
        value: format.value(kpi.previous, kpi.unit), when: say('card.previous.' + view.card.period.key)
      }) : null,
      spark: view.size ? sparkline(kpi.spark, view.size.width, view.size.height) : null,
      gain: gain(view.sight.gains[kpi.key], kpi.unit, format, say),
      mood: kpi.key === 'tasks_overdue' && known ? (kpi.value > 0 ? 'alarming' : 'calm') : null
    };
  }

  function gain(difference, unit, format, say) {
    if (!difference) { return null; }
    const size = format.value(Math.abs(difference), unit);
    return { text: say(difference > 0 ? 'card.gain' : 'card.loss', { value: size }) };
  }

  function detail(kpi, byKey, view, format, say) {
    const parts = kpi.parts;
    const oldest = view.card.overdue.oldest;
    const writers = {
      average_check: function () {
        return parts.median && say('card.detail.median', { value: format.about(parts.median) });
      },
      win_rate: function () {
        const closed = parts.won + parts.lost;
        return closed > 0 && say('card.detail.won_of', { won: parts.won, closed: closed });
      },
      open_leads: function () { return worth(byKey.open_value, format, say); },
      lost_count: function () { return worth(byKey.lost_sum, format, say); },
      tasks_overdue: function () {
        if (!kpi.value) { return say('card.calm'); }
        return oldest && say('card.detail.oldest', { age: format.age(view.sight.now - oldest) });
      }
    };
    return writers[kpi.key] ? writers[kpi.key]() || null : null;
  }

  function worth(kpi, format, say) {
    return kpi && kpi.value ? say('card.detail.worth', { value: format.money(kpi.value) }) : null;
  }

  function reason(code, say) {
    const key = 'reason.' + code;
    const text = say(key);
    return text === key ? say('reason.other') : text;
  }

  return figures;
});
