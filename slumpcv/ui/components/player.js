// The review player: a clip frame by frame, with its skeleton, curves, phases and symptoms on one axis of time.

const MARKUP = `
<section class="player" hidden>
  <div class="upper">
    <div class="seen">
      <div class="stage" tabindex="-1" role="group" data-name="stage">
        <video muted playsinline preload="auto" tabindex="-1" disablepictureinpicture></video>
        <canvas class="overlay" aria-hidden="true"></canvas>
        <div class="dots"></div>
        <p class="hint" role="status" hidden></p>
        <p class="missing" role="alert" hidden></p>
        <div class="corner">
          <button type="button" class="icon" data-icon="in" data-name="zoom_in" data-do="zoomIn"></button>
          <button type="button" class="icon" data-icon="out" data-name="zoom_out" data-do="zoomOut"></button>
          <button type="button" class="icon" data-icon="fit" data-name="zoom_fit" data-do="fit"></button>
        </div>
      </div>
      <div class="controls" role="group" data-name="controls">
        <button type="button" class="icon" data-icon="back10" data-name="back10" data-do="back10"></button>
        <button type="button" class="icon" data-icon="back" data-name="back" data-do="back"></button>
        <button type="button" class="icon play" data-do="play"></button>
        <button type="button" class="icon" data-icon="forward" data-name="forward" data-do="forward"></button>
        <button type="button" class="icon" data-icon="forward10" data-name="forward10" data-do="forward10"></button>
        <div class="now"><output class="time"></output><output class="count"></output></div>
        <select class="rate" data-name="speed"></select>
        <button type="button" class="toggle loop" data-say="loop" data-do="loop"></button>
        <button type="button" class="toggle skeleton" data-say="skeleton" data-do="skeleton"></button>
      </div>
      <div class="tools" role="group" data-name="tools">
        <button type="button" class="symptom" data-do="symptom"></button>
        <button type="button" data-say="phase_menu" data-do="phase"></button>
        <button type="button" class="toggle goniometer" data-say="goniometer" data-do="goniometer"></button>
        <button type="button" class="toggle vertical" data-say="vertical" data-do="vertical"></button>
        <button type="button" class="toggle points" data-say="points_mode" data-do="points"></button>
        <span class="last">
          <button type="button" class="icon" data-icon="undo" data-name="undo" data-do="undo"></button>
          <button type="button" class="icon" data-icon="redo" data-name="redo" data-do="redo"></button>
          <button type="button" class="icon" data-name="help" data-do="help">?</button>
        </span>
      </div>
    </div>
    <aside class="panel"></aside>
  </div>
  <div class="saving"><p class="told" role="status"></p><button type="button" class="first" hidden></button><button type="button" class="second" hidden></button></div>
  <div class="axis">
    <div class="gutter"></div>
    <div class="scroll"><div class="inner">
      <canvas class="curves" aria-hidden="true"></canvas>
      <div class="seek" role="slider" tabindex="0" data-name="cursor"></div>
      <div class="lanes"></div><div class="cursor" aria-hidden="true"></div>
    </div></div>
    <div class="corner">
      <button type="button" class="icon bands" data-name="errors" data-do="bands">±</button>
      <button type="button" class="icon" data-icon="in" data-name="axis_in" data-do="axisIn"></button>
      <button type="button" class="icon" data-icon="out" data-name="axis_out" data-do="axisOut"></button>
      <button type="button" class="icon" data-icon="fit" data-name="axis_fit" data-do="axisFit"></button>
    </div>
  </div>
  <div class="menu" hidden></div><div class="help" hidden></div>
</section><div class="waiting"><p role="status"></p><button type="button" hidden></button></div>`;

const KEPT_MS = 600;                      // without another change, before the page around is told

class Player {
  constructor(host, words) {
    Object.assign(this, { host, waits: words, url: words.url, mode: null, tell: () => {} });
    host.innerHTML = MARKUP;              // ours alone: every text comes in through textContent
    this.find = (place) => host.querySelector(place);
    this.off = new AbortController();
    this.find(".waiting button").textContent = words.again;
    this.on(this.find(".waiting button"), "click", () => this.begin());
    this.saving = new Saving(this);
    this.sender = new Sender(this.url, this.saving);
    this.model = new Model(this);
    this.clock = new Clock(this.find("video"), () => this.show(), (index) => this.loopAround(index));
    this.overlay = new Overlay(this);
    this.measure = new Measure(this);
    this.dots = new Dots(this);
    this.view = new View(this);
    this.axis = new Axis(this);
    this.panel = new Panel(this);
    this.menu = new PhaseMenu(this);
    this.help = new Help(this);
    this.keys = new Keys(this);
    this.act();
    this.begin();
  }

