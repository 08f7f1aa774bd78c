// The clip of a test beside its timeline: look at any moment, and move a mark, without asking the server.

const SLOW = 0.3;                         // slow enough to see a movement begin
const STEP_S = 0.1, PAGE_S = 1;           // arrow and page keys on a mark
const NEW_MARK_S = 1.5;                   // a mark that is set here is this long at first
const LEAST_MARK_S = 0.1;
const AROUND_S = 2;                       // shown before and after the test, in a long clip
const SETTLED_MS = 500;                   // a mark that has rested for this long is told to the page
const BAND_PX = 34;

const ICONS = {
  play: "M7 4.5v15l12-7.5z", pause: "M6 4.5h4v15H6zM14 4.5h4v15h-4z",
  back: "M18 5v14l-9-7zM5 5h3v14H5z", forward: "M6 5v14l9-7zM16 5h3v14h-3z",
};
const MARKUP = `
<section class="frame">
  <div class="screen"><video muted playsinline preload="auto" tabindex="-1"></video><p class="missing" role="alert" hidden></p></div>
  <div class="controls">
    <button type="button" class="icon back"></button>
    <button type="button" class="icon play"></button>
    <button type="button" class="icon forward"></button>
    <button type="button" class="slow" aria-pressed="false"></button>
    <output class="time"></output>
  </div>
  <div class="timeline"><canvas aria-hidden="true"></canvas>
    <div class="seek" role="slider" tabindex="0"></div><div class="lane"></div></div>
  <div class="edit">
    <button type="button" class="begins"></button><button type="button" class="ends"></button>
    <button type="button" class="add"></button><button type="button" class="remove"></button>
  </div>
</section>`;

