// The small menu of a phase, and the overlay with all keys: each takes the focus and gives it back.

class Sheet {
  constructor(player, place) {
    this.player = player;
    this.node = player.find(place);
    player.on(this.node, "keydown", (event) => {
      if (event.key === "Escape") { event.preventDefault(); this.close(); }
      else if (event.key === "Tab") this.keepFocus(event);
      event.stopPropagation();            // the player's own keys rest meanwhile
    });
    player.on(this.node, "pointerdown", (event) => { if (event.target === this.node) this.close(); });
  }

  get isOpen() { return !this.node.hidden; }

  fill(label, ...nodes) {
    const root = this.node.getRootNode();
    this.before = root.activeElement;
    const box = make("div", "sheet", "", { role: "dialog", "aria-modal": "true", "aria-label": label });
    const shut = button("icon shut", "", () => this.close(), { "aria-label": this.player.data.texts.close, title: this.player.data.texts.close });
    shut.append(icon("remove"));
    box.append(make("h3", "", label), shut, ...nodes);
    this.node.replaceChildren(box);
    this.node.hidden = false;
    (box.querySelector("select, button:not(.shut)") ?? shut).focus({ preventScroll: true });
  }

  keepFocus(event) {
    const all = [...this.node.querySelectorAll("button, select, [tabindex]")], { activeElement } = this.node.getRootNode();
    const at = all.indexOf(activeElement), next = at + (event.shiftKey ? -1 : 1);
    if (next >= 0 && next < all.length) return;
    event.preventDefault();
    all.at(event.shiftKey ? -1 : 0).focus();
  }

  close() {
    this.node.hidden = true;
    this.node.replaceChildren();
    if (this.before?.isConnected) this.before.focus({ preventScroll: true }); else this.player.stageFocus();
  }
}

class PhaseMenu extends Sheet {
  constructor(player) { super(player, ".menu"); }

  // Of the phase at the moment shown, or of the time that belongs to none.
  open() {
    const { data, model, clock, seconds } = this.player, { texts } = data, at = model.phaseAt(clock.time), phase = model.phases[at];
    clock.pause();
    const names = Object.entries(data.names).map(([one, { name }]) => [one, name]);
    const act = (what) => { this.close(); what(); };
    const parts = [];
    if (phase) {
      parts.push(make("p", "small", `${seconds(phase.start_s, 2)}–${seconds(phase.end_s, 2)}`));
      parts.push(this.row(texts.phase_is, names, phase.phase, texts.change, (name) => act(() => model.rename(at, name)), "rename"));
    }
    parts.push(this.row(texts.phase_from_here.replace("{time}", seconds(clock.time, 2)), names, this.next(names, phase), texts.begin, (name) => act(() => model.addPhase(name)), "split"));
    if (phase) {
      const first = at === 0 || model.phases[at - 1].end_s < phase.start_s - CLOSE_S;
      if (!first) parts.push(button("wide", texts.phase_delete_join.replace("{before}", model.nameOf(model.phases[at - 1].phase)), () => act(() => model.removePhase(at, true)), { "data-key": "join" }));
      parts.push(button("wide", texts.phase_delete, () => act(() => model.removePhase(at, false)), { "data-key": "delete" }));
    }
    this.fill(phase ? model.nameOf(phase.phase) : texts.no_phase, ...parts);
  }

  // Most likely the one that comes after it in the test.
  next(names, phase) {
    const at = names.findIndex(([name]) => name === phase?.phase);
    return names[Math.min(at + 1, names.length - 1)][0];
  }

  row(label, names, value, words, act, key) {
    const row = make("div", "menu-row"), field = make("label", "field"), list = choice(label, names, value, () => {});
    list.dataset.key = key;
    field.append(make("span", "", label), list);
    row.append(field, button("", words, () => act(list.value), { "data-key": `${key}-do` }));
    return row;
  }
}

class Help extends Sheet {
  constructor(player) { super(player, ".help"); }

  open() {
    const { texts } = this.player.data, list = make("dl", "keys");
    for (const [keys, name] of KEYS_SHOWN) {
      const term = make("dt");
      for (const key of keys) term.append(make("kbd", "", texts[`key_${key}`] ?? key));
      list.append(term, make("dd", "", texts[`does_${name}`]));
    }
    const scroll = make("div", "scrolls", "", { tabindex: "0", role: "group", "aria-label": texts.help });
    scroll.append(list);
    this.fill(texts.help, scroll, make("p", "small", texts.help_note));
  }
}