  on(target, kind, what, more = {}) { target.addEventListener(kind, what, { ...more, signal: this.off.signal }); }

  async begin() {
    const said = this.find(".waiting p"), again = this.find(".waiting button");
    said.textContent = this.waits.loading;
    again.hidden = true;
    try {
      const answer = await fetch(`${this.url}/data`, { signal: this.off.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.load(await answer.json());
    } catch {
      if (this.off.signal.aborted) return;
      said.textContent = this.waits.failed;
      again.hidden = false;
    }
  }

  load(data) {
    this.data = data;
    this.sender.number = data.result.number;
    this.model.load(data);
    this.say();
    this.find(".waiting").hidden = true;
    this.find(".player").hidden = false;
    this.find(".stage").classList.toggle("drawn", !data.video);
    this.clock.load(data.video ? `${this.url}/video` : null, data.frames);
    this.view.load(data);
    this.axis.load(data);
    this.panel.load(data);
    this.redraw();
  }

  // --- words ---------------------------------------------------------------------------------

  say() {
    const { texts } = this.data;
    for (const node of this.host.querySelectorAll("[data-say]")) node.textContent = texts[node.dataset.say];
    for (const node of this.host.querySelectorAll("[data-name]")) {
      node.setAttribute("aria-label", texts[node.dataset.name]);
      if (node.matches("button, select")) node.title = texts[node.dataset.name];
    }
    for (const node of this.host.querySelectorAll("[data-icon]")) node.replaceChildren(icon(node.dataset.icon));
    this.find(".missing").textContent = texts.missing;
    const rate = this.find(".rate"), number = new Intl.NumberFormat(this.data.language);
    rate.replaceChildren(...RATES.map((one) => make("option", "", `${number.format(one)}×`, { value: one })));
  }

  seconds = (time, digits = 2) => `${time.toLocaleString(this.data.language, { minimumFractionDigits: digits, maximumFractionDigits: digits })} s`;
  degrees(value) { return `${Math.round(value) + 0}°`; }

  // A value with its stated error, which is rounded up.
  words(angle, value) {
    const { unit, error } = this.data.angles[angle];
    if (value === null) return this.data.texts.not_seen;
    if (unit === "deg") return this.degrees(value) + (error === null ? "" : ` ±${Math.ceil(Number(error.toFixed(6)))}`);
    const number = (one) => one.toLocaleString(this.data.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    return number(value) + (error === null ? "" : ` ±${number(Math.ceil(Number((error * 100).toFixed(6))) / 100)}`);
  }

  markTime({ start_s, end_s, phase }) {
    if (start_s === null) return this.model.nameOf(phase);
    return end_s === null ? this.seconds(start_s) : `${this.seconds(start_s)}–${this.seconds(end_s)}`;
  }

  markName(mark, at) {
    const { texts } = this.data, known = mark.intensity === null ? "" : `, ${texts.intensity} ${mark.intensity}`;
    return `${texts.mark.replace("{number}", at + 1)}, ${this.markTime(mark)}${known}`;
  }

  // --- what the controls do ----------------------------------------------------------------------

  act() {
    const { clock, model, view, axis, measure } = this;
    const acts = {
      zoomIn: () => view.zoom(CLOSER), zoomOut: () => view.zoom(1 / CLOSER), fit: () => view.fit(),
      back10: () => this.step(-TEN_STEPS), back: () => this.step(-1), play: () => clock.toggle(), forward: () => this.step(1), forward10: () => this.step(TEN_STEPS),
      loop: () => this.setLoop(!clock.loop), skeleton: () => this.setSkeleton(!this.overlay.skeleton), bands: () => this.setBands(!axis.curves.bands),
      symptom: () => model.pressSymptom(), phase: () => this.menu.open(), goniometer: () => measure.start("goniometer"), vertical: () => measure.start("vertical"),
      points: () => this.setMode(this.mode ? null : "points"), undo: () => model.undo(), redo: () => model.redo(), help: () => this.help.open(),
      axisIn: () => axis.setZoom(axis.zoom * 2), axisOut: () => axis.setZoom(axis.zoom / 2), axisFit: () => axis.setZoom(1),
    };
    for (const node of this.host.querySelectorAll("[data-do]")) this.on(node, "click", acts[node.dataset.do]);
    const rate = this.find(".rate");
    // Chosen by mouse, the list gives the keys back to the player.
    this.on(rate, "pointerdown", () => { this.pointed = true; });
    this.on(rate, "keydown", () => { this.pointed = false; });
    this.on(rate, "change", () => { clock.setRate(Number(rate.value)); if (this.pointed) this.stageFocus(); });
    this.on(clock.video, "error", () => { if (this.data?.video) this.find(".missing").hidden = false; });
  }

  // Landmarks can only be moved in frames that were analysed.
  step(by) {
    const { clock, data } = this;
    if (this.mode !== "points" || !data.times.length) return clock.step(by);
    const at = nearest(data.times, clock.time);
    clock.pause();
    return clock.go(clock.nearestTo(data.times[clamp(at + by, 0, data.times.length - 1)]));
  }

  setMode(mode) {
    this.mode = mode;
    this.dots.held = null;
    if (mode) { this.clock.pause(); this.measure.stop(); this.step(0); }
    this.redraw();
  }

  setLoop(on) { this.clock.loop = on; this.clock.repeated = this.loopAround(this.clock.index); this.redraw(); }
  setSkeleton(on) { this.overlay.skeleton = on; this.redraw(); }
  setBands(on) { this.axis.curves.bands = on; this.axis.paint(); this.redraw(); }
  select(at) { this.model.selected = at; if (at !== null) this.panel.open("symptoms"); this.redraw(); }
  stageFocus() { this.find(".stage").focus({ preventScroll: true }); }

  loopAround(index) {
    const phase = this.model.phases?.[this.model.phaseAt(this.clock.frames[index])];
    return phase ? [this.clock.at(phase.start_s + 1e-6), this.clock.at(phase.end_s - 1e-6)] : [0, this.clock.last];
  }

  // --- showing ---------------------------------------------------------------------------------

  // Another frame: only what changes with it.
  show() {
    const { clock, data, model } = this;
    if (!data) return;
    if (this.frame !== clock.shown) { this.frame = clock.shown; this.dots.held = null; }
    this.find(".time").textContent = this.seconds(clock.time);
    this.find(".count").textContent = data.texts.frame.replace("{number}", clock.index + 1).replace("{count}", clock.frames.length);
    this.overlay.draw();
    this.dots.lay();
    this.axis.show();
    const phase = model.phaseAt(clock.time);
    if (phase !== this.phase || model.begun !== undefined) { this.phase = phase; this.axis.lanes?.lay(); }
    this.running();
  }

  running() {
    const { playing, rate } = this.clock, { texts } = this.data, play = this.find(".play");
    if (this.ran !== playing) {
      this.ran = playing;
      play.replaceChildren(icon(playing ? "pause" : "play"));
      play.setAttribute("aria-label", texts[playing ? "pause" : "play"]);
      play.title = texts[playing ? "pause" : "play"];
    }
    if (Number(this.find(".rate").value) !== rate) this.find(".rate").value = String(rate);
  }

  redraw() {
    const { data, model, clock, measure } = this;
    if (!data) return;
    const pressed = { ".loop": clock.loop, ".skeleton": this.overlay.skeleton, ".bands": this.axis.curves.bands, ".goniometer": measure.tool === "goniometer", ".vertical": measure.tool === "vertical", ".points": this.mode === "points" };
    for (const [place, on] of Object.entries(pressed)) this.find(place).setAttribute("aria-pressed", String(on));
    this.find(".symptom").textContent = data.texts[model.begun === undefined ? "symptom_begin" : "symptom_end"];
    this.find(".symptom").classList.toggle("lit", model.begun !== undefined);
    const hint = this.find(".hint"), words = measure.tool ? data.texts[`hint_${measure.tool}`] : this.mode ? data.texts.hint_points : "";
    hint.textContent = words;
    hint.hidden = !words;
    this.find(".stage").classList.toggle("measuring", Boolean(measure.tool));
    clock.repeated = this.loopAround(clock.index);
    this.axis.lanes.lay();
    this.axis.paint();
    this.panel.lay();
    this.phase = undefined;
    this.saving.told();
    this.show();
  }

  // What stands around the player (outcome, how many corrections, what would be signed) follows in a run of the page.
  kept() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.sender.queue.length || this.tell("kept", this.model.result.number), KEPT_MS);
  }

  close() {
    clearTimeout(this.telling);
    this.off.abort();
    for (const part of [this.sender, this.clock, this.view, this.axis]) part.close();
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".review-player");
  // A run of the page calls this again; the review stays where it is.
  if (host.player && host.player.url !== data.url) { host.player.close(); host.player = undefined; }
  host.player ??= new Player(host, data);
  host.player.tell = setTriggerValue;
  return () => {
    host.player?.close();
    host.player = undefined;
  };
}
