/** How far the history is loaded, kind by kind, in words. Pure. */
define([], function () {
  'use strict';

  const WHOLE = 10000;
  const KINDS = ['leads', 'tasks', 'events', 'contacts', 'companies', 'notes', 'unsorted'];

  /**
   * @param {{kinds: Object[], left: ?number, rate: ?number}} importing - of the server's answer
   * @returns {{kinds: {key: string, label: string, share: number, text: string}[], left: ?string}}
   *   `share` is a part of one; kinds that a newer server may add are left out
   */
  function read(importing, format, say) {
    const known = together(importing.kinds || []).filter(function (each) { return KINDS.indexOf(each.kind) >= 0; });
    return {
      kinds: known.map(function (each) { return kind(each, format, say); }),
      left: importing.left ? say('importing.left', { age: format.age(importing.left) }) : null
    };
  }

  /** Calls and letters are notes of several kinds of entities: «leads/notes», «contacts/notes» are one to a person. */
  function together(kinds) {
    const groups = new Map();
    kinds.forEach(function (each) {
      const name = each.kind.split('/').pop();
      groups.set(name, (groups.get(name) || []).concat(each));
    });
    return Array.from(groups, function (group) { return sum(group[0], group[1]); });
  }

  function sum(name, parts) {
    const shares = parts.map(function (each) { return each.is_done ? WHOLE : each.share; });
    const known = shares.filter(function (share) { return share !== null; });
    const add = function (total, value) { return total + value; };
    return {
      kind: name,
      rows: parts.map(function (each) { return each.rows; }).reduce(add, 0),
      share: known.length ? known.reduce(add, 0) / parts.length : null,
      is_done: parts.every(function (each) { return each.is_done; })
    };
  }

  function kind(each, format, say) {
    const share = each.is_done ? WHOLE : each.share || 0;
    return {
      key: each.kind,
      label: say('importing.kind.' + each.kind),
      share: share / WHOLE,
      rows: each.rows > 0 ? format.count(each.rows) : '',
      text: each.is_done || each.share !== null ? format.share(Math.floor(share / 100) * 100) : unknown(each, say)
    };
  }

  /** Of what has only begun nobody knows yet how much there is. */
  function unknown(each, say) {
    return each.rows > 0 ? '…' : say('importing.waits');
  }

  /** The kinds that have begun, in one line: «Сделки 100 %, события 35 %». */
  function line(read) {
    return read.kinds.filter(function (each) { return each.rows || each.share; }).map(function (each, index) {
      return (index ? each.label.toLowerCase() : each.label) + '\u00a0' + each.text;
    }).join(', ');
  }

  return { read: read, line: line };
});
