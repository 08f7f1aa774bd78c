// Files on their way to the server's own disk, several at once, while the pages of the desk come and go.

const AT_ONCE = 2;
const make = (name, options = {}, ...children) => {
  const node = Object.assign(document.createElement(name), options);
  node.append(...children);
  return node;
};
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
// Headers take no letters but English ones.
const packed = (name) => btoa(String.fromCharCode(...new TextEncoder().encode(name)));
const megabytes = (bytes, language) => {
  const digits = bytes < 10485760 ? 1 : 0;
  return (bytes / 1048576).toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });
};

// One queue for the whole page: it outlives each showing of this list.
class Queue {
  constructor() {
    this.files = new Map();
    addEventListener("beforeunload", (event) => {
      if ([...this.files.values()].some((file) => !file.problem && !file.here)) event.preventDefault();
    });
  }

  add(list, data) {
    for (const file of list) {
      const problem = file.size > data.longest ? "too_large" : "";
      this.files.set(random(), { file, problem, sent: 0, request: null, here: false });
    }
    this.next();
  }

  next() {
    const waiting = [...this.files].filter(([, one]) => !one.request && !one.problem && !one.here);
    const busy = [...this.files.values()].filter((one) => one.request).length;
    for (const [id, one] of waiting.slice(0, Math.max(0, AT_ONCE - busy))) this.send(id, one);
    this.changed?.();
  }

  send(id, one) {
    const request = one.request = new XMLHttpRequest();
    const [base, query] = this.url.split("?");
    request.open("PUT", `${base}/${id}?${query}`);
    request.setRequestHeader("Content-Type", one.file.type || "application/octet-stream");
    request.setRequestHeader("X-Name", packed(one.file.name));
    request.upload.onprogress = (event) => { one.sent = event.loaded; this.changed?.(); };
    request.onload = () => this.answered(one, request);
    request.onerror = () => this.ended(one, "lost");
    request.onabort = () => { this.files.delete(id); this.next(); };
    request.send(one.file);
  }

  answered(one, request) {
    if (request.status === 200) {
      one.here = true;
      this.ended(one, "");
      try { this.tell("arrived", random()); } catch { /* the list is not shown now */ }
      return;
    }
    let why = "lost";
    try { why = JSON.parse(request.responseText).error; } catch { /* not one of our own answers */ }
    this.ended(one, why);
  }

  ended(one, problem) {
    Object.assign(one, { problem, request: null });
    this.next();
  }

  remove(id) {
    const one = this.files.get(id);
    if (one?.request) one.request.abort();
    else this.files.delete(id);
    this.changed?.();
  }

  again(id) {
    Object.assign(this.files.get(id), { problem: "", sent: 0 });
    this.next();
  }
}

