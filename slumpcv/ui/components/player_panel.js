// Beside the player: the result in words and numbers, symptoms, what was measured by hand, the recording.

const TABS = ["result", "symptoms", "measures", "recording"];
const MOST_INTENSITY = 10;

class Panel {
  constructor(player) {
    this.player = player;
    this.node = player.find(".panel");
    this.shown = "result";
    this.why = "";
    this.answers = new AnswerForm(player);
  }

  load({ texts }) {
    const list = make("div", "tabs", "", { role: "tablist", "aria-label": texts.panel });
    this.tabs = TABS.map((name) => {
      const tab = button("tab", texts[`tab_${name}`], () => this.open(name), { role: "tab", id: `tab-${name}`, "aria-controls": "panel-body" });
      list.append(tab);
      return tab;
    });
    list.addEventListener("keydown", (event) => this.key(event));
    this.body = make("div", "body", "", { role: "tabpanel", id: "panel-body", tabindex: "0" });
    this.node.replaceChildren(list, this.body);
    this.open(this.shown);
  }

  key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const at = (TABS.indexOf(this.shown) + by + TABS.length) % TABS.length;
    this.open(TABS[at]);
    this.tabs[at].focus();
  }

  open(name) {
    this.shown = name;
    this.tabs.forEach((tab, at) => {
      const chosen = TABS[at] === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    });
    this.body.setAttribute("aria-labelledby", `tab-${name}`);
    this.lay();
  }

  // The focus stays where it was, by the name that its element has in here.
  lay() {
    const { result } = this.player.model;
    if (!this.body || !result) return;
    const focused = this.body.getRootNode().activeElement, key = this.body.contains(focused) ? focused.dataset.key : null;
    if (key === "why") return;            // somebody is writing
    const scrolled = this.body.scrollTop;
    this.body.replaceChildren(...this[this.shown](result));
    this.body.scrollTop = scrolled;
    if (key) (this.body.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? this.body).focus({ preventScroll: true });
  }

  // --- the result ---------------------------------------------------------------------------

  result(result) {
    const { texts } = this.player.data;
    return [
      ...this.said(texts.outcome, result.outcome),
      ...this.said(texts.isolation, result.isolation),
      make("h3", "", texts.angles),
      this.table(result),
      make("p", "small", texts.table_note),
      make("h3", "", texts.changes),
      this.changes(result),
      this.reason(),
    ];
  }

  // What holds now, and what the machine alone came to where that is another thing.
  said(heading, { title, note, words, automatic }) {
    const { texts } = this.player.data, nodes = [make("h3", "", heading)];
    if (title) nodes.push(make("p", "lead", title));
    if (note) nodes.push(make("p", "small", note));
    if (words) nodes.push(make("p", "", words));
    if (automatic) nodes.push(make("p", "small automatic", texts.automatic.replace("{words}", automatic)));
    return nodes;
  }

  table({ columns, rows }) {
    const { texts } = this.player.data;
    const scroll = make("div", "scrolls", "", { role: "group", tabindex: "0", "aria-label": texts.angles });
    const table = make("table"), head = make("tr");
    for (const words of [texts.phase, ...columns]) head.append(make("th", "", words, { scope: "col" }));
    table.append(make("thead"), make("tbody"));
    table.tHead.append(head);
    for (const row of rows) {
      const line = make("tr"), name = make("th", "", "", { scope: "row" });
      const go = button("link", row.name, () => this.player.clock.go(this.player.clock.at(row.start_s + 1e-6)));
      go.dataset.key = `row-${row.name}`;
      name.append(go, make("span", "small", row.time));
      line.append(name);
      for (const { now, before } of row.cells) {
        const cell = make("td", before ? "changed" : "", now);
        if (before) cell.append(make("span", "small automatic", before));
        line.append(cell);
      }
      table.tBodies[0].append(line);
    }
    scroll.append(table);
    return scroll;
  }

  changes({ changes, last }) {
    const { texts } = this.player.data;
    if (!changes.length) return make("p", "small", texts.no_changes);
    const list = make("ul", "changes");
    for (const words of changes) list.append(make("li", "", words));
    if (last) list.append(make("li", "small", `${last.words}, ${new Date(last.at).toLocaleString(this.player.data.language, { dateStyle: "medium", timeStyle: "short" })}`));
    return list;
  }

  reason() {
    const { texts } = this.player.data, label = make("label", "why");
    const field = make("input", "", "", { type: "text", maxlength: "300", autocomplete: "off" });
    field.dataset.key = "why";
    field.value = this.why;
    field.addEventListener("input", () => { this.why = field.value.trim(); });
    label.append(make("span", "", texts.why), field);
    return label;
  }

  // --- symptoms ------------------------------------------------------------------------------

  symptoms() {
    const { player } = this, { texts } = player.data, { marks } = player.model;
    const add = button("wide", texts[player.model.begun === undefined ? "symptom_begin" : "symptom_end"], () => player.model.pressSymptom());
    add.dataset.key = "add";
    const list = make("ul", "entries");
    marks.forEach((mark, at) => list.append(this.entry(mark, at)));
    return [add, ...(marks.length ? [list] : [make("p", "small", texts.no_marks)]), make("p", "small", texts.marks_note), ...this.answers.nodes()];
  }

  get numbers() {
    const all = Array.from({ length: MOST_INTENSITY + 1 }, (_, one) => [String(one), String(one)]);
    return [["", this.player.data.texts.no_answer], ...all];
  }

  entry(mark, at) {
    const { player } = this, { texts, choices } = player.data, { model, clock } = player;
    const item = make("li", model.selected === at ? "entry chosen" : "entry");
    const go = button("link", player.markTime(mark), () => {
      player.select(at);
      if (mark.start_s !== null) clock.go(clock.at(mark.start_s + 1e-6));
    });
    const intensity = this.chosen(texts.intensity, this.numbers, mark.intensity ?? "", (value) => model.editMark(at, { intensity: value === "" ? null : Number(value) }), `intensity${at}`);
    const familiar = this.chosen(texts.familiar, [["", texts.no_answer], ...choices.familiar], mark.familiar ?? "", (value) => model.editMark(at, { familiar: value || null }), `familiar${at}`);
    const place = mark.regions[0];
    const where = this.chosen(texts.where, [["", texts.no_answer], ...choices.places], place ? `${place.region} ${place.side ?? ""}`.trim() : "", (value) => {
      const [region, side = null] = value.split(" ");
      model.editMark(at, { regions: value ? [{ region, side }, ...mark.regions.slice(1)] : [] });
    }, `where${at}`);
    const what = this.chosen(texts.what, [["", texts.no_answer], ...choices.qualities], mark.qualities[0] ?? "", (value) => model.editMark(at, { qualities: value ? [value, ...mark.qualities.slice(1).filter((one) => one !== value)] : [] }), `what${at}`);
    const gone = this.iconButton("remove", texts.delete_mark.replace("{number}", at + 1), () => model.removeMark(at), `delete${at}`);
    go.dataset.key = `go${at}`;
    const head = make("div", "entry-head"), more = make("div", "entry-fields");
    head.append(make("span", "number", String(at + 1)), go, gone);
    more.append(intensity, familiar, where, what);
    item.append(head, more);
    const others = [...mark.regions.slice(1).map(({ region, side }) => choices.places.find(([value]) => value === `${region} ${side ?? ""}`.trim())?.[1]), ...mark.qualities.slice(1).map((one) => choices.qualities.find(([value]) => value === one)?.[1])].filter(Boolean);
    item.append(make("p", "small", [player.data.entered[mark.entered_by ?? "patient"], ...others].join("; ")));
    return item;
  }

  chosen(label, choices, value, act, key) {
    const field = make("label", "field"), list = choice(label, choices, String(value), act);
    list.dataset.key = key;
    field.append(make("span", "", label), list);
    return field;
  }

  iconButton(shape, words, act, key) {
    const node = button("icon", "", act, { "aria-label": words, title: words });
    node.append(icon(shape));
    node.dataset.key = key;
    return node;
  }

  // --- measured by hand ----------------------------------------------------------------------

  measures() {
    const { player } = this, { texts, joints } = player.data, { model, clock } = player, made = [];
    const list = make("ul", "entries");
    for (const one of model.measures) {
      const head = make("div", "entry-head"), item = make("li", "entry");
      const go = button("link", `${texts[one.kind]}, ${player.seconds(one.time_s)}`, () => clock.go(clock.at(one.time_s + 1e-6)));
      go.dataset.key = `at-${one.id}`;
      head.append(go, this.iconButton("remove", texts.delete_measure, () => model.removeMeasure(one.id), `gone-${one.id}`));
      item.append(head, make("p", "lead", player.degrees(one.angle_deg)));
      for (const words of model.result.measures[one.id] ?? []) item.append(make("p", "", words));
      list.append(item);
    }
    made.push(...(model.measures.length ? [list] : [make("p", "small", texts.no_measures)]));
    if (!model.points.length) return [...made, make("p", "small", texts.points_note)];
    const points = make("ul", "entries");
    model.points.forEach((point, at) => {
      const head = make("div", "entry-head"), item = make("li", "entry");
      const name = joints.find(({ id }) => id === point.landmark)?.name ?? String(point.landmark);
      const go = button("link", `${name}, ${player.seconds(point.time_s)}`, () => clock.go(clock.at(point.time_s + 1e-6)));
      go.dataset.key = `point${at}`;
      head.append(go, this.iconButton("remove", texts.delete_point, () => model.removePoint(point), `gone-point${at}`));
      item.append(head);
      points.append(item);
    });
    return [...made, make("h3", "", texts.points), points, make("p", "small", texts.points_note)];
  }

  // --- the recording ---------------------------------------------------------------------------

  recording({ findings }) {
    const { player } = this, { texts } = player.data;
    if (!findings.length) return [make("p", "small", texts.no_findings)];
    const list = make("ul", "entries");
    findings.forEach(({ severity, message, fix, spans }, at) => {
      const item = make("li", `entry ${severity}`), where = make("div", "spans");
      item.append(make("p", "lead", message));
      if (fix) item.append(make("p", "", fix));
      spans.forEach(([start, end], span) => {
        const go = button("link", `${player.seconds(start)}–${player.seconds(end)}`, () => player.clock.go(player.clock.at(start + 1e-6)));
        go.dataset.key = `finding${at}.${span}`;
        where.append(go);
      });
      item.append(where);
      list.append(item);
    });
    return [list];
  }
}
