// Sends each correction in its turn, and keeps what could not be sent.

class Sender {
  // `hears` is told what the server made of each, of a newer state, and of each step on the way.
  constructor(url, hears) {
    Object.assign(this, { url, hears, queue: [], number: 0, stuck: false, busy: false });
    this.off = new AbortController();
    // Leaving the page with something unsent is asked about.
    addEventListener("beforeunload", (event) => { if (this.queue.length) event.preventDefault(); }, { signal: this.off.signal });
  }

  get state() { return this.stuck ? "stuck" : this.queue.length ? "saving" : "saved"; }

  // Changes of the same grip that still wait become one: a key that is held down makes many.
  push(order, again = null) {
    const last = this.queue.length > 1 ? this.queue.at(-1) : null;
    if (again !== null && last?.again === again) this.queue.pop();
    this.queue.push({ ...order, again });
    this.hears.told();
    this.run();
  }

  again() {
    this.stuck = false;
    this.hears.told();
    this.run();
  }

  async run() {
    if (this.busy || this.stuck || !this.queue.length) return;
    this.busy = true;
    try {
      await this.send(this.queue[0]);
    } catch {
      this.stuck = true;                  // no answer, or none that can be read: it stays first in the queue
    }
    this.busy = false;
    if (this.off.signal.aborted) return;
    this.hears.told();
    this.run();
  }

  async send({ path, again: _, ...order }) {
    const answer = await fetch(`${this.url}/${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...order, number: this.number }),
    });
    if (answer.status === 409) {
      const newer = await this.read(answer);
      this.hears.outdated(newer, this.queue.splice(0));
    } else if (answer.status === 400) {
      const why = await answer.json();
      // What was done since then is a whole state of its own, which may well be right.
      this.queue.shift();
      if (!this.queue.length) this.hears.refused(why);
    } else if (!answer.ok) {
      throw new Error(String(answer.status));
    } else {
      const result = await this.read(answer);
      this.queue.shift();
      this.hears.answered(result);
    }
  }

  async read(answer) {
    const result = await answer.json();
    this.number = result.number;
    return result;
  }

  close() { this.off.abort(); }
}