class List {
  constructor(host, queue) {
    Object.assign(this, { host, queue, nodes: new Map() });
    this.lines = host.querySelector(".lines");
    const [input, drop] = [host.querySelector("input"), host.querySelector(".drop")];
    input.addEventListener("change", () => { queue.add(input.files, this.data); input.value = ""; });
    for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => this.over(event, true));
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, (event) => this.over(event, false));
    drop.addEventListener("drop", (event) => queue.add(event.dataTransfer.files, this.data));
  }

  over(event, inside) {
    event.preventDefault();
    event.currentTarget.classList.toggle("over", inside);
  }

  show(data, tell) {
    Object.assign(this, { data, tell });
    for (const [name, words] of Object.entries(data.texts)) {
      for (const node of this.host.querySelectorAll(`[data-text="${name}"]`)) node.textContent = words;
    }
    Object.assign(this.queue, { url: data.url, tell, changed: () => this.draw() });
    for (const line of data.lines) this.queue.files.delete(line.id);
    this.draw();
  }

  draw() {
    const lines = [...this.data.lines, ...this.sending()];
    const ids = new Set(lines.map((line) => line.id));
    for (const [id, node] of this.nodes) if (!ids.has(id)) { node.root.remove(); this.nodes.delete(id); }
    for (const line of lines) {
      const node = this.nodes.get(line.id) ?? this.begin(line.id);
      this.update(node, line);
    }
  }

  sending() {
    const { texts, language } = this.data;
    return [...this.queue.files].filter(([, one]) => !one.here).map(([id, one]) => {
      const size = `${megabytes(one.sent, language)} / ${megabytes(one.file.size, language)} MB`;
      const problem = one.problem && (texts[one.problem] ?? texts.lost);
      return {
        id, name: one.file.name, tone: problem ? "refused" : "busy", detail: "", here: true,
        words: problem || (one.request ? `${texts.uploading} ${size}` : texts.waiting),
        share: one.request ? one.sent / one.file.size : null, again: Boolean(problem) && one.problem !== "too_large",
      };
    });
  }

  begin(id) {
    const node = { root: make("li"), name: make("strong"), detail: make("small"), words: make("p", { className: "words" }),
      bar: make("progress", { max: 1 }), choices: make("div", { className: "choices" }), buttons: make("div", { className: "buttons" }) };
    node.root.append(make("div", { className: "what" }, node.name, node.detail), make("div", { className: "far" }, node.words, node.bar),
      node.choices, node.buttons);
    this.nodes.set(id, node);
    this.lines.append(node.root);
    return node;
  }

  update(node, line) {
    const { texts } = this.data;
    node.root.className = line.tone;
    node.name.textContent = line.name;
    node.detail.textContent = line.detail;
    if (node.words.textContent !== line.words) node.words.textContent = line.words;
    node.bar.hidden = line.share === null || line.share === undefined;
    node.bar.value = line.share ?? 0;
    node.bar.setAttribute("aria-label", `${texts.progress}: ${line.name}`);
    this.choose(node, line);
    const buttons = JSON.stringify([line.again, line.here, line.href, line.open]);
    if (node.shown !== buttons) {
      node.shown = buttons;
      node.buttons.replaceChildren(...this.buttons(line));
    }
  }

  choose(node, line) {
    const known = JSON.stringify([line.choosing, this.data.patients, this.data.fields]);
    if (node.known !== known) {
      node.known = known;
      node.choices.replaceChildren(...(line.choosing ? this.fields(line) : []));
    }
    for (const field of node.choices.querySelectorAll("select, input")) {
      if (field.value !== line[field.name] && field !== this.host.getRootNode().activeElement) field.value = line[field.name] ?? "";
    }
  }

  fields(line) {
    const { texts, patients, sides, fields } = this.data;
    const field = (name, node) => {
      node.name = name;
      node.addEventListener("change", () => this.tell("act", { item: line.id, set: { [name]: node.value } }));
      return make("label", {}, make("span", { textContent: fields[name] }), node);
    };
    const options = (first, rows) => [["", first], ...rows].map(([value, label]) => make("option", { value, textContent: label }));
    return [
      field("patient", make("select", {}, ...options(texts.for_all, patients))),
      field("side", make("select", {}, ...options(texts.for_all, sides))),
      field("day", make("input", { type: "date" })),
    ];
  }

  buttons(line) {
    const { texts } = this.data;
    const button = (words, act) => {
      const node = make("button", { type: "button", textContent: words, onclick: act });
      node.setAttribute("aria-label", `${words}: ${line.name}`);
      return node;
    };
    const act = (what) => () => (line.here ? this.queue[what](line.id) : this.tell("act", { item: line.id, do: what }));
    const found = [];
    if (line.href) {
      const link = make("a", { href: line.href, textContent: line.open });
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
        event.preventDefault();
        this.tell("act", { go: line.go });
      });
      found.push(link);
    }
    if (line.again) found.push(button(texts.again, act("again")));
    found.push(button(texts.remove, act("remove")));
    return found;
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".bring");
  globalThis.slumpcvQueue ??= new Queue();
  host.list ??= new List(host, globalThis.slumpcvQueue);
  host.list.show(data, setTriggerValue);
}
