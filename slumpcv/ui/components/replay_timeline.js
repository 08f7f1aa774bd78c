// The time line below the clip: its scale, and the phases and the moment shown drawn on it.

const AROUND_S = 2;                       // shown before and after the test, in a long clip
const BAND_PX = 34;

class Timeline {
  constructor(node) {
    this.node = node;
    this.pen = node.querySelector("canvas").getContext("2d");
  }

  // In a long clip only the test itself is shown, with all its marks.
  fit({ phases, duration, focus }, marks) {
    const times = [...phases, ...marks, ...(focus ? [focus] : [])].flatMap(({ start, end }) => [start, end]);
    this.from = phases.length ? Math.max(0, Math.min(...times) - AROUND_S) : 0;
    this.to = phases.length ? Math.min(duration, Math.max(...times) + AROUND_S) : duration;
    if (this.to <= this.from) this.to = this.from + 1;
  }

  get width() { return this.node.clientWidth; }
  share(time) { return (time - this.from) / (this.to - this.from); }
  x(time) { return this.share(time) * this.width; }

  timeAt(event) {
    const { left, width } = this.node.getBoundingClientRect();
    return this.from + Math.min(Math.max((event.clientX - left) / width, 0), 1) * (this.to - this.from);
  }

  draw(data, time) {
    const { pen, width } = this;
    if (!width) return;
    const canvas = pen.canvas, height = this.node.clientHeight, sharp = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
      Object.assign(canvas, { width: Math.round(width * sharp), height: Math.round(height * sharp) });
    }
    const style = getComputedStyle(this.node);
    this.ink = style.color;
    this.dark = style.getPropertyValue("color-scheme").includes("dark") || brightness(style.color) > 128;
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = `600 12px ${style.fontFamily}`;
    pen.textBaseline = "middle";
    for (const phase of data.phases) this.band(phase);
    if (data.focus) this.frame(data.focus);
    this.cursor(time, height);
  }

  band({ name, short, start, end, colour }) {
    const { pen } = this;
    const left = this.x(start), wide = Math.max(1, this.x(end) - left - 1);
    pen.globalAlpha = this.dark ? 0.32 : 1;
    pen.fillStyle = colour;
    pen.beginPath();
    pen.roundRect(left, 0, wide, BAND_PX, 4);
    pen.fill();
    pen.globalAlpha = 1;
    pen.fillStyle = this.dark ? this.ink : "#16324A";
    const words = [name, short].find((text) => pen.measureText(text).width <= wide - 8);
    if (words) pen.fillText(words, left + (wide - pen.measureText(words).width) / 2, BAND_PX / 2 + 1);
  }

  frame({ start, end }) {
    const { pen } = this;
    const left = this.x(start), wide = Math.max(4, this.x(end) - left);
    pen.strokeStyle = this.ink;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect(left, 1, wide, BAND_PX - 2, 5);
    pen.stroke();
  }

  cursor(time, height) {
    const { pen } = this;
    const at = Math.min(Math.max(this.x(time), 1), this.width - 1);
    pen.fillStyle = this.ink;
    pen.fillRect(at - 1, 0, 2, height);
    pen.beginPath();
    pen.moveTo(at - 6, 0);
    pen.lineTo(at + 6, 0);
    pen.lineTo(at, 8);
    pen.fill();
  }
}

function brightness(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}
