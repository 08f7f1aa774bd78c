// Two clips that are always at the same place of the test: step i and share f of it, in each clip's own time.

const FRAME_S = 1 / 30;
const DIGITS = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const ICONS = {
  play: "M7 4.5v15l12-7.5z", pause: "M6 4.5h4v15H6zM14 4.5h4v15h-4z",
  back: "M18 5v14l-9-7zM5 5h3v14H5z", forward: "M6 5v14l9-7zM16 5h3v14h-3z",
};
const MARKUP = `
<div class="screens"><figure><video muted playsinline preload="auto" tabindex="-1"></video><figcaption></figcaption><output></output></figure>
<figure><video muted playsinline preload="auto" tabindex="-1"></video><figcaption></figcaption><output></output></figure></div>
<div class="bar"><button type="button" class="back"></button><button type="button" class="play"></button>
<button type="button" class="forward"></button>
<div class="way"><div class="names" aria-hidden="true"></div><input type="range" min="0" step="any"></div></div>
<p class="keys"></p>`;

class Pair {
  constructor(host) {
    this.host = host;
    host.innerHTML = MARKUP;              // ours alone: every text comes in through textContent
    this.find = (name) => host.querySelector(name);
    this.videos = [...host.querySelectorAll("video")];
    this.place = 0;
    this.speed = 0;
    this.off = new AbortController();
    const on = (target, kind, what) => target.addEventListener(kind, what, { signal: this.off.signal });
    on(this.find(".play"), "click", () => this.run(this.speed ? 0 : 1));
    on(this.find(".back"), "click", () => this.step(-1));
    on(this.find(".forward"), "click", () => this.step(1));
    on(this.find("input"), "input", (event) => { this.run(0); this.go(Number(event.target.value)); });
    on(host, "keydown", (event) => this.key(event));
    for (const video of this.videos) on(video, "seeked", () => this.follow(video));
  }

  update(data) {
    const fresh = JSON.stringify(data.sides) !== JSON.stringify(this.data?.sides);
    this.data = data;
    const { texts, steps, sides } = data;
    for (const [number, { url, name }] of sides.entries()) {
      const figure = this.videos[number].parentElement;
      figure.querySelector("figcaption").textContent = url ? name : `${name}: ${texts.missing}`;
      if (fresh && url) this.videos[number].src = url;
    }
    this.find("input").max = steps.length;
    this.find("input").setAttribute("aria-label", texts.seek);
    this.find(".keys").textContent = texts.keys;
    this.icon(".back", "back");
    this.icon(".forward", "forward");
    this.find(".names").replaceChildren(...steps.map(({ name }) => {
      const node = document.createElement("span");
      node.textContent = name;
      return node;
    }));
    this.run(0);
    this.go(fresh ? 0 : this.place);
  }

  icon(place, name) {
    const node = this.find(place), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    node.replaceChildren(svg);
    node.setAttribute("aria-label", this.data.texts[name]);
    node.title = this.data.texts[name];
  }

  // The time of a place in one of the clips.
  time(number, place) {
    const { steps } = this.data, at = Math.min(Math.floor(place), steps.length - 1);
    const [start, end] = steps[at][number ? "second" : "first"];
    return start + (place - at) * (end - start);
  }

  // How long the present step lasts in the first clip: what one second of playing is measured by.
  get lasts() {
    const { steps } = this.data, [start, end] = steps[Math.min(Math.floor(this.place), steps.length - 1)].first;
    return Math.max(end - start, FRAME_S);
  }

  go(place) {
    if (!this.data.steps.length) return;
    this.place = Math.min(Math.max(place, 0), this.data.steps.length);
    this.find("input").value = this.place;
    const at = Math.min(Math.floor(this.place), this.data.steps.length - 1);
    this.find("input").setAttribute("aria-valuetext", this.data.steps[at].name);
    for (const [number, video] of this.videos.entries()) {
      const time = this.time(number, this.place);
      video.parentElement.querySelector("output").textContent = `${time.toLocaleString(this.data.language, DIGITS)} s`;
      if (!video.seeking && this.data.sides[number].url) video.currentTime = time;
    }
  }

  // A jump that was asked for while another was on its way.
  follow(video) {
    const time = this.time(this.videos.indexOf(video), this.place);
    if (Math.abs(video.currentTime - time) > FRAME_S / 2) video.currentTime = time;
  }

  step(frames) {
    this.run(0);
    this.go(this.place + frames * FRAME_S / this.lasts);
  }

  run(speed) {
    const begins = speed && !this.speed;
    this.speed = speed;
    this.icon(".play", speed ? "pause" : "play");
    if (begins && this.place >= this.data.steps.length) this.place = 0;
    if (begins) { this.before = performance.now(); requestAnimationFrame(() => this.tick()); }
  }

  tick() {
    if (!this.speed || this.off.signal.aborted) return;
    const now = performance.now();
    this.go(this.place + this.speed * (now - this.before) / 1000 / this.lasts);
    this.before = now;
    if (this.place <= 0 || this.place >= this.data.steps.length) this.run(0);
    else requestAnimationFrame(() => this.tick());
  }

  key(event) {
    const many = event.shiftKey ? 10 : 1;
    const does = {
      " ": () => this.run(this.speed ? 0 : 1), ArrowRight: () => this.step(many), ArrowLeft: () => this.step(-many),
      j: () => this.run(-1), k: () => this.run(0), l: () => this.run(1),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!does || (event.key === " " && event.target.tagName === "BUTTON")) return;
    event.preventDefault();
    does();
  }

  close() {
    this.off.abort();
    for (const video of this.videos) { video.removeAttribute("src"); video.load(); }
  }
}

export default function ({ parentElement, data }) {
  const host = parentElement.querySelector(".pair");
  host.player ??= new Pair(host);
  host.player.update(data);
  return () => {
    host.player?.close();
    host.player = undefined;
  };
}
