// Which part of the picture is seen: zoom and pan by wheel, pinch, drag and button.

const MOST_CLOSE = 8, CLOSER = 1.4, STILL_PX = 4;

class View {
  constructor(player) {
    this.player = player;
    this.stage = player.find(".stage");
    Object.assign(this, { scale: 1, x: 0, y: 0, pointers: new Map() });
    const on = (kind, act, more) => player.on(this.stage, kind, act, more);
    on("wheel", (event) => this.wheel(event), { passive: false });
    on("pointerdown", (event) => this.press(event));
    for (const kind of ["pointermove"]) on(kind, (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) on(kind, (event) => this.lift(event));
    this.sizes = new ResizeObserver(() => this.lay());
    this.sizes.observe(this.stage);
  }

  load(data) {
    [this.width, this.height] = data.size;
    this.stage.style.setProperty("--ratio", this.width / this.height);
    this.fit();
  }

  get box() { return this.stage.getBoundingClientRect(); }
  // Screen pixels of a pixel of the picture, and where its corner lies.
  get grain() { return Math.min(this.stage.clientWidth / this.width, this.stage.clientHeight / this.height) * this.scale; }
  get left() { return (this.stage.clientWidth - this.width * this.grain) / 2 + this.x; }
  get top() { return (this.stage.clientHeight - this.height * this.grain) / 2 + this.y; }

  toStage([x, y]) { return [this.left + x * this.grain, this.top + y * this.grain]; }
  toPicture([x, y]) {
    const inside = (value, most) => Math.round(clamp(value, 0, most) * 10) / 10;
    return [inside((x - this.left) / this.grain, this.width), inside((y - this.top) / this.grain, this.height)];
  }
  at({ clientX, clientY }) { const { left, top } = this.box; return this.toPicture([clientX - left, clientY - top]); }

  lay() {
    if (!this.width || !this.stage.clientWidth) return;
    const { video } = this.player.clock;
    Object.assign(video.style, { width: `${this.width * this.grain}px`, height: `${this.height * this.grain}px`, transform: `translate(${this.left}px, ${this.top}px)` });
    this.stage.classList.toggle("close", this.scale > 1);
    this.player.overlay.draw();
    this.player.dots.lay();
  }

  fit() { Object.assign(this, { scale: 1, x: 0, y: 0 }); this.lay(); }

  // Keeps the place under the pointer where it is.
  zoom(by, event = null) {
    const box = this.box;
    const [x, y] = event ? [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2] : [0, 0];
    const scale = clamp(this.scale * by, 1, MOST_CLOSE), real = scale / this.scale;
    this.scale = scale;
    this.pan(x - (x - this.x) * real - this.x, y - (y - this.y) * real - this.y);
  }

  pan(right, down) {
    const roomX = Math.max(0, (this.width * this.grain - this.stage.clientWidth) / 2), roomY = Math.max(0, (this.height * this.grain - this.stage.clientHeight) / 2);
    this.x = clamp(this.x + right, -roomX, roomX);
    this.y = clamp(this.y + down, -roomY, roomY);
    this.lay();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && this.scale === 1) return;   // the page scrolls
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(-event.deltaY / 200), event);
    else this.pan(-event.deltaX, -event.deltaY);
  }

  // --- one finger pans or clicks, two zoom ------------------------------------------------------

  press(event) {
    if (event.button > 0 || event.composedPath()[0].closest("button, .dot")) return;
    this.pointers.set(event.pointerId, event);
    this.began = this.pointers.size === 1 ? event : null;
    this.stage.setPointerCapture(event.pointerId);
    this.stage.focus({ preventScroll: true });
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.player.measure.hover(event);
    const others = [...this.pointers.values()].filter((one) => one.pointerId !== event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (others.length) {
      const apart = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
      this.zoom(apart(event) / Math.max(1, apart(before)), event);
    } else if (!this.began || Math.hypot(event.clientX - this.began.clientX, event.clientY - this.began.clientY) > STILL_PX) {
      this.began = null;
      this.pan(event.clientX - before.clientX, event.clientY - before.clientY);
    }
    return undefined;
  }

  lift(event) {
    const click = this.began && event.type === "pointerup";
    this.pointers.delete(event.pointerId);
    this.began = null;
    if (!click) return;
    if (this.player.measure.tool) this.player.measure.put(this.at(event));
    else if (this.player.mode !== "points") this.player.clock.toggle();
  }

  close() { this.sizes.disconnect(); }
}
