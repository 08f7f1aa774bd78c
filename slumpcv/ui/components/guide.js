// The guided test in the browser, from the first click to the last piece of the recording.

const PICTURE_WIDTH = 512;                // enough for the pose model, a fifth of the camera's data
const LAST_WORDS_MS = 12000;              // as long as the end waits for what is still being said
const UNWATCHED_MS = 5000;                // without an answer for so long, nobody watches over the person
const STILL_KEYS = new Set(["Tab", "Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "Fn"]);

class GuidedTest {
  constructor(host, data, tell) {
    Object.assign(this, { data, tell });
    this.view = new View(host, data);
    this.sound = new Sound(data, {
      onSpeaking: (key) => this.order("speaking", key), onSpoken: (key) => this.order("spoken", key),
    });
    this.held = new Marks({ onBegin: (by) => this.mark("press", by), onEnd: (by) => this.mark("release", by) });
    this.small = document.createElement("canvas");
    this.off = new AbortController();
    this.listen();
  }

  listen() {
    const { view } = this;
    const on = (target, kind, what) => target.addEventListener(kind, what, { signal: this.off.signal });
    const all = (name) => view.host.querySelectorAll(name);
    on(view.find(".start"), "click", () => this.start());
    on(view.find(".try-sound"), "click", () => this.tryOut());
    on(view.find(".again"), "click", () => this.start());
    on(view.find(".leave"), "click", () => this.leave());
    on(view.find(".anyway"), "click", () => this.order("go_on"));
    on(view.find(".stop"), "click", () => this.stop("button"));
    on(view.find(".go-on"), "click", () => this.over());
    for (const button of all(".upload")) on(button, "click", () => this.upload());
    on(view.find(".cameras select"), "change", (event) => this.choose(event.target.value));
    on(view.find(".own-voice input"), "change", (event) => { this.sound.own = event.target.checked; });
    const offer = () => { view.find(".own-voice").hidden = !Sound.voiceFor(this.data.language); };
    offer();
    if (globalThis.speechSynthesis) on(speechSynthesis, "voiceschanged", offer);
    on(view.dialog, "cancel", (event) => { event.preventDefault(); this.escape(); });
    on(view.dialog, "close", () => { if (!view.closing && this.take) view.dialog.showModal(); });
    on(window, "keydown", (event) => this.keyDown(event));
    on(window, "keyup", (event) => this.held.release(event.code || event.key));
    on(window, "blur", () => this.held.releaseAll());
    on(document, "visibilitychange", () => this.visible());
    const feel = view.find(".feel");
    on(feel, "pointerdown", (event) => { feel.setPointerCapture(event.pointerId); this.press("pointer", "button"); });
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) on(feel, kind, () => this.held.release("pointer"));
    on(feel, "contextmenu", (event) => event.preventDefault());
  }

  now() { return performance.now() / 1000; }
  order(type, by, t = this.now()) { this.link?.order(type, t, by); }

  async tryOut() {
    this.sound.unlock();
    await this.sound.loaded;
    this.sound.say([{ key: "sound_check", text: this.data.sound_check }]);
  }

  async start() {
    this.halt();
    this.sound.begin();
    this.sound.unlock();
    const take = this.take = crypto.getRandomValues(new Uint32Array(2)).join("-");
    const { data, view } = this;
    this.ending = this.recording = false;
    this.recorder = this.stopping = undefined;
    view.closing = false;
    const onEnded = (why) => (why === "sample_over" ? this.sampleOver() : this.fail(why));
    this.source = data.demo ? new Sample(view.find(".sample"), data.demo, { onEnded })
      : new Camera(view.find(".stage video"), { onEnded });
    view.open(false, Boolean(data.demo));
    try {
      await this.source.start((t) => this.picture(t));
      if (take !== this.take) return;
      await this.sound.loaded;
    } catch (error) {
      return this.fail(NAMES[error.name] ?? "other");
    }
    if (take !== this.take) return;
    view.open(this.source.mirrored, Boolean(data.demo));
    view.cameras(await this.source.choices(), this.source.id);
    this.link = new Link(`${data.live}?take=${take}`, {
      onMessage: (message) => this.message(message), onState: (state) => this.connection(state),
    });
    this.keepAwake();
  }

  async choose(id) {
    this.source.stop();
    this.source.remember(id);
    try {
      await this.source.start((t) => this.picture(t), id);
    } catch (error) {
      return this.fail(NAMES[error.name] ?? "other");
    }
    this.view.find(".picture").classList.toggle("mirrored", this.source.mirrored);
  }

  picture(t) {
    const { source, link } = this;
    this.view.fit(source.size);
    if (this.beginsAfter !== undefined && t >= this.beginsAfter) {
      this.beginsAfter = undefined;       // this very picture is the first one of the recording
      this.order("recording", undefined, t);
      if (this.stopping) this.order("stop", this.stopping); // was pressed before there was a test to stop
      source.play();
    }
    if (!link?.free || !source.size[0]) return;
    const [width, height] = source.size;
    const share = Math.min(1, PICTURE_WIDTH / width);
    Object.assign(this.small, { width: Math.round(width * share), height: Math.round(height * share) });
    this.small.getContext("2d").drawImage(source.picture, 0, 0, this.small.width, this.small.height);
    link.picture(t, this.small);
  }

  message(message) {
    if (!this.take || this.ending) return;
    if (message.type === "error") return this.fail(message.why ?? "other");
    this.sound.say(message.say ?? []);
    this.sound.tones(message.tones ?? []);
    if (message.type !== "seen") return;
    this.answeredAt = performance.now();
    if (this.recording && message.mode === "setup" && !message.record) return this.fail("gone");
    this.source.follow(message.step, message.mode === "over");
    if (message.record && !this.recording) this.record();
    const mode = this.recording ? "test" : "setup";
    if (this.view.mode !== mode) this.view.show(mode);
    this.view.seen({ ...message, marking: message.marking || this.held.on });
    if (message.mode === "over") this.end();
  }

  record() {
    this.recording = true;
    this.recorder = new Recorder(this.data.clip, this.take, {
      onTrouble: (on) => this.view.status(on ? this.view.texts.lost : ""),
      onFailed: (why) => this.fail(why),
    });
    try {
      this.recorder.start(this.source.stream);
    } catch {
      return this.fail("recorder");
    }
    this.beginsAfter = this.now();
    this.watching = setInterval(() => this.watch(), 500);
  }

  // A person who is bent sees no message: when the guide is gone, they are told to come up.
  watch() {
    const unwatched = performance.now() - this.answeredAt > UNWATCHED_MS;
    if (unwatched && !this.ending && !this.stopping) this.stop("unseen");
  }

  connection(state) {
    if (state === "open" || state === "lost") this.view.status(state === "open" ? "" : this.view.texts.lost);
    else if (!this.ending) this.fail(state);
  }

  // The end: the last words are heard, then the recording goes to the disk whole.
  async end() {
    if (this.ending) return;
    this.ending = true;
    const until = performance.now() + LAST_WORDS_MS;
    while (!this.sound.quiet && performance.now() < until) await new Promise((done) => setTimeout(done, 100));
    this.view.show("saving");
    const { recorder } = this;
    const whole = await recorder?.finish();
    if (recorder?.failed) return;
    if (!whole) return this.fail("gone", true);
    this.over();
  }

  sampleOver() {
    this.order("ended");
    setTimeout(() => this.end(), 1500);   // the guide may still have something to say
  }

  over() {
    this.halt();
    this.tell("over");
  }

  upload() {
    this.halt();
    this.view.close();
    this.tell("upload");
  }

  leave() {
    this.halt();
    this.view.close();
    this.view.show("enter");
  }

  async fail(why, ending = false) {
    if (this.ending && !ending && why !== "disk_full" && why !== "too_large") return;
    const bent = this.recording && !ending && !this.ending;
    this.ending = true;
    if (bent) this.sayStop();
    else this.sound.silence();
    const { recorder } = this;
    const held = recorder !== undefined && recorder.first > 0;
    this.view.trouble(why, held);
    if (held && !recorder.failed) await recorder.finish();
    this.link?.close();
    this.source?.stop();
  }

  // Heard at once, whatever else is being said, and whether or not the server can be reached.
  stop(by) {
    if (!this.recording || this.ending || this.stopping) return;
    this.stopping = by;
    this.sayStop();
    this.held.releaseAll();
    this.order("stop", by);
  }

  sayStop() {
    this.sound.say([{ key: "stop", text: this.data.stop }]);
    this.view.words(this.data.stop);
  }

  escape() {
    if (this.recording && !this.ending) this.stop("key");
    else if (!this.recording) this.leave();
  }

  // Any key marks while it is held; only those that move about the page or press its buttons do not.
  keyDown(event) {
    if (!this.view.dialog.open || event.repeat) return this.eat(event);
    if (event.key === "Escape") {
      event.preventDefault();
      return this.escape();
    }
    if (!this.marks(event)) return;
    event.preventDefault();
    this.press(event.code || event.key, "key");
  }

  eat(event) { if (this.held.has(event.code || event.key)) event.preventDefault(); }

  marks(event) {
    if (!this.recording || this.ending || STILL_KEYS.has(event.key)) return false;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const focused = event.composedPath()[0];
    const pressed = event.key === "Enter" || event.key === " ";
    return !(pressed && focused.matches?.("button:not(.feel), select"));
  }

  press(what, by) { if (this.recording && !this.ending) this.held.press(what, by); }

  mark(type, by) {
    this.order(type, by);
    this.view.marking(this.held.on);
  }

  visible() {
    if (document.hidden) {
      this.wasHidden = this.recording && !this.ending;
    } else {
      if (this.wasHidden) this.view.status(this.view.texts.hidden);
      this.keepAwake();
    }
  }

  async keepAwake() {
    if (!this.take || document.hidden) return;
    try { this.awake = await navigator.wakeLock?.request("screen"); } catch { /* then it may go dark */ }
  }

  // Lets go of the camera, the connection and the sound; what was recorded stays on its way to the disk.
  halt() {
    this.take = undefined;
    clearInterval(this.watching);
    this.sound.silence();
    this.link?.close();
    this.source?.stop();
    if (this.recorder?.recorder?.state === "recording") this.recorder.finish();
    this.awake?.release();
    this.link = this.source = this.awake = this.beginsAfter = undefined;
    this.held.clear();
  }

  close() {
    this.halt();
    this.view.close();
    this.off.abort();
    this.sound.close();
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".guided-test");
  // A run of the page calls this again; the test under way goes on.
  host.guided ??= new GuidedTest(host, data, (outcome) => host.guided.tellPage("outcome", outcome));
  host.guided.tellPage = setTriggerValue;
  return () => {
    host.guided?.close();
    host.guided = undefined;
  };
}
