// What the person sees: the way in, the set-up, the test, and what went wrong.

const STEPS = ["BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT", "RETURN"];
const BONES = [["ear", "shoulder"], ["shoulder", "elbow"], ["elbow", "wrist"], ["shoulder", "hip"],
  ["hip", "knee"], ["knee", "ankle"], ["ankle", "toe"]];
const RING = 2 * Math.PI * 44;            // circumference of the ring in the drawing below

// A person on a chair, seen from the side and facing right, to step into.
const SILHOUETTE = `<svg viewBox="0 0 400 300" class="silhouette" aria-hidden="true">
  <g class="seat"><path d="M112 206h92M118 206v62M198 206v62M112 206V118"/></g>
  <g class="body"><circle cx="158" cy="70" r="20"/><path class="neck" d="M155 88v14"/>
  <path class="trunk" d="M152 118L150 174"/><path class="thigh" d="M152 182H228"/>
  <path class="shank" d="M232 184L230 250"/><path class="foot" d="M230 260H252"/></g></svg>`;

const MARKUP = `
<section class="enter">
  <h2 data-text="enter_title"></h2>
  <ol><li data-text="enter_sound"></li><li data-text="enter_place"></li><li data-text="enter_led"></li></ol>
  <p class="demo-note" data-text="enter_demo" hidden></p>
  <label class="switch own-voice" hidden><input type="checkbox"><span data-text="own_voice"></span></label>
  <div class="row"><button class="main start" data-text="start"></button>
  <button class="plain try-sound" data-text="try_sound"></button>
  <button class="plain upload" data-text="upload"></button></div>
</section>
<dialog aria-labelledby="words">
  <div class="stage"><div class="picture">
    <video muted playsinline></video><canvas class="sample" hidden></canvas>${SILHOUETTE}<canvas class="overlay"></canvas>
  </div></div>
  <div class="panel">
    <ol class="dots" hidden></ol>
    <p class="status" role="status"></p>
    <div class="big"><h1 id="words"></h1>
      <svg class="ring" viewBox="0 0 100 100" aria-hidden="true"><circle cx="50" cy="50" r="44"/>
      <circle class="done" cx="50" cy="50" r="44"/></svg></div>
    <p class="marked" data-text="marked" hidden></p>
    <ul class="checks"></ul>
    <label class="cameras" hidden><span data-text="camera"></span><select></select></label>
  </div>
  <div class="bar">
    <button class="main feel" data-text="feel" hidden></button>
    <button class="plain anyway" data-text="anyway" hidden></button>
    <button class="plain stop" data-text="stop" hidden></button>
    <button class="plain upload" data-text="upload"></button>
    <button class="plain leave" data-text="back"></button>
  </div>
  <div class="trouble" role="alertdialog" aria-labelledby="what" hidden><div>
    <h2 id="what"></h2><p></p><div class="row">
      <button class="main again" data-text="again"></button><button class="main go-on" data-text="go_on"></button>
      <button class="plain upload" data-text="upload"></button></div></div></div>
  <p class="said" aria-live="assertive"></p>
</dialog>`;

class View {
  constructor(host, data) {
    this.host = host;
    this.texts = data.texts;
    host.innerHTML = MARKUP;              // ours alone: every text comes in through textContent
    this.find = (name) => host.querySelector(name);
    for (const node of host.querySelectorAll("[data-text]")) node.textContent = this.texts[node.dataset.text];
    this.dialog = this.find("dialog");
    host.lang = data.language;            // how words may be divided
    this.behind = [".stage", ".panel", ".bar"].map(this.find);
    this.pen = this.find(".overlay").getContext("2d");
    this.find(".silhouette").classList.toggle("left", data.side === "left");
    this.find(".demo-note").hidden = !data.demo;
    if (data.demo) this.find(".start").textContent = this.texts.start_demo;
    this.find(".dots").replaceChildren(...STEPS.map(() => document.createElement("li")));
  }

  open(mirrored, sample) {
    this.show("starting");
    if (!this.dialog.open) this.dialog.showModal();
    this.find(".picture").classList.toggle("mirrored", mirrored);
    this.find(".stage video").hidden = sample;
    this.find(".sample").hidden = !sample;
  }

