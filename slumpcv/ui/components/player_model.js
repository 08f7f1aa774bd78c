// What is reviewed: the automatic result, the corrections beside it, and each way to change them.

const CLOSE_S = 0.001;                    // phases whose edges are this near share them
const round6 = (time) => Math.round(time * 1e6) / 1e6;

class Model {
  constructor(player) {
    this.player = player;
    this.selected = null;                 // which mark, by its place in the list
  }

  load(data) {
    this.data = data;
    this.take(data.result);
  }

  // What the server counted; a drag that is under way is not disturbed.
  take(result) {
    this.result = result;
    if (result.landmarks !== undefined) this.landmarks = result.landmarks;
    if (result.angles !== undefined) this.angles = result.angles;
    if (!this.held && !this.player.sender.queue.length) this.state = result.state;
    if (this.selected !== null && this.selected >= this.marks.length) this.selected = null;
  }

  get automatic() { return this.data.automatic; }
  get phases() { return this.state.phases ?? this.result.phases; }
  get marks() { return this.state.marks ?? this.automatic.marks; }
  get points() { return this.state.points; }
  get measures() { return this.state.measures; }
  get mark() { return this.selected === null ? null : this.marks[this.selected] ?? null; }

  valuesOf(angle) { return this.angles?.[angle] ?? this.data.angles[angle].values; }
  landmarkOf(joint) { return this.landmarks?.[joint] ?? this.data.landmarks[joint]; }

  phaseAt(time) { return this.phases.findIndex(({ start_s, end_s }) => start_s <= time && time < end_s); }
  nameOf(phase) { return this.data.names[phase].name; }

  // --- changing -----------------------------------------------------------------------------

  // Shown at once; what it means is the server's to say.
  draft(part) { this.held = true; this.state = { ...this.state, ...part }; this.player.redraw(); }

  change(action, part = {}, again = null) {
    this.held = false;
    this.state = { ...this.state, ...part };
    this.player.sender.push({ path: "edit", action, state: this.state, why: this.player.panel.why }, again);
    this.player.redraw();
  }

  // What was refused is not with the server: taking it back is all there is to undo.
  undo() { if (this.refused) this.goBack(); else this.player.sender.push({ path: "undo" }); }
  redo() { if (!this.refused) this.player.sender.push({ path: "redo" }); }

  goBack() {
    this.refused = null;
    this.state = this.result.state;
    this.player.redraw();
  }

  // --- phases -------------------------------------------------------------------------------

  // Edges in the order of time; a shared one belongs to both neighbours.
  get edges() {
    const edges = [];
    this.phases.forEach(({ start_s, end_s }, index) => {
      const before = this.phases[index - 1];
      if (before && Math.abs(before.end_s - start_s) < CLOSE_S) edges.at(-1).starts = index;
      else edges.push({ time: start_s, starts: index, ends: null });
      edges.push({ time: end_s, starts: null, ends: index });
    });
    return edges;
  }

  withEdge(edge, frame) {
    const { clock } = this.player, { phases } = this;
    const ended = phases[edge.ends], started = phases[edge.starts];
    // No phase is shorter than a frame, and none runs into the one beyond.
    const low = ended ? ended.start_s : phases[edge.starts - 1]?.end_s ?? clock.frames[0];
    const high = started ? started.end_s : phases[edge.ends + 1]?.start_s ?? clock.end;
    const first = clock.nearestTo(low) + (ended ? 1 : 0), last = clock.nearestTo(Math.min(high, clock.frames[clock.last])) - (started ? 1 : 0);
    const time = clock.frames[clamp(frame, first, Math.max(first, last))];
    return phases.map((phase, index) => {
      if (index === edge.ends) return { ...phase, end_s: time, hold_start_s: phase.hold_start_s < time ? phase.hold_start_s : null };
      if (index === edge.starts) return { ...phase, start_s: time, hold_start_s: phase.hold_start_s > time ? phase.hold_start_s : null };
      return phase;
    });
  }

  edgeBeside(time, after) {
    const beside = this.edges.filter((edge) => after ? edge.time > time + CLOSE_S : edge.time < time - CLOSE_S);
    return after ? beside[0] : beside.at(-1);
  }

  moveEdgeHere(after) {
    const { clock } = this.player, edge = this.edgeBeside(clock.time, after);
    if (edge) this.change("move_edge", { phases: this.withEdge(edge, clock.index) });
  }

