// Files to take along: asked for with a button, and saved once the server has made them.

class Take {
  constructor(host) {
    Object.assign(this, { host, busy: false, shown: "" });
    this.line = host.querySelector(".said");
  }

  show(data) {
    this.data = data;
    const shown = JSON.stringify(data);
    if (shown === this.shown) return;
    this.shown = shown;
    this.host.querySelector(".files").replaceChildren(...data.files.map((file) => this.button(file)));
  }

  button(file) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: file.primary ? "primary" : "" });
    if (file.icon) {
      const icon = Object.assign(document.createElement("span"), { className: "icon", textContent: file.icon });
      icon.setAttribute("aria-hidden", "true");
      icon.translate = false;
      button.append(icon);
    }
    button.append(file.label);
    button.addEventListener("click", () => this.take(file));
    return button;
  }

  async take(file) {
    if (this.busy) return;
    this.busy = true;
    this.say(this.data.texts.making);
    try {
      const reply = await fetch(file.url, { method: "POST" });
      this.say(reply.ok ? "" : (await reply.json()).problem, !reply.ok);
      if (reply.ok) this.save(await reply.blob(), file.name);
    } catch {
      this.say(this.data.texts.lost, true);
    } finally {
      this.busy = false;
    }
  }

  save(content, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(content), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  say(words, wrong = false) {
    this.line.textContent = words;
    this.line.classList.toggle("wrong", wrong);
  }
}

export default function ({ parentElement, data }) {
  const host = parentElement.querySelector(".take");
  host.taking ??= new Take(host);
  host.taking.show(data);
}
