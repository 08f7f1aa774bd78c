// The connection to the coach: one picture under way at a time, and orders that are never lost.

const LEAST_APART_MS = 45;                // every second picture of 24 to 30 a second, each of 15, however unevenly they come
const ANSWER_WITHIN_MS = 1000;            // after that the next picture goes without the answer
const AGAIN_MS = [300, 600, 1200, 2500];  // waits before connecting again
const GONE_MS = 60000;                    // as long as the server keeps the coach
const REFUSED = 4403, REPLACED = 4409;    // the server's own codes for closing

class Link {
  constructor(url, { onMessage, onState }) {
    Object.assign(this, { url, onMessage, onState });
    this.orders = [];
    this.tries = 0;
    this.sentAt = -Infinity;
    this.waiting = false;
    this.open();
  }

  open() {
    this.socket = new WebSocket(new URL(this.url, location.href.replace(/^http/, "ws")));
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      this.waiting = false;
      this.onState("open");
      for (const order of this.orders.splice(0)) this.socket.send(order);
    };
    this.socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "seen" || message.type === "missed") this.waiting = false;
      this.tries = 0;                     // only an answer says that the coach is there
      this.lostAt = undefined;
      this.onMessage(message);
    };
    this.socket.onclose = (event) => this.closed(event.code);
  }

  closed(code) {
    if (this.ended) return;
    if (code === REFUSED || code === REPLACED) return this.onState(code === REPLACED ? "replaced" : "refused");
    this.lostAt ??= performance.now();
    if (performance.now() - this.lostAt > GONE_MS) return this.onState("gone");
    this.onState("lost");
    this.timer = setTimeout(() => this.open(), AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)]);
  }

  order(type, t, by) {
    const words = JSON.stringify({ type, t, by });
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(words);
    else if (type !== "speaking") this.orders.push(words);
  }

  get free() {
    const since = performance.now() - this.sentAt;
    return this.socket.readyState === WebSocket.OPEN
      && since >= LEAST_APART_MS
      && (!this.waiting || since > ANSWER_WITHIN_MS);
  }

  async picture(t, canvas) {
    this.sentAt = performance.now();
    this.waiting = true;
    const jpeg = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7));
    if (!jpeg) return;
    const message = new Uint8Array(8 + jpeg.size);
    new DataView(message.buffer).setFloat64(0, t, true);
    message.set(new Uint8Array(await jpeg.arrayBuffer()), 8);
    // Asked last: the test may have ended while the picture was made.
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message);
  }

  close() {
    this.ended = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
