/** Draws one state of the card with the widget's own modules, and measures what a person would have to read. */
'use strict';

function texts(language) {
  return fetch('/widget/i18n/' + language + '.json').then((answer) => answer.json());
}

function module_of(path) {
  return fetch(path).then((answer) => answer.text()).then((source) => {
    const module = { exports: {} };
    new Function('module', source)(module);
    return module.exports;
  });
}

function drawn(language, width) {
  const paths = ['view_model', 'layout', 'draw', 'words', 'sync_view', 'sync_layout'].map((name) => '/widget/lib/' + name + '.js');
  return Promise.all([texts(language), module_of('/tests/answers.js')]).then(([known, answers]) => (
    new Promise((resolve) => require(paths, (viewModel, layout, draw, createSay, syncView, syncLayout) => {
      const say = createSay((key) => key.split('.').reduce((inner, part) => inner && inner[part], known));
      const links = { email: 'support@pulse.example.com', connect: 'https://pulse.example.com/oauth/start' };
      const states = answers.states();
      Object.keys(states).forEach((name) => {
        const frame = document.body.appendChild(document.createElement('div'));
        frame.id = name;
        frame.style.width = width + 'px';
        const root = frame.appendChild(document.createElement('div'));
        root.className = 'pulse-card';
        const narrow = root.clientWidth < 216;
        draw(root, layout(viewModel({ ...states[name], narrow }, { language, say, links })));
      });
      const connections = answers.connections();
      Object.keys(connections).forEach((name) => {
        const frame = document.body.appendChild(document.createElement('div'));
        frame.id = name;
        frame.style.width = 2 * width + 12 + 'px';
        const root = frame.appendChild(document.createElement('div'));
        root.className = 'pulse-settings';
        draw(root, syncLayout(syncView(connections[name], { language, say }), links, say));
      });
      resolve(Object.keys(states).concat(Object.keys(connections)));
    }))
  ));
}

function color(text) {
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return { channels: [red, green, blue], alpha };
}

function behind(element) {
  const layers = [];
  for (let each = element; each; each = each.parentElement) { layers.push(color(getComputedStyle(each).backgroundColor)); }
  return layers.reverse().reduce((under, layer) => (
    under.map((channel, index) => channel * (1 - layer.alpha) + layer.channels[index] * layer.alpha)
  ), [255, 255, 255]);
}

function luminance(channels) {
  const [red, green, blue] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(element) {
  const pair = [color(getComputedStyle(element).color).channels, behind(element)].map(luminance).sort((a, b) => b - a);
  return (pair[0] + 0.05) / (pair[1] + 0.05);
}

/** @returns {string[]} what cannot be read in a state: words that stick out or stand on too little contrast */
function faults(name) {
  const root = document.querySelector('#' + name).firstChild;
  const edge = root.getBoundingClientRect();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const words = walker.currentNode.nodeValue.trim();
    const element = walker.currentNode.parentElement;
    if (words === '') { continue; }
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    const cut = getComputedStyle(element).overflow === 'hidden';
    if (!cut && (box.right > edge.right || box.left < edge.left)) { found.push('sticks out: ' + words); }
    if (contrast(element) < 4.5) { found.push('contrast ' + contrast(element).toFixed(2) + ': ' + words); }
    if (/^[a-z]+\.[a-z_.]+$/.test(words)) { found.push('has no words: ' + words); }
  }
  return found;
}

function heightOf(name) {
  return document.querySelector('#' + name + ' .pulse-card').getBoundingClientRect().height;
}
