/** Builds elements. Text only ever becomes a text node, so nothing written by a person can turn into markup. */
define(function () {
  const SVG = 'http://www.w3.org/2000/svg';

  function append(element, children) {
    children.flat(Infinity).forEach(function (child) {
      if (child !== null && child !== undefined && child !== false) {
        element.append(child.nodeType ? child : String(child));
      }
    });
    return element;
  }

  /** `el('a.button#id', {href: '/', onclick: f}, 'text', el('b'))`; attributes null or false are left out. */
  function el(selector, attributes, ...children) {
    const [, tag, rest] = selector.match(/^([\w-]*)(.*)$/);
    const element = document.createElement(tag || 'div');
    for (const part of rest.match(/[.#][^.#]+/g) || []) {
      if (part[0] === '#') element.id = part.slice(1);
      else element.classList.add(part.slice(1));
    }
    Object.entries(attributes || {}).forEach(function ([name, value]) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (name === 'value' || name === 'checked' || name === 'selected') element[name] = value;
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
    });
    return append(element, children);
  }

  /** An outline drawing on a 24 by 24 field in the colour of the text around it. */
  function icon(path) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    const line = document.createElementNS(SVG, 'path');
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  }

  /** Put `children` in the place of whatever the element held. */
  function fill(element, ...children) {
    element.replaceChildren();
    return append(element, children);
  }

  return { el, icon, fill };
});
