// Which frame is shown, and the way from frame to frame: exact in both directions.

const RATES = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2];
const USUAL_FRAME_S = 1 / 30;             // of a clip with a single frame
const END_S = 0.001;                      // a jump to the very end would count as having played to the end

class Clock {
  // `told` hears of every frame that is shown; `range` gives the frames to repeat around a frame.
  constructor(video, told, range) {
    Object.assign(this, { video, told, range, frames: [0], index: 0, shown: 0, rate: 1, loop: false, wanted: null });
    this.off = new AbortController();
    const on = (kind, act) => video.addEventListener(kind, act, { signal: this.off.signal });
    on("loadeddata", () => { this.ready = true; this.pump(); });
    // A browser may leave out the report of a frame, but not the end of a jump: while paused, that counts.
    on("seeked", () => { if (video.paused || !this.exact) this.showed(this.at(video.currentTime)); this.pump(); });
    on("pause", () => this.rest());
    on("ended", () => this.rest());
    on("play", () => this.told());
    this.exact = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
    if (this.exact) this.watch();
  }

  load(url, frames) {
    Object.assign(this, { frames, ready: false, hasVideo: Boolean(url), index: 0, shown: 0 });
    if (url) this.video.src = url;
    this.go(0);
  }

  get last() { return this.frames.length - 1; }
  get time() { return this.frames[this.index]; }
  get playing() { return this.hasVideo ? !this.video.paused && !this.video.ended || Boolean(this.walking) : Boolean(this.walking); }
  interval(index) {
    const at = clamp(index, 0, Math.max(0, this.last - 1));
    return this.last ? this.frames[at + 1] - this.frames[at] : USUAL_FRAME_S;
  }
  get end() { return this.frames[this.last] + this.interval(this.last); }

  // The middle of a frame's time: no rounding of timestamps leads to its neighbour.
  middle(index) {
    const middle = this.frames[index] + this.interval(index) / 2;
    return Math.min(middle, (this.video.duration || Infinity) - END_S);
  }

  at(time) { return clamp(lastUpTo(this.frames, time), 0, this.last); }
  nearestTo(time) { return nearest(this.frames, time); }

  // --- jumping ----------------------------------------------------------------------------

  // While a frame is sought, only the last one asked for is kept.
  go(index) {
    this.index = clamp(index, 0, this.last);
    this.repeated = this.range(this.index);
    this.seek(this.index);
  }

  seek(index) {
    this.wanted = index;
    if (!this.hasVideo) { this.wanted = null; this.showed(index); } else this.pump();
    this.told();
  }

  pump() {
    if (!this.ready || this.video.seeking || this.wanted === null) return;
    const index = this.wanted;
    this.wanted = null;
    this.sought = index;
    this.video.currentTime = this.middle(index);
  }

  step(by) { this.pause(); this.go(this.index + by); }

  watch() {
    this.video.requestVideoFrameCallback((_now, { mediaTime }) => {
      if (this.off.signal.aborted) return;
      this.mediaTime = mediaTime;
      if (!this.video.paused) this.showed(nearest(this.frames, mediaTime));
      this.watch();
    });
  }

  showed(index) {
    this.shown = index;
    const running = !this.video.paused && !this.video.seeking && this.wanted === null;
    if (running && this.hasVideo) {
      this.index = index;
      if (this.loop && index >= this.repeated[1]) { this.index = this.repeated[0]; this.seek(this.index); }
    }
    this.told();
  }

  // --- playing ----------------------------------------------------------------------------

  toggle() { if (this.playing) this.pause(); else this.play(); }

  play() {
    this.halt();
    const [first, last] = this.loop ? this.repeated : [0, this.last];
    if (this.index >= last) this.go(first);
    if (!this.hasVideo) return this.walk(1);
    this.video.playbackRate = this.rate;
    this.video.play().catch(() => {});    // it was paused again before it began
  }

  pause() { this.halt(); if (this.hasVideo) this.video.pause(); this.told(); }

  // After playing, the frame on the screen is the one that counts.
  rest() {
    if (this.wanted === null && !this.video.seeking) { this.index = this.shown; this.seek(this.index); }
    this.told();
  }

  setRate(rate) {
    this.rate = rate;
    this.video.playbackRate = this.video.defaultPlaybackRate = rate;
    if (this.walking) this.walking.rate = rate;
    this.told();
  }

  faster(by) {
    const at = RATES.findIndex((rate) => rate >= this.rate);
    this.setRate(RATES[clamp(at + by, 0, RATES.length - 1)]);
  }

  // Backwards, and without a video: frame by frame, as fast as frames can be had.
  walk(direction) {
    this.halt();
    if (this.hasVideo) this.video.pause();
    const walking = this.walking = { rate: this.rate, time: this.time + this.interval(this.index) / 2, at: performance.now() };
    const tick = (now) => {
      if (this.walking !== walking || this.off.signal.aborted) return;
      walking.time += direction * walking.rate * (now - walking.at) / 1000;
      walking.at = now;
      const [first, last] = this.loop ? this.repeated : [0, this.last];
      let index = this.at(walking.time);
      if (direction > 0 ? walking.time >= this.frames[last] + this.interval(last) : walking.time <= this.frames[first]) {
        if (!this.loop) { this.go(direction > 0 ? last : first); return this.pause(); }
        index = direction > 0 ? first : last;
        walking.time = this.frames[index] + this.interval(index) / 2;
      }
      if (index !== this.index && !this.video.seeking) { this.index = index; this.seek(index); }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    this.told();
  }

  halt() { this.walking = null; }

  close() {
    this.off.abort();
    this.halt();
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }
}
