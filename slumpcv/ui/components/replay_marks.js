// The marks on the time line; the active one can be moved, by its grips, its middle, keys and buttons.

const STEP_S = 0.1, PAGE_S = 1;           // arrow and page keys
const NEW_MARK_S = 1.5;                   // a mark that is set here is this long at first
const LEAST_MARK_S = 0.1;
const SETTLED_MS = 500;                   // a mark that has rested for this long is told to the page

class Marks {
  constructor(player) {
    this.player = player;
    this.list = [];
    const { find } = player;
    player.on(find(".begins"), "click", () => { this.edge("start", player.time); this.settled(); });
    player.on(find(".ends"), "click", () => { this.edge("end", player.time); this.settled(); });
    player.on(find(".add"), "click", () => this.add());
    player.on(find(".remove"), "click", () => this.remove());
  }

  update(marks) {
    if (!this.busy) this.list = marks.map((mark) => ({ ...mark }));
  }

  get active() { return this.list.find((mark) => mark.id === this.player.data.active); }

  edge(which, time) {
    const mark = this.active;
    if (!mark) return;
    const at = Math.min(Math.max(time, 0), this.player.data.duration);
    mark[which] = at;
    if (which === "start") mark.end = Math.max(mark.end, Math.min(at + LEAST_MARK_S, this.player.data.duration));
    else mark.start = Math.min(mark.start, Math.max(at - LEAST_MARK_S, 0));
    this.changed();
  }

  shift(by) {
    const mark = this.active;
    const length = mark.end - mark.start;
    mark.start = Math.min(Math.max(mark.start + by, 0), this.player.data.duration - length);
    mark.end = mark.start + length;
    this.changed();
  }

  add() {
    const start = Math.max(0, Math.min(this.player.time, this.player.data.duration - LEAST_MARK_S));
    const end = Math.min(start + NEW_MARK_S, this.player.data.duration);
    this.player.tell("change", { id: this.player.data.active, start, end });
  }

  remove() { this.player.tell("change", { id: this.player.data.active, remove: true }); }

  changed() {
    this.busy = true;
    this.place();
    clearTimeout(this.settle);
    this.settle = setTimeout(() => { if (!this.player.dragging) this.settled(); }, SETTLED_MS);
  }

  // Told at once when a finger or the focus leaves it: what comes next may be another page.
  settled() {
    if (!this.busy) return;
    clearTimeout(this.settle);
    this.busy = false;
    const { id, start, end } = this.active;
    this.player.tell("change", { id, start, end });
  }

  lay() {
    const shown = this.list.map((mark) => `${mark.id}${mark.id === this.player.data.active}`).join();
    const { editable } = this.player.data, active = Boolean(this.active);
    const focused = this.player.host.getRootNode().activeElement;
    this.player.find(".add").hidden = active;
    for (const place of [".begins", ".ends", ".remove"]) this.player.find(place).hidden = !active;
    this.player.find(".edit").hidden = !editable;
    // The focus stays here when the button that had it goes.
    if (focused?.hidden) this.player.find(active ? ".begins" : ".add").focus({ preventScroll: true });
    if (shown !== this.laid) {
      this.laid = shown;
      this.player.find(".lane").replaceChildren(...this.list.map((mark) => this.make(mark)));
    }
    this.place();
  }

  make(mark) {
    const bar = document.createElement("div");
    bar.className = "mark";
    bar.dataset.id = mark.id;
    if (mark.id !== this.player.data.active || !this.player.data.editable) return bar;
    bar.classList.add("active");
    let last;
    this.player.on(bar, "pointerdown", (event) => {
      if (event.target !== bar) return;
      last = this.player.timeline.timeAt(event);
      this.player.drag(event, (time) => { this.shift(time - last); last = time; this.player.go(this.active.start); });
    });
    for (const which of ["start", "end"]) {
      const grip = document.createElement("div");
      grip.className = `grip ${which}`;
      grip.tabIndex = 0;
      grip.setAttribute("role", "slider");
      grip.setAttribute("aria-label", this.player.data.texts[`mark_${which}`]);
      const move = (time) => { this.edge(which, time); this.player.go(this.active[which]); };
      this.player.on(grip, "pointerdown", (event) => this.player.drag(event, move));
      this.player.on(grip, "keydown", (event) => this.gripKey(event, which));
      this.player.on(grip, "focusout", () => { if (!this.player.dragging) this.settled(); });
      bar.append(grip);
    }
    return bar;
  }

  gripKey(event, which) {
    const by = { ArrowLeft: -STEP_S, ArrowRight: STEP_S, ArrowDown: -STEP_S, ArrowUp: STEP_S, PageDown: -PAGE_S, PageUp: PAGE_S }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.player.video.pause();
    this.edge(which, this.active[which] + by);
    this.player.go(this.active[which]);
  }

  place() {
    for (const bar of this.player.find(".lane").children) {
      const mark = this.list.find(({ id }) => id === bar.dataset.id);
      if (!mark) continue;
      const share = (time) => `${this.player.timeline.share(time) * 100}%`;
      bar.style.left = share(mark.start);
      bar.style.width = `calc(${share(mark.end)} - ${share(mark.start)})`;
      for (const grip of bar.children) {
        const time = grip.classList.contains("start") ? mark.start : mark.end;
        this.player.value(grip, time);
      }
    }
  }

  close() { clearTimeout(this.settle); }
}