  // starting, setup, test, saving: what is in the way of one is hidden in the others.
  show(mode) {
    this.mode = mode;
    this.dialog.dataset.mode = mode;
    this.host.dataset.mode = mode;
    this.find(".dots").hidden = this.find(".feel").hidden = this.find(".stop").hidden = mode !== "test";
    this.find(".checks").hidden = mode !== "setup";
    this.find(".anyway").hidden = true;
    for (const name of [".bar .upload", ".leave"]) this.find(name).hidden = mode === "test" || mode === "saving";
    this.find(".trouble").hidden = true;
    for (const part of this.behind) part.inert = false;
    if (mode === "starting" || mode === "saving") this.words(this.texts[mode]);
    if (mode === "test") this.find(".feel").focus({ preventScroll: true });
    this.ring(0);
    this.marking(false);
  }

  words(words) {
    const node = this.find("#words");
    if (node.textContent === words) return;
    node.textContent = words;
    this.find(".said").textContent = words;
  }

  status(words) { this.find(".status").textContent = words; }

  ring(share) {
    this.find(".ring").style.visibility = share > 0 ? "visible" : "hidden";
    this.find(".ring .done").style.strokeDashoffset = RING * (1 - Math.min(1, share));
  }

  seen(answer) {
    this.draw(answer.points);
    if (answer.mode === "setup") this.checks(answer);
    else this.step(answer);
  }

  checks({ checks = [], fix, held, may_go_on }) {
    this.find(".anyway").hidden = !may_go_on;
    const list = this.find(".checks");
    while (list.children.length < checks.length) list.append(document.createElement("li"));
    while (list.children.length > checks.length) list.lastChild.remove();
    const next = checks.find((check) => !check.done);
    checks.forEach((check, at) => {
      const item = list.children[at];
      item.className = check.done ? "done" : check === next ? "next" : "";
      if (item.textContent !== check.text) item.textContent = check.text;
      item.setAttribute("aria-label", `${check.text} – ${this.texts[check.done ? "check_done" : "check_open"]}`);
    });
    this.words(fix ?? this.texts.hold_still);
    this.ring(held);
    this.find(".silhouette").classList.toggle("fits", !next);
  }

  step({ step, title, hold, asking, marking }) {
    this.words(title);
    this.ring(hold);
    this.marking(marking);
    this.dialog.toggleAttribute("data-asking", asking);
    const now = STEPS.indexOf(step);
    [...this.find(".dots").children].forEach((dot, at) => {
      dot.className = at < now ? "done" : at === now ? "now" : "";
    });
    this.find(".dots").setAttribute("aria-label", `${now + 1} / ${STEPS.length}`);
  }

  marking(on) {
    this.dialog.toggleAttribute("data-marking", on);
    this.find(".marked").hidden = !on;
    this.find(".feel").setAttribute("aria-pressed", String(on));
  }

  // The overlay lies on the picture exactly: both fill the same box.
  fit([width, height]) {
    if (!width || (this.pen.canvas.width === width && this.pen.canvas.height === height)) return;
    Object.assign(this.pen.canvas, { width, height });
    this.find(".picture").style.setProperty("--shape", width / height);
  }

  draw(points) {
    const { width, height } = this.pen.canvas;
    const at = (name) => points[name] && [points[name][0] * width, points[name][1] * height];
    this.pen.clearRect(0, 0, width, height);
    if (!points) return;
    this.pen.lineCap = "round";
    for (const [colour, thick] of [["rgba(10, 25, 30, .75)", 9], ["#ffffff", 4]]) {
      Object.assign(this.pen, { strokeStyle: colour, lineWidth: thick * width / 900 });
      for (const [from, to] of BONES) {
        if (!at(from) || !at(to)) continue;
        this.pen.beginPath();
        this.pen.moveTo(...at(from));
        this.pen.lineTo(...at(to));
        this.pen.stroke();
      }
    }
  }

  cameras(choices, chosen) {
    const select = this.find(".cameras select");
    select.replaceChildren(...choices.map((device, at) => {
      const label = device.label || `${this.texts.camera} ${at + 1}`;
      return new Option(label, device.deviceId, false, device.deviceId === chosen);
    }));
    this.find(".cameras").hidden = choices.length < 2;
  }

  trouble(why, recorded) {
    if (!this.dialog.open) this.dialog.showModal();
    const box = this.find(".trouble");
    const words = this.texts[`error_${why}`] ?? this.texts.error_other;
    box.querySelector("h2").textContent = words;
    box.querySelector("p").textContent = recorded ? this.texts.recorded_so_far : (this.texts[`fix_${why}`] ?? "");
    box.querySelector(".go-on").hidden = !recorded;
    box.querySelector(".again").hidden = recorded;
    box.hidden = false;
    for (const part of this.behind) part.inert = true;
    box.querySelector("button:not([hidden])").focus();
  }

  close() {
    this.closing = true;
    if (this.dialog.open) this.dialog.close();
  }
}
