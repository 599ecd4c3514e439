/**
 * Makes an element's children equal to a tree of nodes while touching only what differs: a click, the focus and a
 * running animation survive an update. Words become text nodes, never markup.
 */
define([], function () {
  'use strict';

  const SVG = 'http://www.w3.org/2000/svg';

  /** @param {Element} parent @param {Array<Object|string>} nodes - of lib/layout.js */
  function draw(parent, nodes) {
    nodes.forEach(function (node, index) {
      const old = parent.childNodes[index];
      const same = old && matches(old, node) ? old : null;
      const kept = same || takeLater(parent, node, index);
      const element = kept || create(parent.ownerDocument, node, parent);
      if (element !== old) { parent.insertBefore(element, old || null); }
      update(element, node);
    });
    while (parent.childNodes.length > nodes.length) { parent.removeChild(parent.lastChild); }
  }

  /** A keyed element that stands further on is moved here rather than made again. */
  function takeLater(parent, node, index) {
    if (typeof node === 'string' || !node.attributes.key) { return null; }
    for (let later = index + 1; later < parent.childNodes.length; later += 1) {
      if (matches(parent.childNodes[later], node)) { return parent.childNodes[later]; }
    }
    return null;
  }

  function matches(element, node) {
    if (typeof node === 'string') { return element.nodeType === 3; }
    return element.nodeType === 1 && element.localName === node.tag && element.pulseKey === node.attributes.key;
  }

  function create(page, node, parent) {
    if (typeof node === 'string') { return page.createTextNode(node); }
    const inSvg = node.tag === 'svg' || parent.namespaceURI === SVG;
    const element = inSvg ? page.createElementNS(SVG, node.tag) : page.createElement(node.tag);
    element.pulseKey = node.attributes.key;
    return element;
  }

  function update(element, node) {
    if (typeof node === 'string') {
      if (element.nodeValue !== node) { element.nodeValue = node; }
      return;
    }
    const wanted = node.attributes;
    const has = function (name) { return wanted[name] !== null && wanted[name] !== undefined; };
    Object.keys(wanted).forEach(function (name) {
      if (name !== 'key' && has(name) && element.getAttribute(name) !== wanted[name]) {
        element.setAttribute(name, wanted[name]);
      }
    });
    Array.from(element.attributes).forEach(function (attribute) {
      if (!has(attribute.name)) { element.removeAttribute(attribute.name); }
    });
    draw(element, node.children);
  }

  return draw;
});
