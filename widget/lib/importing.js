/** How far the history is loaded, kind by kind, in words. Pure. */
define([], function () {
  'use strict';

  const WHOLE = 10000;
  const KINDS = ['leads', 'tasks', 'events', 'contacts', 'companies', 'calls', 'letters', 'notes', 'unsorted'];

  /**
   * @param {{kinds: Object[], left: ?number, rate: ?number}} importing - of the server's answer
   * @returns {{kinds: {key: string, label: string, share: number, text: string}[], left: ?string}}
   *   `share` is a part of one; kinds that a newer server may add are left out
   */
  function read(importing, format, say) {
    const known = (importing.kinds || []).filter(function (each) { return KINDS.indexOf(each.kind) >= 0; });
    return {
      kinds: known.map(function (each) { return kind(each, format, say); }),
      left: importing.left ? say('importing.left', { age: format.age(importing.left) }) : null
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
