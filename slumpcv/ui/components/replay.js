// The clip of a test beside its timeline: look at any moment, and move a mark, without asking the server.

const SLOW = 0.3;                         // slow enough to see a movement begin

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
    this.time = 0;
    this.off = new AbortController();
    this.timeline = new Timeline(this.find(".timeline"));
    this.marks = new Marks(this);
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
  }

  update(data, tell) {
    const fresh = this.data?.url !== data.url;
    const jumps = this.data?.jump !== data.jump;
    Object.assign(this, { data, tell });
    this.say();
    this.marks.update(data.marks);
    this.timeline.fit(data, this.marks.list);
    if (fresh) {
      this.loaded = false;
      this.find(".missing").hidden = true;
      this.video.src = data.url;
    }
    if (fresh || jumps) {
      this.video.pause();
      this.go(data.at);
    }
    this.marks.lay();
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
    if (this.time >= this.timeline.to - 0.05) this.go(this.timeline.from);
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
      if (this.time >= this.timeline.to) this.video.pause();
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
    else if (event.key === "Home") this.go(this.timeline.from);
    else if (event.key === "End") this.go(this.timeline.to);
    else if (event.key === " ") this.toggle();
    else return;
    event.preventDefault();
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
    if (!grip.classList.contains("active")) move(this.timeline.timeAt(event));
    const over = new AbortController();
    const off = { signal: AbortSignal.any([over.signal, this.off.signal]) };
    grip.addEventListener("pointermove", (next) => move(this.timeline.timeAt(next)), off);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
      grip.addEventListener(kind, () => {
        over.abort();
        this.dragging = false;
        this.marks.settled();
      }, off);
    }
  }

  // --- words ---------------------------------------------------------------------------------

  value(slider, time) {
    slider.setAttribute("aria-valuemin", this.timeline.from.toFixed(1));
    slider.setAttribute("aria-valuemax", this.timeline.to.toFixed(1));
    slider.setAttribute("aria-valuenow", time.toFixed(1));
    const phase = this.data.phases.find(({ start, end }) => time >= start && time < end);
    slider.setAttribute("aria-valuetext", `${this.seconds(time)}${phase ? `, ${phase.name}` : ""}`);
  }

  seconds(time) {
    const shown = time.toLocaleString(this.data.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return `${shown} s`;
  }

  draw() { if (this.data) this.timeline.draw(this.data, this.time); }

  show() {
    this.find(".time").textContent = this.seconds(this.time);
    this.value(this.find(".seek"), this.time);
    this.draw();
  }

  close() {
    this.marks.close();
    this.off.abort();
    this.watch.disconnect();
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }
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
