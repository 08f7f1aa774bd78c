// The recording: in pieces of a second to the server's disk while it is made.

const KINDS = ["video/mp4;codecs=avc1.42E01F", "video/webm;codecs=vp8", "video/webm", "video/mp4"];
const BITS_PER_S = 2_500_000;
const PIECE_MS = 1000;
const PUT_AGAIN_MS = [300, 700, 1500, 3000];
const FINAL = new Set([400, 403, 404, 413, 507]);   // trying again would not help

class Recorder {
  constructor(url, take, { onTrouble, onFailed }) {
    Object.assign(this, { url, take, onTrouble, onFailed });
    this.pieces = [];                     // kept until the server has them
    this.first = 0;                       // number of pieces[0]
  }

  start(stream) {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    this.recorder = new MediaRecorder(stream, {
      mimeType, videoBitsPerSecond: BITS_PER_S,
      videoKeyFrameIntervalDuration: PIECE_MS, // an mp4 is handed over from key frame to key frame
    });
    this.kind = mimeType.split(";")[0];
    this.recorder.ondataavailable = ({ data }) => {
      if (!data.size) return;
      this.pieces.push(data);
      this.sending ??= this.send();
    };
    this.recorder.onerror = () => this.fail("recorder");
    this.stopped = new Promise((done) => { this.recorder.onstop = done; });
    this.recorder.start(PIECE_MS);
  }

  fail(why) {
    if (this.failed) return;
    this.failed = why;
    this.onFailed(why);
  }

  async send() {
    let tries = 0;
    while (this.pieces.length && !this.failed) {
      const coming = await this.put(this.pieces[0], this.first);
      if (coming === null) {
        this.onTrouble(true);
        await new Promise((done) => setTimeout(done, PUT_AGAIN_MS[Math.min(tries++, PUT_AGAIN_MS.length - 1)]));
        continue;
      }
      if (tries) this.onTrouble(false);
      tries = 0;
      if (coming < this.first) return this.fail("refused");
      this.pieces.splice(0, coming - this.first);
      this.first = coming;
    }
    this.sending = undefined;
  }

  // Gives the number of the piece to send next, null when it should be tried again.
  async put(piece, number) {
    try {
      const answer = await fetch(`${this.url}/${number}?take=${this.take}`, {
        method: "PUT", body: piece, headers: { "Content-Type": this.kind },
      });
      const told = await answer.json();
      if (answer.ok || answer.status === 409) return told.next;
      if (FINAL.has(answer.status)) this.fail(told.error);
    } catch { /* no connection now */ }
    return null;
  }

  // Resolves once all is on the server's disk; false when it could not get there.
  async finish() {
    if (!this.recorder) return false;
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.stopped;
    while (this.sending && !this.failed) await this.sending;
    for (const wait of [...PUT_AGAIN_MS, ...PUT_AGAIN_MS, 0]) {
      try {
        const answer = await fetch(`${this.url}/end?take=${this.take}`, { method: "POST" });
        if (answer.ok) return true;
        if (FINAL.has(answer.status) || answer.status === 409) return false;
      } catch { /* no connection now */ }
      await new Promise((done) => setTimeout(done, wait));
    }
    return false;
  }
}
