// Elements, icons and pointers: what every part of the review player is made with.

const ICONS = {
  play: "M7 4.5v15l12-7.5z", pause: "M6 4.5h4v15H6zM14 4.5h4v15h-4z",
  back: "M18 5v14l-9-7zM5 5h3v14H5z", forward: "M6 5v14l9-7zM16 5h3v14h-3z",
  back10: "M20 5v14l-8-7zM12 5v14l-8-7z", forward10: "M4 5v14l8-7zM12 5v14l8-7z",
  undo: "M9 7V3L3 9l6 6v-4c5 0 8 1.5 10 5 0-6-4-9-10-9z", redo: "M15 7V3l6 6-6 6v-4c-5 0-8 1.5-10 5 0-6 4-9 10-9z",
  in: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z", out: "M5 11h14v2H5z", fit: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
  remove: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
};
const SVG = "http://www.w3.org/2000/svg";

// Text only ever comes in through textContent.
function make(kind, name = "", words = "", fields = {}) {
  const node = document.createElement(kind);
  if (name) node.className = name;
  if (words !== "") node.textContent = words;
  for (const [field, value] of Object.entries(fields)) node.setAttribute(field, value);
  return node;
}

function button(name, words, act, fields = {}) {
  const node = make("button", name, words, { type: "button", ...fields });
  node.addEventListener("click", act);
  return node;
}

function icon(shape) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[shape]);
  svg.append(path);
  return svg;
}

// A list to choose from; `choices` are pairs of value and words.
function choice(label, choices, value, act, name = "") {
  const node = make("select", name, "", { "aria-label": label });
  for (const [one, words] of choices) node.append(make("option", "", words, { value: one }));
  node.value = value;
  node.addEventListener("change", () => act(node.value));
  return node;
}

// Follows one pointer from where it went down until it is let go.
function follow(event, move, done = () => {}) {
  if (event.button > 0) return done(event);
  const grip = event.currentTarget, over = new AbortController(), off = { signal: over.signal };
  event.preventDefault();
  event.stopPropagation();
  grip.focus({ preventScroll: true });
  grip.setPointerCapture(event.pointerId);
  const mine = (act) => (next) => { if (next.pointerId === event.pointerId) act(next); };
  grip.addEventListener("pointermove", mine(move), off);
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
    grip.addEventListener(kind, mine((next) => { over.abort(); done(next); }), off);
  }
  return undefined;
}

// The canvas as sharp as the screen; gives its pen, in CSS pixels.
function sharpen(canvas, width, height) {
  const sharp = Math.min(devicePixelRatio || 1, 2);
  const wide = Math.round(width * sharp), high = Math.round(height * sharp);
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const pen = canvas.getContext("2d");
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

function isDark(node) {
  const [red, green, blue] = getComputedStyle(node).color.match(/[\d.]+/g).map(Number);
  return 0.3 * red + 0.59 * green + 0.11 * blue > 128;
}

// Index of the last of the rising numbers that is not above the wanted one; -1 below them all.
function lastUpTo(numbers, wanted) {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= wanted) low = middle + 1; else high = middle;
  }
  return low - 1;
}

function nearest(numbers, wanted) {
  const before = Math.max(0, lastUpTo(numbers, wanted)), after = Math.min(before + 1, numbers.length - 1);
  return wanted - numbers[before] <= numbers[after] - wanted ? before : after;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
