// The one axis of time under the video: its scale, its rows, and where in them a moment lies.

const PAD_PX = 22;                        // room at both ends for the grips of the first and last edge
const MOST_ZOOM = 60;
const ROWS = { ruler: 24, phases: 46, marks: 46, quality: 24, panel: 56 };
const TICKS_S = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const TICK_PX = 64;                       // no closer, so that numbers stay apart
const KEEP_SHARE = 0.12;                  // the moment shown is kept this far from the edges while it runs

class Axis {
  constructor(player) {
    this.player = player;
    const { find } = player;
    Object.assign(this, { node: find(".axis"), scroll: find(".scroll"), inner: find(".inner"), canvas: find(".curves"), seek: find(".seek"), cursor: find(".cursor"), gutter: find(".gutter") });
    this.zoom = 1;
    player.on(this.scroll, "scroll", () => this.paint());
    player.on(this.scroll, "wheel", (event) => this.wheel(event), { passive: false });
    player.on(this.seek, "pointerdown", (event) => this.press(event));
    player.on(this.seek, "dblclick", (event) => { if (this.rowAt(event) === "phases") player.menu.open(); });
    player.on(this.seek, "contextmenu", (event) => {
      if (this.rowAt(event) !== "phases") return;
      event.preventDefault();
      player.clock.go(player.clock.at(this.timeAt(event)));
      player.menu.open();
    });
    player.on(this.seek, "keydown", (event) => this.key(event));
    this.sizes = new ResizeObserver(() => this.lay());
    this.sizes.observe(this.scroll);
  }

  load(data) {
    const { clock } = this.player;
    this.from = clock.frames[0];
    this.to = clock.end;
    this.rows = [["ruler", ROWS.ruler], ["phases", ROWS.phases], ["marks", ROWS.marks]];
    data.panels.forEach((panel, at) => this.rows.push([`panel${at}`, ROWS.panel]));
    this.rows.push(["quality", ROWS.quality]);
    this.tops = {};
    let top = 0;
    for (const [name, height] of this.rows) { this.tops[name] = [top, height]; top += height; }
    this.height = top;
    this.inner.style.height = this.canvas.style.height = `${top}px`;
    this.label(data);
    this.curves = new Curves(this, data);
    this.lanes = new Lanes(this);
    this.lay();
  }

  // Names of the rows, and beside those of curves the value at the moment shown.
  label(data) {
    const { texts } = data;
    const named = { ruler: texts.row_time, phases: texts.row_phases, marks: texts.row_marks, quality: texts.row_quality };
    this.values = {};
    const rows = this.rows.map(([name, height]) => {
      const row = make("div", `row-name ${name}`);
      row.style.height = `${height}px`;
      const panel = data.panels[Number(name.slice(5))];
      if (!name.startsWith("panel")) { row.append(make("span", "", named[name])); return row; }
      panel.angles.forEach((angle, at) => {
        const line = make("div", `value curve${at}`);
        this.values[angle] = make("output", "", "", { "aria-label": data.angles[angle].name });
        line.append(make("span", "", data.angles[angle].name), this.values[angle]);
        row.append(line);
      });
      return row;
    });
    this.gutter.replaceChildren(...rows);
  }

  // --- scale ---------------------------------------------------------------------------------

  get width() { return this.scroll.clientWidth; }
  get innerWidth() { return this.width * this.zoom; }
  get secondPx() { return (this.innerWidth - 2 * PAD_PX) / (this.to - this.from); }
  x(time) { return PAD_PX + (time - this.from) * this.secondPx; }
  timeAt({ clientX }) {
    const { left } = this.inner.getBoundingClientRect();
    return clamp(this.from + (clientX - left - PAD_PX) / this.secondPx, this.from, this.to);
  }
  frameAt(event) { return this.player.clock.at(this.timeAt(event)); }
  rowAt({ clientY }) {
    const at = clientY - this.inner.getBoundingClientRect().top;
    return this.rows.find(([name, height]) => at < this.tops[name][0] + height)?.[0];
  }

  lay() {
    if (!this.curves || !this.width) return;
    this.inner.style.width = `${this.innerWidth}px`;
    this.lanes.lay();
    this.show();
    this.paint();
  }

  paint() { if (this.curves) this.curves.draw(this.scroll.scrollLeft); }

  // --- zoom ----------------------------------------------------------------------------------

  setZoom(zoom, at = this.player.clock.time) {
    const before = this.x(at) - this.scroll.scrollLeft;
    this.zoom = clamp(zoom, 1, MOST_ZOOM);
    this.lay();
    this.scroll.scrollLeft = this.x(at) - clamp(before, 0, this.width);
    this.paint();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.setZoom(this.zoom * Math.exp(-event.deltaY / 200), this.timeAt(event));
  }

  // --- the moment shown --------------------------------------------------------------------------

  show() {
    const { clock, model, data, seconds } = this.player;
    if (!this.curves) return;
    const x = this.x(clock.time);
    this.cursor.style.transform = `translateX(${x}px)`;
    if (clock.playing || this.followed !== clock.index) this.keepInView(x);
    this.followed = clock.index;
    const values = Object.keys(this.values).map((angle) => {
      const shown = this.player.words(angle, valueAt(data.times, model.valuesOf(angle), clock.time));
      this.values[angle].textContent = shown;
      return `${data.angles[angle].name} ${shown}`;
    });
    const phase = model.phases[model.phaseAt(clock.time)];
    this.seek.setAttribute("aria-valuemin", this.from.toFixed(2));
    this.seek.setAttribute("aria-valuemax", this.to.toFixed(2));
    this.seek.setAttribute("aria-valuenow", clock.time.toFixed(2));
    this.seek.setAttribute("aria-valuetext", [seconds(clock.time), phase ? model.nameOf(phase.phase) : data.texts.no_phase, ...values].join(", "));
  }

  keepInView(x) {
    // Under a pointer that holds something, the axis moves only to follow it out of sight.
    const left = this.scroll.scrollLeft, edge = this.holding ? 0 : this.width * KEEP_SHARE;
    if (x < left + edge) this.scroll.scrollLeft = x - edge;
    else if (x > left + this.width - edge) this.scroll.scrollLeft = x - this.width + edge;
  }

  press(event) {
    const { clock } = this.player;
    clock.pause();
    this.holding = true;
    clock.go(this.frameAt(event));
    this.hold(event, (next) => clock.go(this.frameAt(next)));
  }

  hold(event, move, done = () => {}) {
    this.holding = true;
    follow(event, move, () => { this.holding = false; done(); });
  }

  key(event) {
    const { clock } = this.player;
    const to = { Home: 0, End: clock.last, PageUp: clock.at(clock.time + 1), PageDown: clock.at(clock.time - 1) }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    clock.pause();
    clock.go(to);
  }

  close() { this.sizes.disconnect(); }
}

// Between two analysed frames; null when either was not seen, or they are too far apart to be joined.
function valueAt(times, values, time) {
  const at = clamp(lastUpTo(times, time + 1e-6), 0, Math.max(0, times.length - 1)), next = Math.min(at + 1, times.length - 1);
  const here = values[at] ?? null, there = values[next] ?? null;
  if (!times.length || here === null || Math.abs(times[at] - time) > JOINED_S) return null;
  if (time <= times[at] + 1e-6 || next === at) return here;
  if (there === null || times[next] - times[at] > JOINED_S) return null;
  return here + (there - here) * (time - times[at]) / (times[next] - times[at]);
}
