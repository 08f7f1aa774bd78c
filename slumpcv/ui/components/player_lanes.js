// What can be taken hold of on the axis: phases and their edges, symptom marks, and findings to read.

const MARK_ROWS = 2;

class Lanes {
  constructor(axis) {
    this.axis = axis;
    this.node = axis.inner.querySelector(".lanes");
  }

  get player() { return this.axis.player; }

  place(node, row, start, end = null) {
    const [top, height] = this.axis.tops[row];
    Object.assign(node.style, { left: `${this.axis.x(start)}px`, top: `${top}px`, height: `${height}px` });
    if (end !== null) node.style.width = `${Math.max(2, this.axis.x(end) - this.axis.x(start))}px`;
    return node;
  }

  // Everything anew but what the pointer or the focus holds, which stays the same element.
  lay() {
    const { model } = this.player;
    if (!model.state) return;
    const focused = this.node.getRootNode().activeElement, key = this.node.contains(focused) ? focused.dataset.key : null;
    const made = [...this.phases(), ...this.automatic(), ...this.edges(), ...this.marks(), ...this.findings()];
    const kept = new Map([...this.node.children].map((node) => [node.dataset.key, node]));
    made.forEach((node, at) => {
      const old = node.dataset.key && kept.get(node.dataset.key);
      if (!old) return;
      this.renew(old, node);
      made[at] = old;
    });
    const gone = [...this.node.children].filter((node) => !made.includes(node));
    gone.forEach((node) => node.remove());
    made.forEach((node, at) => { if (this.node.children[at] !== node) this.node.insertBefore(node, this.node.children[at] ?? null); });
    if (key && !made.some((node) => node.dataset.key === key)) this.axis.seek.focus({ preventScroll: true });
    else if (key && this.node.getRootNode().activeElement !== focused) focused.focus({ preventScroll: true });
  }

  renew(old, fresh) {
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    if (old.textContent !== fresh.textContent) old.textContent = fresh.textContent;
    old.now = fresh.now;
  }

  // --- phases -------------------------------------------------------------------------------

  phases() {
    const { model, data, clock } = this.player, here = model.phaseAt(clock.time);
    return model.phases.map((phase, at) => {
      const node = this.band(phase, "phases", at === here ? "phase here" : "phase");
      node.dataset.key = `phase${at}`;
      return node;
    }).concat(model.phases.length ? [] : [this.place(make("p", "empty", data.texts.no_phases), "phases", this.axis.from)]);
  }

  band({ phase, start_s, end_s }, row, name) {
    const { name: words, short, tint } = this.player.data.names[phase];
    const wide = (end_s - start_s) * this.axis.secondPx - 10;
    const node = make("div", name, [words, short].find((one) => one.length * 7.2 <= wide) ?? "");
    node.style.setProperty("--tint", tint);
    node.title = words;
    return this.place(node, row, start_s, end_s);
  }

  // As the machine found them, thin below what a person made of them.
  automatic() {
    const { model } = this.player, made = [];
    if (model.state.phases) for (const phase of model.automatic.phases) made.push(this.band(phase, "phases", "phase automatic"));
    if (model.state.marks) for (const mark of model.automatic.marks) if (mark.start_s !== null) made.push(this.place(make("div", "mark automatic"), "marks", mark.start_s, mark.end_s ?? mark.start_s));
    return made;
  }

  edges() {
    const { model, data } = this.player, { edges } = model;
    return edges.map((edge, at) => {
      const before = model.phases[edge.ends], after = model.phases[edge.starts];
      const words = before && after ? data.texts.edge_between : before ? data.texts.edge_end : data.texts.edge_start;
      const name = words.replace("{before}", before ? model.nameOf(before.phase) : "").replace("{after}", after ? model.nameOf(after.phase) : "");
      const grip = this.slider("edge", `edge${at}`, name, edge.time);
      grip.now = (frame) => model.draft({ phases: model.withEdge(edge, frame) });
      grip.dataset.action = "move_edge";
      return this.place(grip, "phases", edge.time);
    });
  }

  // --- symptoms ------------------------------------------------------------------------------

  marks() {
    const { model, clock } = this.player, ends = Array(MARK_ROWS).fill(-Infinity), made = [];
    model.marks.forEach((mark, at) => {
      if (mark.start_s === null) return;
      const from = this.axis.x(mark.start_s), row = Math.max(0, ends.findIndex((end) => end < from - 26));
      ends[row] = this.axis.x(mark.end_s ?? mark.start_s);
      made.push(this.mark(mark, at, row), ...(model.selected === at ? this.grips(mark, at) : []));
    });
    if (model.begun !== undefined) {
      const [from, to] = [model.begun, clock.time].sort((one, other) => one - other);
      const node = this.place(make("div", "mark begun", model.begunIntensity ?? ""), "marks", from, to);
      made.push(node);
    }
    return made;
  }

