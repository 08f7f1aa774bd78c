// Curves of the angles over the phases: gaps stay gaps, and the stated error is drawn on request.

const JOINED_S = 0.5;                     // frames further apart than this are not joined
const SHOWN_S = 0.5;                      // before the first and after the last phase, for the scale of a row

class Curves {
  constructor(axis, data) {
    Object.assign(this, { axis, data, bands: false });
    this.bridged = new Set(data.bridged);
  }

  draw(left) {
    const { axis } = this, { player } = axis;
    this.left = left;
    this.pen = sharpen(axis.canvas, axis.width, axis.height);
    axis.canvas.style.width = `${axis.width}px`;
    this.dark = isDark(axis.node);
    const style = getComputedStyle(axis.node);
    this.colours = this.data.colours[this.dark ? "dark" : "light"];
    this.font = style.fontFamily;
    this.from = axis.from + (left - PAD_PX) / axis.secondPx;
    this.to = axis.from + (left + axis.width - PAD_PX) / axis.secondPx;
    for (const phase of player.model.phases) this.phase(phase);
    this.lines();
    this.data.panels.forEach((panel, at) => this.panel(panel, ...axis.tops[`panel${at}`]));
  }

  x(time) { return this.axis.x(time) - this.left; }

  phase({ phase, start_s, end_s }) {
    const { pen, axis } = this, lift = phase === "HEAD_LIFT";
    const [top] = axis.tops.panel0 ?? [0], bottom = axis.tops.quality[0];
    const left = this.x(start_s), wide = this.x(end_s) - left;
    pen.globalAlpha = (lift ? 0.5 : 0.34) * this.colours.tint;
    pen.fillStyle = this.data.names[phase].tint;
    pen.fillRect(left, top, wide, bottom - top);
    pen.globalAlpha = 1;
    if (!lift) return;
    pen.strokeStyle = this.colours.lift;
    pen.lineWidth = 1;
    pen.setLineDash([3, 3]);
    for (const x of [left, left + wide]) this.stroke([[x, top], [x, bottom]]);
    pen.setLineDash([]);
  }

