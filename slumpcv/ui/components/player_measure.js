// Measuring by hand on the paused picture, and the dots that can be dragged on it.

const POINTS_OF = { goniometer: 3, vertical: 2 };
const NUDGE_PX = 1, FAR_NUDGE_PX = 10;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Measure {
  constructor(player) { Object.assign(this, { player, tool: null, points: [] }); }

  get here() {
    const { clock, model } = this.player;
    const time = clock.frames[clock.shown];
    return model.measures?.filter((one) => Math.abs(one.time_s - time) < CLOSE_S) ?? [];
  }

  start(tool) {
    const { player } = this;
    player.clock.pause();
    player.setMode(null);
    this.tool = this.tool === tool ? null : tool;
    this.points = [];
    this.aim = [player.view.width / 2, player.view.height / 2];
    player.redraw();
    if (this.tool) player.find(".dot.aim")?.focus({ preventScroll: true });
  }

  stop() { this.tool = null; this.points = []; this.player.redraw(); }

  hover(event) { if (this.tool && event.pointerType === "mouse") { this.aim = this.player.view.at(event); this.player.dots.lay(); } }

  put(point) {
    this.points.push(point);
    this.aim = point;
    if (this.points.length < POINTS_OF[this.tool]) return this.player.redraw();
    const { player, points, tool } = this, bytes = crypto.getRandomValues(new Uint8Array(9));
    const id = btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_");
    this.tool = null;
    this.points = [];
    player.model.addMeasure({ id, time_s: player.clock.time, kind: tool, points_px: points, angle_deg: this.angle(tool, points), note: "" });
    player.panel.open("measures");
    return player.stageFocus();
  }

  // Between the arms, 0 to 180; or against the vertical, positive where the person looks.
  angle(kind, points) {
    const [first, middle, last] = points;
    const turn = (from, to) => Math.atan2(to[1] - from[1], to[0] - from[0]) * 180 / Math.PI;
    if (kind === "vertical") {
      const ahead = this.player.data.facing === "left" ? -1 : 1;
      return round1(Math.atan2(ahead * (middle[0] - first[0]), first[1] - middle[1]) * 180 / Math.PI);
    }
    const apart = Math.abs(turn(middle, first) - turn(middle, last)) % 360;
    return round1(apart > 180 ? 360 - apart : apart);
  }

  // A point of a measurement that is there already, dragged elsewhere.
  drag(id, index, place) {
    const { model } = this.player, points_px = model.measures.find((one) => one.id === id).points_px.map((one, at) => at === index ? place : one);
    const { kind } = model.measures.find((one) => one.id === id);
    model.draft({ measures: model.withMeasure(id, { points_px, angle_deg: this.angle(kind, points_px) }) });
  }
}

const round1 = (value) => Math.round(value * 10) / 10;

// Everything on the picture that can be dragged, as elements that keys reach too.
class Dots {
  constructor(player) {
    this.player = player;
    this.node = player.find(".dots");
  }

  get list() {
    const { clock, data, measure, mode, overlay } = this.player;
    if (!data || clock.playing) return [];
    const made = measure.here.flatMap(({ id, points_px }) => points_px.map((place, at) => ({
      key: `${id}.${at}`, name: "hand", words: data.texts.measure_point.replace("{number}", at + 1), place,
      move: (to) => measure.drag(id, at, to), done: () => this.player.model.change("measure"),
    })));
    if (mode === "points") made.push(...data.joints.map((joint) => this.joint(joint, overlay.joint(joint.id))).filter((dot) => dot.place));
    if (measure.tool) made.push(this.aim());
    return made;
  }

  joint({ id, name, near }, place) {
    const { clock, model } = this.player;
    return {
      key: `joint${id}`, name: near ? "joint" : "joint far", words: name, place: this.held?.id === id ? this.held.place : place,
      move: (to) => { this.held = { id, place: to }; this.player.overlay.draw(); },
      done: () => {
        const { place: [x_px, y_px] } = this.held;
        model.movePoint({ landmark: id, time_s: clock.time, x_px, y_px });
      },
    };
  }

  aim() {
    const { data, measure } = this.player;
    const words = data.texts.aim.replace("{number}", measure.points.length + 1).replace("{count}", POINTS_OF[measure.tool]);
    return { key: "aim", name: "aim", words, place: measure.aim, move: (to) => { measure.aim = to; }, press: () => measure.put(measure.aim) };
  }

  lay() {
    const list = this.list, kept = new Map([...this.node.children].map((node) => [node.dataset.key, node]));
    for (const dot of list) {
      const node = kept.get(dot.key) ?? this.make(dot.key);
      kept.delete(dot.key);
      node.dot = dot;
      node.className = `dot ${dot.name}`;
      node.setAttribute("aria-label", dot.words);
      node.title = dot.words;
      const [x, y] = this.player.view.toStage(dot.place);
      node.style.transform = `translate(${x}px, ${y}px)`;
    }
    for (const node of kept.values()) node.remove();
  }

  make(key) {
    const node = make("button", "dot", "", { type: "button" });
    node.dataset.key = key;
    node.addEventListener("pointerdown", (event) => this.grab(node, event));
    node.addEventListener("keydown", (event) => this.key(node, event));
    this.node.append(node);
    return node;
  }

  grab(node, event) {
    if (node.dot.press) return;           // the crosshair lets the pointer through
    const from = this.player.view.at(event), start = node.dot.place;
    let moved = false;
    follow(event, (next) => {
      const to = this.player.view.at(next);
      moved = true;
      this.to(node, [start[0] + to[0] - from[0], start[1] + to[1] - from[1]]);
    }, () => { if (moved) node.dot.done(); });
  }

  to(node, [x, y]) {
    const { view } = this.player;
    node.dot.move([round1(clamp(x, 0, view.width)), round1(clamp(y, 0, view.height))]);
    this.lay();
  }

  key(node, event) {
    const way = ARROWS[event.key];
    if (node.dot.press && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      event.stopPropagation();
      return node.dot.press();
    }
    if (!way || event.ctrlKey || event.metaKey) return undefined;
    event.preventDefault();
    event.stopPropagation();
    const by = event.shiftKey ? FAR_NUDGE_PX : NUDGE_PX, [x, y] = node.dot.place;
    this.to(node, [x + way[0] * by, y + way[1] * by]);
    return node.dot.done?.();
  }
}
