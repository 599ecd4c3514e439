/** Elements before they are drawn: a node is {tag, attributes, children}, a string is words. Pure. */
define([], function () {
  'use strict';

  /** Children that are null are left out; the attribute `key` tells draw which element it is, and is not written. */
  function node(tag, attributes, children) {
    return { tag: tag, attributes: attributes || {}, children: (children || []).filter(Boolean) };
  }

  function words(tag, name, text, attributes) {
    return node(tag, Object.assign({ class: name }, attributes), [text]);
  }

  /** A link that opens beside amoCRM and tells the other side nothing about where one came from. */
  function outward(name, text, href) {
    return words('a', name, text, {
      href: href, target: '_blank', rel: 'noopener noreferrer', referrerpolicy: 'no-referrer'
    });
  }

  /** @param {{width: number, height: number, stretched: boolean}} size - stretched: fills its box whatever its shape */
  function drawing(name, size, paths) {
    const attributes = { class: name, viewBox: '0 0 ' + size.width + ' ' + size.height, 'aria-hidden': 'true' };
    return node('svg', Object.assign(attributes, size.stretched && { preserveAspectRatio: 'none' }), paths);
  }

  return { node: node, words: words, outward: outward, drawing: drawing };
});
