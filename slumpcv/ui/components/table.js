// One page of a table: sorting, paging and opening are told to the server, which sends the next rows.

const make = (name, options = {}, ...children) => {
  const node = Object.assign(document.createElement(name), options);
  node.append(...children);
  return node;
};

const plain = (event) => !(event.metaKey || event.ctrlKey || event.shiftKey || event.button);

class Table {
  constructor(host) {
    this.host = host;
    this.find = (name) => host.querySelector(name);
    this.find(".before").addEventListener("click", () => this.turn(-1));
    this.find(".after").addEventListener("click", () => this.turn(1));
    this.find("select").addEventListener("change", (event) => this.act({ sort: event.target.value }));
    this.find("tbody").addEventListener("keydown", (event) => this.walk(event));
  }

  act(what) {
    this.host.setAttribute("aria-busy", "true");
    this.tell("act", what);
  }

  turn(by) {
    const { offset, limit } = this.data;
    this.act({ offset: Math.max(0, offset + by * limit) });
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest("tr");
    if (!step || !row) return;
    event.preventDefault();
    const column = [...row.children].indexOf(event.target.closest("td"));
    const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    next?.children[column]?.querySelector("a")?.focus();
  }

  show(data, tell) {
    const paged = this.data && this.data.offset !== data.offset;
    Object.assign(this, { data, tell });
    this.host.removeAttribute("aria-busy");
    this.find("caption").textContent = data.texts.caption;
    this.heads();
    this.orders();
    this.find("tbody").replaceChildren(...data.rows.map((cells) => this.row(cells)));
    this.pages();
    if (paged) this.host.scrollIntoView({ block: "nearest" });
  }

  heads() {
    const { columns, sort, descending } = this.data;
    const row = this.find("thead tr");
    const names = columns.map((column) => column.name + column.label).join("|");
    if (row.dataset.names !== names) {
      row.dataset.names = names;
      row.replaceChildren(...columns.map((column) => this.head(column)));
    }
    columns.forEach((column, at) => {
      if (!column.sorts) return;
      const direction = column.name === sort ? (descending ? "descending" : "ascending") : "none";
      row.children[at].setAttribute("aria-sort", direction);
    });
  }

  head(column) {
    const head = make("th", { scope: "col", className: `${column.kind} at-${column.name}` });
    head.setAttribute("role", "columnheader");
    if (!column.sorts) {
      head.textContent = column.label;
      return head;
    }
    const arrow = make("span", { className: "arrow" });
    arrow.setAttribute("aria-hidden", "true");
    head.append(make("button", { type: "button", onclick: () => this.act({ sort: column.name }) }, column.label, arrow));
    return head;
  }

  orders() {
    this.find(".order").hidden = !this.data.columns.some((column) => column.sorts);
    const { columns, sort, descending, texts } = this.data;
    this.find(".order span").textContent = texts.order;
    const options = columns.filter((column) => column.sorts).map((column) => {
      const chosen = column.name === sort;
      const direction = chosen ? ` (${descending ? texts.descending : texts.ascending})` : "";
      return make("option", { value: column.name, selected: chosen }, column.label + direction);
    });
    this.find("select").replaceChildren(...options);
  }

  row(cells) {
    const row = make("tr");
    row.setAttribute("role", "row");
    const opening = cells.find((cell) => cell.opens);
    row.append(...cells.map((cell, at) => this.cell(cell, this.data.columns[at])));
    if (opening) {
      row.className = "opens";
      row.addEventListener("click", (event) => {
        const chosen = String(document.getSelection() ?? "");
        if (!event.defaultPrevented && !event.target.closest("a") && !chosen) this.act({ go: opening.go });
      });
    }
    return row;
  }

  cell(cell, column) {
    const node = make("td", { className: `${column.kind} at-${column.name}` });
    node.setAttribute("role", "cell");
    node.append(make("span", { className: "label", textContent: column.label }));
    const box = make("span", { className: "box" });
    box.append(this.main(cell));
    if (cell.below) box.append(make("small", { textContent: cell.below }));
    if (cell.tags.length) box.append(...cell.tags.map((tag) => make("span", { className: "tag", textContent: tag })));
    if (!cell.text && !cell.below && !cell.tags.length) node.classList.add("empty");
    node.append(box);
    return node;
  }

  main(cell) {
    if (cell.go) {
      const link = make("a", { href: cell.href, textContent: cell.text });
      link.addEventListener("click", (event) => {
        if (!plain(event)) return;
        event.preventDefault();
        this.act({ go: cell.go });
      });
      return link;
    }
    return make("span", { className: cell.tone ? `tone ${cell.tone}` : "", textContent: cell.text });
  }

  pages() {
    const { offset, limit, total, texts, count } = this.data;
    const [before, after] = [this.find(".before"), this.find(".after")];
    before.textContent = texts.before;
    after.textContent = texts.after;
    before.disabled = offset === 0;
    after.disabled = offset + limit >= total;
    before.hidden = after.hidden = total <= limit;
    this.find("nav").setAttribute("aria-label", texts.pages);
    this.find(".count").textContent = count;
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".whole");
  host.table ??= new Table(host);
  host.table.show(data, setTriggerValue);
}
