// What is held down to mark a symptom: keys and the button. However many are down, it is one mark.

const SHORTEST_MARK_MS = 1000;            // a presenter's key is down for an instant only

class Marks {
  constructor({ onBegin, onEnd }) {
    Object.assign(this, { onBegin, onEnd });
    this.held = new Map();                // what is down, by whom and since when
  }

  get on() { return this.held.size > 0; }
  has(what) { return this.held.has(what); }

  press(what, by) {
    const held = this.held.get(what);
    if (held) {                           // down again before the shortest mark was over: it goes on
      clearTimeout(held.leaving);
      held.leaving = undefined;
      return;
    }
    this.held.set(what, { by, since: performance.now() });
    if (this.held.size === 1) this.onBegin(by);
  }

  release(what) {
    const held = this.held.get(what);
    if (!held || held.leaving) return;
    held.leaving = setTimeout(() => {
      this.held.delete(what);
      if (!this.on) this.onEnd(held.by);
    }, Math.max(0, held.since + SHORTEST_MARK_MS - performance.now()));
  }

  releaseAll() { for (const what of [...this.held.keys()]) this.release(what); }

  clear() {
    for (const { leaving } of this.held.values()) clearTimeout(leaving);
    this.held.clear();
  }
}
