// Where pictures come from: a camera, or a sample clip whose person waits for what is asked.

const REMEMBERED = "slumpcv-camera";
const SAMPLE_FPS = 30;
const SAMPLE_RATE = 0.75;                 // the samples' people move a little fast
const SHORT_OF_END_S = 0.15;              // how long before its next movement the sample waits
const NAMES = {
  NotAllowedError: "denied", SecurityError: "insecure", NotFoundError: "none", NotReadableError: "busy",
  AbortError: "busy", OverconstrainedError: "constraints", TypeError: "insecure",
};

// Calls back with each new picture's time in seconds, on the page's own clock.
function eachPicture(video, onPicture) {
  let live = true;
  const ask = () => {
    if (video.requestVideoFrameCallback) {
      video.requestVideoFrameCallback((now, about) => seen((about.captureTime ?? now) / 1000));
    } else requestAnimationFrame((now) => seen(now / 1000));
  };
  const seen = (t) => {
    if (!live) return;
    onPicture(t);
    ask();
  };
  ask();
  return () => { live = false; };
}

class Camera {
  constructor(video, { onEnded }) {
    Object.assign(this, { video, onEnded });
    this.mirrored = true;
  }

  get picture() { return this.video; }
  get size() { return [this.video.videoWidth, this.video.videoHeight]; }

  async start(onPicture, deviceId = localStorage.getItem(REMEMBERED)) {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "SecurityError");
    const asked = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
    if (deviceId) asked.deviceId = { ideal: deviceId };
    else if (matchMedia("(pointer: coarse)").matches) asked.facingMode = { ideal: "environment" };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: asked, audio: false })
      .catch((error) => {
        if (error.name !== "OverconstrainedError") throw error;
        return navigator.mediaDevices.getUserMedia({ video: true, audio: false });
      });
    const [track] = this.stream.getVideoTracks();
    track.onended = () => this.onEnded("unplugged");
    this.id = track.getSettings().deviceId;
    this.mirrored = track.getSettings().facingMode !== "environment";
    this.video.srcObject = this.stream;
    await this.video.play();
    this.halt = eachPicture(this.video, onPicture);
  }

  async choices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    return all.filter((device) => device.kind === "videoinput");
  }

  remember(id) { localStorage.setItem(REMEMBERED, id); }
  play() {}
  follow() {}

  stop() {
    this.halt?.();
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.video.srcObject = null;
  }
}

class Sample {
  constructor(canvas, demo, { onEnded }) {
    Object.assign(this, { canvas, demo, onEnded });
    this.mirrored = false;
    this.video = document.createElement("video");
    Object.assign(this.video, { muted: true, playsInline: true, preload: "auto", src: demo.url });
    this.limit_s = 0;
  }

  get picture() { return this.canvas; }
  get size() { return [this.canvas.width, this.canvas.height]; }

  async start(onPicture) {
    await new Promise((done, failed) => {
      this.video.onloadeddata = done;
      this.video.onerror = () => failed(new DOMException("", "NotFoundError"));
    });
    // A film that never ran gives no picture to draw.
    await this.video.play();
    this.video.pause();
    this.video.playbackRate = SAMPLE_RATE;
    Object.assign(this.canvas, { width: this.video.videoWidth, height: this.video.videoHeight });
    const pen = this.canvas.getContext("2d");
    this.stream = this.canvas.captureStream(SAMPLE_FPS);
    this.video.onended = () => this.onEnded("sample_over");
    this.timer = setInterval(() => {
      this.wait();
      pen.drawImage(this.video, 0, 0);
      onPicture(performance.now() / 1000);
    }, 1000 / SAMPLE_FPS);
  }

  async choices() { return []; }
  play() { this.playing = true; }

  // The person in the sample does what the guide asks for, and holds it until the next step.
  follow(step, over) {
    const now = this.demo.chapters.findIndex((chapter) => chapter.phase === step);
    const until = over || step === "RETURN" ? Infinity : this.demo.chapters[Math.max(now, 0)].end_s - SHORT_OF_END_S;
    this.limit_s = Math.max(this.limit_s, until);
  }

  wait() {
    const due = this.playing && this.video.currentTime < this.limit_s;
    if (due && this.video.paused && !this.video.ended) this.video.play();
    else if (!due && !this.video.paused) this.video.pause();
  }

  stop() {
    clearInterval(this.timer);
    this.video.onended = null;
    this.video.pause();
    this.video.removeAttribute("src");
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }
}
