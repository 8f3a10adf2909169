// Looks at the open page as it is drawn, and returns a list of what people would stumble over; nothing is the wish.
const faults = [];
const name = (element) => element.tagName.toLowerCase() + (element.className ? '.' + (element.className.baseVal ?? element.className) : '');

// Colours, as WCAG 2.2 computes with them.
const parse = (text) => {
  const numbers = text.match(/[\d.]+/g).map(Number);
  return { red: numbers[0], green: numbers[1], blue: numbers[2], alpha: numbers[3] ?? 1 };
};
const over = (top, under) => {
  const mix = (part) => top[part] * top.alpha + under[part] * (1 - top.alpha);
  return { red: mix('red'), green: mix('green'), blue: mix('blue'), alpha: 1 };
};
const ground = (element) => {
  if (!element) return { red: 255, green: 255, blue: 255, alpha: 1 };
  const own = parse(getComputedStyle(element).backgroundColor);
  return own.alpha === 1 ? own : over(own, ground(element.parentElement));
};
const luminance = (colour) => {
  const linear = (part) => {
    const value = colour[part] / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear('red') + 0.7152 * linear('green') + 0.0722 * linear('blue');
};
const contrast = (one, other) => {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

// 1.4.3: every text against what is behind it.
let texts = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
  texts += 1;
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const behind = ground(element);
  const ratio = contrast(over(parse(style.color), behind), behind);
  if (ratio < (large ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)} of ${name(element)}: ${walker.currentNode.data}`);
}
if (texts === 0) faults.push('no text');

// 1.4.11: the edge of a field and the strokes of a picture.
for (const field of document.querySelectorAll('input:not([type=hidden])')) {
  const ratio = contrast(parse(getComputedStyle(field).borderTopColor), ground(field.parentElement));
  if (ratio < 3) faults.push(`contrast ${ratio.toFixed(2)} of the edge of ${name(field)}`);
}
for (const icon of document.querySelectorAll('svg')) {
  const ratio = contrast(parse(getComputedStyle(icon).stroke), ground(icon.parentElement));
  if (ratio < 3) faults.push(`contrast ${ratio.toFixed(2)} of ${name(icon)} in ${name(icon.parentElement)}`);
}

// What is tapped is as large as a fingertip.
for (const target of document.querySelectorAll('a, button, input:not([type=hidden])')) {
  const { width, height } = target.getBoundingClientRect();
  if (width < 44 || height < 44) faults.push(`target of ${width}x${height}: ${name(target)}`);
}

// Nothing is wider than the screen, and each field and the page have names.
if (document.documentElement.scrollWidth > window.innerWidth) faults.push('wider than the screen');
for (const field of document.querySelectorAll('input:not([type=hidden])')) {
  if (field.labels.length === 0) faults.push(`no label: ${name(field)}`);
  for (const id of (field.getAttribute('aria-describedby') ?? '').split(' ')) {
    if (id && !document.getElementById(id)) faults.push(`nothing is called ${id}`);
  }
}
if (!document.title || !document.documentElement.lang) faults.push('no title or language');

// No text is cut off, by the screen or by a box that hides what sticks out, and no amount is broken within.
const clips = (element) => {
  for (let box = element; box; box = box.parentElement) {
    if (getComputedStyle(box).overflowX !== 'visible') return box.getBoundingClientRect();
  }
  return { left: 0, right: window.innerWidth };
};
const place = (node, from, to) => {
  const range = document.createRange();
  range.setStart(node, from);
  range.setEnd(node, to);
  return [...range.getClientRects()];
};
const visible = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (visible.nextNode()) {
  const node = visible.currentNode;
  const element = node.parentElement;
  if (!node.data.trim() || !element.checkVisibility()) continue;
  const box = clips(element);
  for (const { left, right } of place(node, 0, node.data.length)) {
    if (left < box.left - 1 || right > box.right + 1) faults.push(`cut off in ${name(element)}: ${node.data}`);
  }
  const isAmount = element.closest('.sum, .figure');
  for (const { 0: amount, index } of node.data.matchAll(/[−-]?¥?\d[\d,]*(\.\d+)?/g)) {
    if (!isAmount && !amount.includes('¥')) continue;
    const lines = new Set(place(node, index, index + amount.length).map(({ bottom }) => Math.round(bottom)));
    if (lines.size > 1) faults.push(`broken in ${name(element)}: ${amount}`);
  }
}
for (const sum of document.querySelectorAll('.sum')) {
  const tops = [...sum.getClientRects()];
  if (tops.length > 1) faults.push(`broken: ${sum.textContent}`);
}

// One heading of the page; every text within a landmark; Chinese on a page of another language says that it is Chinese, and
// English of others on a Chinese page that it is English.
const headings = document.querySelectorAll('h1').length;
if (headings !== 1) faults.push(`${headings} headings of the first level`);
const lands = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (lands.nextNode()) {
  const { data, parentElement } = lands.currentNode;
  if (!data.trim()) continue;
  if (!parentElement.closest('main, nav, aside, footer, header')) faults.push(`outside of landmarks: ${data}`);
  if (parentElement.closest('[aria-hidden=true]')) continue;
  const { lang } = parentElement.closest('[lang]');
  const han = /\p{Script=Han}/u.test(data);
  const others = /[^\p{Script=Han}\P{Letter}A-Za-z]/u.test(data);
  if (han && !others && !lang.startsWith('zh')) faults.push(`Chinese in ${lang}: ${data}`);
  const latin = !han && !others && /[A-Za-z]/.test(data);
  if (latin && parentElement.closest('bdi') && lang !== 'en') faults.push(`English in ${lang}: ${data}`);
}

// Nothing comes from elsewhere, nothing runs, and the style has arrived.
if (document.querySelector('script, style, [style], iframe, object')) faults.push('a script or an inline style');
for (const entry of performance.getEntriesByType('resource')) {
  if (new URL(entry.name).origin !== location.origin) faults.push(`fetched from elsewhere: ${entry.name}`);
}
if (getComputedStyle(document.body).display !== 'flex') faults.push('the style sheet is missing');
return faults;