  mark(mark, at, row) {
    const { model, clock } = this.player, chosen = model.selected === at;
    const kind = `mark ${mark.end_s === null ? "point" : "interval"}${chosen ? " chosen" : ""} row${row}`;
    const node = make("button", kind, mark.intensity ?? "", { type: "button", "aria-pressed": String(chosen), "aria-label": this.player.markName(mark, at) });
    node.dataset.key = `mark${at}`;
    node.addEventListener("click", (event) => { if (event.detail === 0) { this.player.select(at); clock.go(clock.at(model.marks[at].start_s + 1e-6)); } });
    node.addEventListener("pointerdown", (event) => this.dragMark(event, at));
    return this.place(node, "marks", mark.start_s, mark.end_s);
  }

  // A touch chooses a mark; dragging moves the whole of it.
  dragMark(event, at) {
    const { model, clock } = this.player, first = this.axis.frameAt(event), x = event.clientX, mark = model.marks[at];
    this.axis.holding = true;
    clock.pause();
    this.player.select(at);
    clock.go(clock.at(mark.start_s + 1e-6));
    const from = clock.index;
    let moved = false;
    this.axis.hold(event, (next) => {
      if (!moved && Math.abs(next.clientX - x) < 4) return;
      moved = true;
      const frame = clamp(from + this.axis.frameAt(next) - first, 0, clock.last), start = clock.frames[frame];
      const end = mark.end_s === null ? null : Math.min(start + mark.end_s - mark.start_s, clock.end);
      const marks = model.marks.map((one, here) => here === at ? { ...one, start_s: start, end_s: end, peak_s: one.peak_s === null ? null : clamp(one.peak_s, start, end ?? start) } : one);
      model.draft({ marks });
      clock.go(frame);
    }, () => { if (moved) model.change("move_mark"); });
  }

  grips(mark, at) {
    const { model, data, clock } = this.player;
    return ["start", "end"].map((which) => {
      const time = which === "start" ? mark.start_s : mark.end_s ?? mark.start_s;
      const grip = this.slider(`grip ${which}`, `grip${which}${at}`, data.texts[`mark_${which}`], time);
      grip.now = (frame) => {
        const now = model.marks[at], bound = clock.frames[frame];
        if (which === "start" && bound > (now.end_s ?? now.start_s)) return;
        if (which === "start" && now.end_s === null) model.draft({ marks: model.marksMoved(at, { start: bound, end: now.start_s }) });
        else model.draft({ marks: model.marksMoved(at, { [which]: bound }) });
      };
      grip.dataset.action = "move_mark";
      return this.place(grip, "marks", time);
    });
  }

  // --- grips ---------------------------------------------------------------------------------

  // `now` puts what is held at a frame, for the eye only; letting go makes it a correction.
  slider(name, key, words, time) {
    const { clock, seconds, model } = this.player;
    const grip = make("div", name, "", { role: "slider", tabindex: "0", "aria-label": words, "aria-valuemin": this.axis.from.toFixed(2), "aria-valuemax": this.axis.to.toFixed(2), "aria-valuenow": time.toFixed(2), "aria-valuetext": seconds(time), title: words });
    grip.dataset.key = key;
    grip.dataset.time = time;
    const to = (frame) => { grip.now(frame); clock.go(frame); };
    grip.addEventListener("pointerdown", (event) => {
      const x = event.clientX, off = this.axis.x(Number(grip.dataset.time)) + this.axis.inner.getBoundingClientRect().left - x;
      let moved = false;
      clock.pause();
      this.axis.hold(event, (next) => {
        moved ||= Math.abs(next.clientX - x) >= 2;
        if (moved) to(clock.nearestTo(this.axis.timeAt({ clientX: next.clientX + off })));
      }, () => { if (moved) model.change(grip.dataset.action); else clock.go(clock.nearestTo(Number(grip.dataset.time))); });
    });
    grip.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 }[event.key];
      if (by === undefined || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      clock.pause();
      to(clamp(clock.nearestTo(Number(grip.dataset.time)) + by * (event.shiftKey ? 10 : 1), 0, clock.last));
      model.change(grip.dataset.action, {}, grip.dataset.key);
    });
    return grip;
  }

  // --- findings ------------------------------------------------------------------------------

  findings() {
    const { from, to } = this.axis;
    return this.player.model.result.findings.flatMap(({ severity, message, spans }) => (spans.length ? spans : [[from, to]]).map(([start, end]) => {
      const node = this.place(make("div", `finding ${severity}${spans.length ? "" : " whole"}`), "quality", start, end);
      node.title = message;
      return node;
    }));
  }
}