class Replay {
  constructor(host) {
    this.host = host;
    host.innerHTML = MARKUP;              // ours alone: every text comes in through textContent
    this.find = (name) => host.querySelector(name);
    this.video = this.find("video");
    this.pen = this.find("canvas").getContext("2d");
    this.time = 0;
    this.marks = [];
    this.off = new AbortController();
    this.listen();
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.find(".timeline"));
  }

  on(target, kind, what) { target.addEventListener(kind, what, { signal: this.off.signal }); }

  listen() {
    const { video } = this;
    this.on(this.find(".play"), "click", () => this.toggle());
    this.on(this.find(".back"), "click", () => this.step(-1));
    this.on(this.find(".forward"), "click", () => this.step(1));
    this.on(this.find(".slow"), "click", () => this.slow());
    this.on(video, "click", () => this.toggle());
    this.on(video, "loadedmetadata", () => this.ready());
    this.on(video, "seeked", () => this.catchUp());
    for (const kind of ["play", "pause", "ended"]) this.on(video, kind, () => this.playing());
    this.on(video, "error", () => this.missing());
    const seek = this.find(".seek");
    this.on(seek, "keydown", (event) => this.seekKey(event));
    this.on(seek, "pointerdown", (event) => this.drag(event, (time) => this.go(time)));
    this.on(this.find(".begins"), "click", () => this.edge("start", this.time));
    this.on(this.find(".ends"), "click", () => this.edge("end", this.time));
    this.on(this.find(".add"), "click", () => this.add());
    this.on(this.find(".remove"), "click", () => this.remove());
  }

  update(data, tell) {
    const fresh = this.data?.url !== data.url;
    const jumps = this.data?.jump !== data.jump;
    Object.assign(this, { data, tell });
    this.say();
    if (!this.busy) this.marks = data.marks.map((mark) => ({ ...mark }));
    this.range();
    if (fresh) {
      this.loaded = false;
      this.find(".missing").hidden = true;
      this.video.src = data.url;
    }
    if (fresh || jumps) {
      this.video.pause();
      this.go(data.at);
    }
    this.layMarks();
    this.draw();
  }

  say() {
    const { texts } = this.data;
    const name = (place, words) => { const node = this.find(place); node.setAttribute("aria-label", words); node.title = words; };
    this.find(".frame").setAttribute("aria-label", texts.label);
    name(".back", texts.back);
    name(".forward", texts.forward);
    name(".seek", texts.cursor);
    for (const place of ["begins", "ends", "add", "remove", "slow"]) this.find(`.${place}`).textContent = texts[place];
    this.find(".missing").textContent = texts.missing;
    for (const place of ["back", "forward"]) this.icon(place, place);
    this.playing();
  }

  icon(place, shape) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(svg.namespaceURI, "path");
    path.setAttribute("d", ICONS[shape]);
    svg.append(path);
    this.find(`.${place}`).replaceChildren(svg);
  }

  // --- time -----------------------------------------------------------------------------

  range() {
    const { phases, duration, focus } = this.data;
    const times = [...phases, ...this.marks, ...(focus ? [focus] : [])].flatMap(({ start, end }) => [start, end]);
    this.from = phases.length ? Math.max(0, Math.min(...times) - AROUND_S) : 0;
    this.to = phases.length ? Math.min(duration, Math.max(...times) + AROUND_S) : duration;
    if (this.to <= this.from) this.to = this.from + 1;
  }

  ready() { this.loaded = true; this.catchUp(); }

  missing() {
    this.find(".missing").hidden = false;
    for (const place of [".play", ".slow", ".back", ".forward"]) this.find(place).disabled = true;
  }

  // While a picture is sought, only the last place asked for is kept.
  go(time) {
    this.time = this.wanted = Math.min(Math.max(time, 0), this.data.duration);
    this.catchUp();
    this.show();
  }

  catchUp() {
    if (!this.loaded || this.video.seeking || this.wanted === undefined) return;
    const wanted = this.wanted;
    this.wanted = undefined;
    if (Math.abs(this.video.currentTime - wanted) > 0.001) this.video.currentTime = wanted;
  }

  step(frames) { this.video.pause(); this.go(this.time + frames * this.data.frame); }

  toggle() {
    if (!this.loaded) return;
    if (!this.video.paused) return this.video.pause();
    if (this.time >= this.to - 0.05) this.go(this.from);
    this.video.play();
  }

  slow() {
    const on = this.video.playbackRate === 1;
    this.video.playbackRate = this.video.defaultPlaybackRate = on ? SLOW : 1;
    this.find(".slow").setAttribute("aria-pressed", String(on));
  }

  playing() {
    const { texts } = this.data;
    const runs = !this.video.paused && !this.video.ended;
    this.icon("play", runs ? "pause" : "play");
    this.find(".play").setAttribute("aria-label", runs ? texts.pause : texts.play);
    this.find(".play").title = runs ? texts.pause : texts.play;
    if (!runs) return;
    const tick = () => {
      if (this.video.paused || this.off.signal.aborted) return;
      if (this.wanted === undefined && !this.video.seeking) this.time = this.video.currentTime;
      if (this.time >= this.to) this.video.pause();
      this.show();
      requestAnimationFrame(tick);
    };
    cancelAnimationFrame(this.tick);
    this.tick = requestAnimationFrame(tick);
  }

  seekKey(event) {
    const { frame } = this.data;
    const by = { ArrowLeft: -frame, ArrowRight: frame, ArrowDown: -frame, ArrowUp: frame, PageDown: -PAGE_S, PageUp: PAGE_S }[event.key];
    if (by !== undefined) this.video.pause();
    if (by !== undefined) this.go(this.time + by);
    else if (event.key === "Home") this.go(this.from);
    else if (event.key === "End") this.go(this.to);
    else if (event.key === " ") this.toggle();
    else return;
    event.preventDefault();
  }

  // --- marks ------------------------------------------------------------------------------

  get active() { return this.marks.find((mark) => mark.id === this.data.active); }

  edge(which, time) {
    const mark = this.active;
    if (!mark) return;
    const at = Math.min(Math.max(time, 0), this.data.duration);
    mark[which] = at;
    if (which === "start") mark.end = Math.max(mark.end, Math.min(at + LEAST_MARK_S, this.data.duration));
    else mark.start = Math.min(mark.start, Math.max(at - LEAST_MARK_S, 0));
    this.changed();
  }

  shift(by) {
    const mark = this.active;
    const length = mark.end - mark.start;
    mark.start = Math.min(Math.max(mark.start + by, 0), this.data.duration - length);
    mark.end = mark.start + length;
    this.changed();
  }

  add() {
    const start = Math.max(0, Math.min(this.time, this.data.duration - LEAST_MARK_S));
    const end = Math.min(start + NEW_MARK_S, this.data.duration);
    this.tell("change", { id: this.data.active, start, end });
  }

  remove() { this.tell("change", { id: this.data.active, remove: true }); }

  changed() {
    this.busy = true;
    this.placeMarks();
    clearTimeout(this.settle);
    this.settle = setTimeout(() => {
      if (this.dragging) return;
      this.busy = false;
      const { id, start, end } = this.active;
      this.tell("change", { id, start, end });
    }, SETTLED_MS);
  }

  layMarks() {
    const shown = this.marks.map((mark) => `${mark.id}${mark.id === this.data.active}`).join();
    const { add, active } = { add: this.data.editable && !this.active, active: this.data.editable && this.active };
    this.find(".add").hidden = !add;
    for (const place of [".begins", ".ends", ".remove"]) this.find(place).hidden = !active;
    this.find(".edit").hidden = !add && !active;
    if (shown !== this.laid) {
      this.laid = shown;
      this.find(".lane").replaceChildren(...this.marks.map((mark) => this.makeMark(mark)));
    }
    this.placeMarks();
  }

  makeMark(mark) {
    const bar = document.createElement("div");
    bar.className = "mark";
    bar.dataset.id = mark.id;
    if (mark.id !== this.data.active || !this.data.editable) return bar;
    bar.classList.add("active");
    let last;
    this.on(bar, "pointerdown", (event) => {
      if (event.target !== bar) return;
      last = this.timeAt(event);
      this.drag(event, (time) => { this.shift(time - last); last = time; this.go(this.active.start); });
    });
    for (const which of ["start", "end"]) {
      const grip = document.createElement("div");
      grip.className = `grip ${which}`;
      grip.tabIndex = 0;
      grip.setAttribute("role", "slider");
      grip.setAttribute("aria-label", this.data.texts[`mark_${which}`]);
      this.on(grip, "pointerdown", (event) => this.drag(event, (time) => { this.edge(which, time); this.go(this.active[which]); }));
      this.on(grip, "keydown", (event) => this.gripKey(event, which));
      bar.append(grip);
    }
    return bar;
  }

  gripKey(event, which) {
    const by = { ArrowLeft: -STEP_S, ArrowRight: STEP_S, ArrowDown: -STEP_S, ArrowUp: STEP_S, PageDown: -PAGE_S, PageUp: PAGE_S }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.video.pause();
    this.edge(which, this.active[which] + by);
    this.go(this.active[which]);
  }

  drag(event, move) {
    if (event.button > 0) return;
    const grip = event.currentTarget;
    event.preventDefault();
    event.stopPropagation();
    grip.focus({ preventScroll: true });
    grip.setPointerCapture(event.pointerId);
    this.video.pause();
    this.dragging = true;
    if (!grip.classList.contains("active")) move(this.timeAt(event));
    const over = new AbortController();
    const off = { signal: AbortSignal.any([over.signal, this.off.signal]) };
    grip.addEventListener("pointermove", (next) => move(this.timeAt(next)), off);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
      grip.addEventListener(kind, () => {
        over.abort();
        this.dragging = false;
        if (this.busy) this.changed();
      }, off);
    }
  }

  // --- drawing ------------------------------------------------------------------------------

  get width() { return this.find(".timeline").clientWidth; }
  x(time) { return (time - this.from) / (this.to - this.from) * this.width; }

  timeAt(event) {
    const { left, width } = this.find(".timeline").getBoundingClientRect();
    return this.from + Math.min(Math.max((event.clientX - left) / width, 0), 1) * (this.to - this.from);
  }

  placeMarks() {
    for (const bar of this.find(".lane").children) {
      const mark = this.marks.find(({ id }) => id === bar.dataset.id);
      if (!mark) continue;
      const share = (time) => `${(time - this.from) / (this.to - this.from) * 100}%`;
      bar.style.left = share(mark.start);
      bar.style.width = `calc(${share(mark.end)} - ${share(mark.start)})`;
      for (const grip of bar.children) {
        const time = grip.classList.contains("start") ? mark.start : mark.end;
        this.value(grip, time);
      }
    }
  }

  value(slider, time) {
    slider.setAttribute("aria-valuemin", this.from.toFixed(1));
    slider.setAttribute("aria-valuemax", this.to.toFixed(1));
    slider.setAttribute("aria-valuenow", time.toFixed(1));
    const phase = this.data.phases.find(({ start, end }) => time >= start && time < end);
    slider.setAttribute("aria-valuetext", `${this.seconds(time)}${phase ? `, ${phase.name}` : ""}`);
  }

  seconds(time) {
    const shown = time.toLocaleString(this.data.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return `${shown} s`;
  }

  show() {
    this.find(".time").textContent = this.seconds(this.time);
    this.value(this.find(".seek"), this.time);
    this.draw();
  }

  draw() {
    if (!this.data || !this.width) return;
    const { pen, width } = this;
    const canvas = pen.canvas, height = this.find(".timeline").clientHeight, sharp = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
      Object.assign(canvas, { width: Math.round(width * sharp), height: Math.round(height * sharp) });
    }
    const style = getComputedStyle(this.host);
    this.ink = style.color;
    this.dark = style.getPropertyValue("color-scheme").includes("dark") || brightness(style.color) > 128;
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = `600 12px ${style.fontFamily}`;
    pen.textBaseline = "middle";
    for (const phase of this.data.phases) this.band(phase);
    if (this.data.focus) this.frame(this.data.focus, height);
    this.cursor(height);
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

  frame({ start, end }, height) {
    const { pen } = this;
    const left = this.x(start), wide = Math.max(4, this.x(end) - left);
    pen.strokeStyle = this.ink;
    pen.lineWidth = 2;
    pen.setLineDash([5, 4]);
    pen.beginPath();
    pen.roundRect(left, 1, wide, height - 2, 5);
    pen.stroke();
    pen.setLineDash([]);
  }

  cursor(height) {
    const { pen } = this;
    const at = Math.min(Math.max(this.x(this.time), 1), this.width - 1);
    pen.fillStyle = this.ink;
    pen.fillRect(at - 1, 0, 2, height);
    pen.beginPath();
    pen.moveTo(at - 6, 0);
    pen.lineTo(at + 6, 0);
    pen.lineTo(at, 8);
    pen.fill();
  }

  close() {
    clearTimeout(this.settle);
    this.off.abort();
    this.watch.disconnect();
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }
}

function brightness(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".replay");
  // A run of the page calls this again; the clip stays where it is.
  host.player ??= new Replay(host);
  host.player.update(data, setTriggerValue);
  return () => {
    host.player?.close();
    host.player = undefined;
  };
}
