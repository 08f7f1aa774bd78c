// The skeleton over the picture, drawn from the track, and what was measured on it by hand.

const NEAR = "#56d4f5", FAR = "#ffffff", OUTLINE = "rgba(6, 18, 24, 0.75)", HAND = "#ffd166", MOVED = "#ff9ee2";

class Overlay {
  constructor(player) {
    this.player = player;
    this.canvas = player.find(".overlay");
    this.skeleton = true;
  }

  // Where a joint is in the frame that is on the screen; null where it was not seen.
  joint(id, time = this.player.clock.frames[this.player.clock.shown]) {
    const { data, model } = this.player, [x, y] = model.landmarkOf(id);
    const place = [valueAt(data.times, x, time), valueAt(data.times, y, time)];
    return place[0] === null || place[1] === null ? null : place;
  }

  draw() {
    const { player } = this, { view, data } = player;
    if (!data || !view.stage.clientWidth) return;
    this.pen = sharpen(this.canvas, view.stage.clientWidth, view.stage.clientHeight);
    this.pen.lineCap = this.pen.lineJoin = "round";
    if (this.skeleton || player.mode === "points") this.bones();
    for (const measure of player.measure.here) this.measured(measure.kind, measure.points_px, measure.angle_deg);
    const { tool, points } = player.measure;
    if (tool && points.length) this.measured(tool, points, null);
  }

  bones() {
    const { data, dots } = this.player, places = {};
    for (const { id } of data.joints) places[id] = dots.held?.id === id ? dots.held.place : this.joint(id);
    for (const near of [false, true]) {
      for (const [from, to, side] of data.bones) {
        if (side === near && places[from] && places[to]) this.line([places[from], places[to]], near ? NEAR : FAR, near ? 3 : 1.6, near ? 1 : 0.55);
      }
    }
    for (const { id, near } of data.joints) if (places[id] && near) this.spot(places[id], this.byHand(id) ? MOVED : NEAR, 3.6);
  }

  byHand(id) {
    const { clock, model } = this.player, time = clock.frames[clock.shown];
    return model.points.some(({ landmark, time_s }) => landmark === id && Math.abs(time_s - time) < CLOSE_S);
  }

  line(places, colour, width, strength = 1) {
    const { pen } = this;
    pen.globalAlpha = strength;
    for (const [paint, wide] of [[OUTLINE, width + 2.4], [colour, width]]) {
      pen.strokeStyle = paint;
      pen.lineWidth = wide;
      pen.beginPath();
      for (const place of places) pen.lineTo(...this.player.view.toStage(place));
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  spot(place, colour, size) {
    const { pen } = this;
    pen.beginPath();
    pen.arc(...this.player.view.toStage(place), size, 0, 2 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = OUTLINE;
    pen.stroke();
  }

  // A goniometer's arms with its arc, or a line with the vertical through its lower end.
  measured(kind, points, angle) {
    const { view } = this.player, [first, middle] = points;
    if (kind === "vertical" && middle) {
      const reach = Math.hypot(middle[0] - first[0], middle[1] - first[1]);
      this.pen.setLineDash([5, 5]);
      this.line([first, [first[0], first[1] - reach]], HAND, 1.4);
      this.pen.setLineDash([]);
    }
    if (points.length > 1) this.line(points, HAND, 2);
    for (const point of points) this.spot(point, HAND, 4);
    if (angle === null) return;
    const corner = view.toStage(kind === "vertical" ? first : middle);
    this.arc(kind, corner, points.map((point) => view.toStage(point)));
    this.tag(this.player.degrees(angle), corner);
  }

  arc(kind, [x, y], places) {
    const { pen } = this, towards = (place) => Math.atan2(place[1] - y, place[0] - x);
    const [from, to] = kind === "vertical" ? [-Math.PI / 2, towards(places[1])] : [towards(places[0]), towards(places[2])];
    const turn = ((to - from + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
    pen.beginPath();
    pen.arc(x, y, 24, from, from + turn, turn < 0);
    pen.strokeStyle = HAND;
    pen.lineWidth = 2;
    pen.stroke();
  }

  tag(words, [x, y]) {
    const { pen } = this;
    pen.font = "600 14px sans-serif";
    pen.textBaseline = "middle";
    const wide = pen.measureText(words).width + 12;
    pen.fillStyle = "rgba(6, 18, 24, 0.82)";
    pen.beginPath();
    pen.roundRect(x + 28, y - 12, wide, 24, 6);
    pen.fill();
    pen.fillStyle = HAND;
    pen.fillText(words, x + 34, y + 1);
  }
}
