// All keys of the player, as people know them from Kinovea and BORIS.

const TEN_STEPS = 10;
// What answers to keys of its own outside of the player. The page's title, which has the focus when the page opens, does not.
const OTHERS = "a, button, input, select, textarea, summary, [contenteditable], [role=dialog], [role=option], [role=slider], [role=tab]";
// What the overlay lists: the keys, and the name of what they do.
const KEYS_SHOWN = [
  [["space"], "play"], [["←", "→"], "step"], [["shift", "←", "→"], "step_ten"], [["J", "K", "L"], "jkl"], [[",", "."], "speed"], [["P"], "loop"],
  [["home", "end"], "ends"], [["S"], "symptom"], [["0–9", "X"], "intensity"], [["Tab", "←", "→"], "grip"], [["[", "]"], "edges"], [["N"], "phase"],
  [["delete"], "remove"], [["ctrl", "Z"], "undo"], [["ctrl", "Y"], "redo"], [["G"], "goniometer"], [["V"], "vertical"], [["M"], "points"],
  [["B"], "skeleton"], [["E"], "errors"], [["+", "−", "F"], "zoom"], [["U", "I"], "axis"], [["escape"], "leave"], [["D"], "done"], [["?"], "help"],
];

class Keys {
  constructor(player) {
    this.player = player;
    player.on(window, "keydown", (event) => this.press(event));
    // Of several players on a page, keys pressed outside of all go to the one used last.
    for (const kind of ["pointerdown", "focusin"]) player.on(player.host, kind, () => { globalThis.slumpcvPlayer = player.host; });
    // A button that was clicked gives the keys back to the player; one reached by keys keeps the focus.
    player.on(player.host, "click", (event) => {
      const pressed = event.composedPath()[0].closest?.("button");
      if (event.detail > 0 && pressed?.closest(".controls, .tools, .corner")) player.stageFocus();
    });
  }

  press(event) {
    const path = event.composedPath(), target = path[0], { player } = this;
    if (event.defaultPrevented || !player.data || player.menu.isOpen || player.help.isOpen || event.altKey) return;
    if (!path.includes(player.host) && (!this.isLast || path.some((node) => node.matches?.(OTHERS)))) return;
    if (target.matches("input, textarea, [contenteditable]")) return;
    if (target.matches("select") && !(event.ctrlKey || event.metaKey || event.key === "Escape")) return;
    if ((event.key === " " || event.key === "Enter") && target.matches("button:focus-visible")) return;
    const act = event.ctrlKey || event.metaKey ? this.withControl(event) : this.plain(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  get isLast() {
    const last = globalThis.slumpcvPlayer;
    return !last?.isConnected || last === this.player.host;
  }

  withControl({ key, shiftKey }) {
    const { model } = this.player;
    if (key.toLowerCase() === "z") return () => shiftKey ? model.redo() : model.undo();
    return key.toLowerCase() === "y" ? () => model.redo() : null;
  }

  plain(event) {
    const { player } = this, { clock, model } = player;
    const by = event.shiftKey ? TEN_STEPS : 1;
    if (/^[0-9]$/.test(event.key)) return () => model.setIntensity(Number(event.key));
    const acts = {
      " ": () => clock.toggle(), arrowleft: () => player.step(-by), arrowright: () => player.step(by),
      home: () => { clock.pause(); clock.go(0); }, end: () => { clock.pause(); clock.go(clock.last); },
      j: () => this.run(-1), k: () => clock.pause(), l: () => this.run(1), ",": () => clock.faster(-1), ".": () => clock.faster(1),
      p: () => player.setLoop(!clock.loop), s: () => model.pressSymptom(), x: () => model.setIntensity(MOST_INTENSITY),
      "[": () => model.moveEdgeHere(false), "]": () => model.moveEdgeHere(true), n: () => player.menu.open(),
      delete: () => this.remove(), backspace: () => this.remove(),
      g: () => player.measure.start("goniometer"), v: () => player.measure.start("vertical"), m: () => player.setMode(player.mode ? null : "points"),
      b: () => player.setSkeleton(!player.overlay.skeleton), e: () => player.setBands(!player.axis.curves.bands),
      "+": () => player.view.zoom(CLOSER), "=": () => player.view.zoom(CLOSER), "-": () => player.view.zoom(1 / CLOSER), f: () => player.view.fit(),
      i: () => player.axis.setZoom(player.axis.zoom * 2), u: () => player.axis.setZoom(player.axis.zoom / 2),
      escape: () => this.leave(), d: () => this.done(), "?": () => player.help.open(),
    };
    return acts[event.key.toLowerCase()];
  }

  // Pressed again, it goes faster.
  run(direction) {
    const { clock } = this.player, same = clock.playing && this.direction === direction;
    this.direction = direction;
    if (same) return clock.faster(1);
    if (direction > 0) { clock.pause(); return clock.play(); }
    return clock.walk(-1);
  }

  // Of what is on the picture first, else the chosen mark.
  remove() {
    const { model, measure, host } = this.player, focused = host.getRootNode().activeElement?.dataset?.key ?? "";
    const measured = model.measures.find(({ id }) => focused.startsWith(`${id}.`)) ?? (model.selected === null ? measure.here[0] : null);
    if (measured) model.removeMeasure(measured.id);
    else if (model.selected !== null) model.removeMark(model.selected);
  }

  // On to what comes after the player, past all that stands on the axis of time.
  done() { document.querySelector(".st-key-after_player :is(button, a)")?.focus(); }

  leave() {
    const { player } = this, { model, measure } = player;
    if (measure.tool) measure.stop();
    else if (model.begun !== undefined) model.dropBegun();
    else if (player.mode) player.setMode(null);
    else player.select(null);
    player.stageFocus();
  }
}