  rename(index, name) {
    this.change("rename_phase", { phases: this.phases.map((phase, at) => at === index ? { ...phase, phase: name } : phase) });
  }

  // The phase before goes on in its place, as the test does; or the time stays without a phase.
  removePhase(index, fill) {
    const phases = this.phases.filter((_, at) => at !== index), gone = this.phases[index], before = phases[index - 1];
    const joined = before && Math.abs(before.end_s - gone.start_s) < CLOSE_S;
    if (fill && joined) phases[index - 1] = { ...before, end_s: gone.end_s, hold_start_s: null };
    this.change("delete_phase", { phases });
  }

  // From here on it is another phase: to the end of the present one, or over the time that has none.
  addPhase(name) {
    const { clock } = this.player, time = clock.time, at = this.phaseAt(time), phases = this.phases.map((phase) => ({ ...phase }));
    const next = phases.findIndex(({ start_s }) => start_s > time);
    const fresh = { phase: name, start_s: time, end_s: clock.end, hold_start_s: null };
    if (at < 0) {
      if (next >= 0) fresh.end_s = phases[next].start_s;
      phases.splice(next < 0 ? phases.length : next, 0, fresh);
    } else if (time - phases[at].start_s < CLOSE_S) {
      return this.rename(at, name);
    } else {
      fresh.end_s = phases[at].end_s;
      phases[at].end_s = time;
      if (!(phases[at].hold_start_s < time)) phases[at].hold_start_s = null;
      phases.splice(at + 1, 0, fresh);
    }
    fresh.end_s = round6(Math.min(fresh.end_s, clock.frames[clock.last]));
    if (fresh.end_s > fresh.start_s) this.change("add_phase", { phases });
  }

  // --- marks --------------------------------------------------------------------------------

  // The first press begins a symptom, the next one ends it; twice at the same frame is a point.
  pressSymptom() {
    const { clock } = this.player;
    if (this.begun === undefined) { this.begun = clock.time; this.begunIntensity = null; return this.player.redraw(); }
    const [start, end] = [this.begun, clock.time].sort((one, other) => one - other);
    const mark = { ...this.data.new_mark, start_s: start, end_s: end > start ? end : null, intensity: this.begunIntensity };
    this.begun = undefined;
    this.addMark(mark);
  }

  dropBegun() { this.begun = undefined; this.player.redraw(); }

  addMark(mark) {
    const marks = [...this.marks, mark].sort((one, other) => (one.start_s ?? -1) - (other.start_s ?? -1));
    this.selected = marks.indexOf(mark);
    this.change("add_mark", { marks });
  }

  withMark(index, part) { return this.marks.map((mark, at) => at === index ? { ...mark, ...part } : mark); }
  editMark(index, part) { this.change("change_mark", { marks: this.withMark(index, part) }); }

  removeMark(index) {
    this.selected = null;
    this.change("delete_mark", { marks: this.marks.filter((_, at) => at !== index) });
  }

  setIntensity(intensity) {
    if (this.begun !== undefined) { this.begunIntensity = intensity; return this.player.redraw(); }
    const at = this.selected ?? this.marks.length - 1;
    if (at < 0) return undefined;
    this.selected = at;
    return this.editMark(at, { intensity });
  }

  // A mark with one of its ends, or all of it, at another time; a strongest moment stays inside.
  marksMoved(index, { start, end }) {
    const mark = this.marks[index];
    const start_s = start ?? mark.start_s, until = end ?? mark.end_s;
    const end_s = until === null || until <= start_s ? null : until;
    const peak_s = mark.peak_s === null ? null : clamp(mark.peak_s, start_s, end_s ?? start_s);
    return this.withMark(index, { start_s, end_s, peak_s });
  }

  // --- measured by hand -----------------------------------------------------------------------

  addMeasure(measure) { this.change("measure", { measures: [...this.measures, measure] }); }
  withMeasure(id, part) { return this.measures.map((one) => one.id === id ? { ...one, ...part } : one); }
  removeMeasure(id) { this.change("delete_measure", { measures: this.measures.filter((one) => one.id !== id) }); }

  movePoint(point) {
    const others = this.points.filter((one) => one.landmark !== point.landmark || Math.abs(one.time_s - point.time_s) > CLOSE_S);
    this.change("move_point", { points: [...others, point].sort((one, other) => one.time_s - other.time_s) });
  }

  removePoint(point) { this.change("delete_point", { points: this.points.filter((one) => one !== point) }); }
}