  // The ruler's numbers, and the thin lines between rows.
  lines() {
    const { pen, axis, colours } = this;
    pen.strokeStyle = colours.hairline;
    pen.lineWidth = 1;
    for (const [top] of Object.values(axis.tops)) if (top) this.stroke([[0, top + 0.5], [axis.width, top + 0.5]]);
    const every = TICKS_S.find((tick) => tick * axis.secondPx >= TICK_PX) ?? TICKS_S.at(-1);
    pen.fillStyle = colours.muted;
    pen.font = `12px ${this.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let at = Math.ceil(Math.max(this.from, axis.from) / every); at * every <= Math.min(this.to, axis.to); at += 1) {
      const x = Math.round(this.x(at * every)) + 0.5;
      pen.fillText(axis.player.seconds(at * every, every < 0.1 ? 2 : every < 1 ? 1 : 0), x, 10);
      this.stroke([[x, 19], [x, 24]]);
    }
    pen.textAlign = "left";
    pen.fillStyle = colours.lift;
    for (const { time_s } of axis.player.model.points) this.diamond(this.x(time_s), 21);
  }

  diamond(x, y) {
    const { pen } = this;
    pen.beginPath();
    for (const [right, down] of [[0, -4], [4, 0], [0, 4], [-4, 0]]) pen.lineTo(x + right, y + down);
    pen.fill();
  }

  panel(panel, top, height) {
    const { pen, axis, colours } = this;
    const [low, high] = this.range(panel), y = (value) => top + 4 + (high - value) / (high - low) * (height - 8);
    pen.save();
    pen.beginPath();
    pen.rect(0, top, axis.width, height);
    pen.clip();
    this.scale(panel, low, high, y);
    panel.angles.forEach((name, at) => {
      const { model } = axis.player, colour = at ? colours.companion : colours.ink;
      if (this.bands) this.band(name, y, colour);
      if (model.angles?.[name]) this.curve(this.data.angles[name].values, y, colours.muted, 1.2);
      this.curve(model.valuesOf(name), y, colour, 2);
    });
    pen.restore();
  }

  // The angles of the test, without what somebody does who walks in or gets up.
  range(panel) {
    const { phases } = this.axis.player.model;
    const from = (phases[0]?.start_s ?? -Infinity) - SHOWN_S, to = (phases.at(-1)?.end_s ?? Infinity) + SHOWN_S;
    let low = Infinity, high = -Infinity;
    for (const name of panel.angles) {
      const values = this.axis.player.model.valuesOf(name);
      this.data.times.forEach((time, at) => {
        if (time < from || time > to || values[at] === null) return;
        low = Math.min(low, values[at]);
        high = Math.max(high, values[at]);
      });
    }
    if (low > high) [low, high] = [0, panel.least];
    const middle = (low + high) / 2, half = Math.max(high - low, panel.least) / 2 * 1.12;
    return [middle - half, middle + half];
  }

  scale(panel, low, high, y) {
    const { pen, axis, colours } = this, index = panel.least < 1;
    const step = (index ? [0.05, 0.1, 0.2, 0.5] : [10, 20, 30, 45, 90]).find((one) => (high - low) / one <= 3) ?? (high - low);
    pen.font = `11px ${this.font}`;
    pen.textBaseline = "middle";
    for (let at = Math.ceil(low / step); at * step <= high; at += 1) {
      const value = at * step + 0;   // no -0
      pen.globalAlpha = 0.55;
      pen.strokeStyle = colours.hairline;
      this.stroke([[0, Math.round(y(value)) + 0.5], [axis.width, Math.round(y(value)) + 0.5]]);
      pen.globalAlpha = 1;
      pen.fillStyle = colours.muted;
      const words = index ? value.toLocaleString(this.data.language, { maximumFractionDigits: 2 }) : `${Math.round(value)}°`;
      pen.textAlign = "right";
      pen.fillText(words, axis.width - 3, clamp(y(value), 6 + y(high), y(low) - 6));
      pen.textAlign = "left";
    }
  }

  // Stretches of frames that are joined, as far as they can be seen here.
  *stretches(values, shown) {
    const { times } = this.data;
    let part = [];
    const first = Math.max(0, lastUpTo(times, this.from)), last = lastUpTo(times, this.to) + 1;
    for (let at = first; at <= Math.min(last, times.length - 1); at += 1) {
      const joined = part.length && times[at] - times[at - 1] <= JOINED_S;
      if (values[at] !== null && shown(at)) {
        if (part.length && !joined) { yield part; part = []; }
        part.push(at);
      } else if (part.length) { yield part; part = []; }
    }
    if (part.length) yield part;
  }

  curve(values, y, colour, width) {
    const { pen, bridged } = this, place = (at) => [this.x(this.data.times[at]), y(values[at])];
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.lineJoin = "round";
    for (const part of this.stretches(values, (at) => !bridged.has(at))) this.stroke(part.map(place));
    if (!bridged.size) return;
    pen.setLineDash([2, 3]);              // what bridges a short gap, up to its seen neighbours
    const beside = (at) => [at - 1, at, at + 1].some((one) => bridged.has(one));
    for (const part of this.stretches(values, beside)) this.stroke(part.map(place));
    pen.setLineDash([]);
  }

  band(name, y, colour) {
    const { pen } = this, { error } = this.data.angles[name], values = this.axis.player.model.valuesOf(name);
    if (error === null) return;
    pen.globalAlpha = 0.16;
    pen.fillStyle = colour;
    for (const part of this.stretches(values, () => true)) {
      const edge = (by) => part.map((at) => [this.x(this.data.times[at]), y(values[at] + by)]);
      pen.beginPath();
      for (const [x, height] of [...edge(error), ...edge(-error).reverse()]) pen.lineTo(x, height);
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  stroke(places) {
    const { pen } = this;
    pen.beginPath();
    for (const [x, y] of places) pen.lineTo(x, y);
    pen.stroke();
  }
}
