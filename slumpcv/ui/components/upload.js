// A clip on its way to the server's own disk: chosen or dropped, sent whole, with how far it is.

const show = (node, visible) => { node.hidden = !visible; };

class Upload {
  constructor(host, data, tell) {
    Object.assign(this, { host, data, tell });
    const find = this.find = (name) => host.querySelector(name);
    for (const [name, words] of Object.entries(data.texts)) {
      for (const node of host.querySelectorAll(`[data-text="${name}"]`)) node.textContent = words;
    }
    find("input").addEventListener("change", (event) => this.send(event.target.files[0]));
    find(".cancel").addEventListener("click", () => this.request?.abort());
    const drop = find(".drop");
    for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => this.over(event, true));
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, (event) => this.over(event, false));
    drop.addEventListener("drop", (event) => this.send(event.dataTransfer.files[0]));
  }

  over(event, inside) {
    event.preventDefault();
    this.find(".drop").classList.toggle("over", inside);
  }

  send(file) {
    if (!file || this.request) return;
    this.say("");
    if (file.size > this.data.longest) return this.say(this.data.texts.too_large);
    const request = this.request = new XMLHttpRequest();
    request.open("PUT", this.data.url);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => this.progress(event.loaded, file.size);
    request.onload = () => this.answered(request);
    request.onerror = () => this.ended(this.data.texts.lost);
    request.onabort = () => this.ended(this.data.texts.cancelled);
    this.find(".name").textContent = file.name;
    this.progress(0, file.size);
    show(this.find(".drop"), false);
    show(this.find(".sending"), true);
    this.find(".cancel").focus();
    request.send(file);
  }

  progress(loaded, size) {
    const mb = (bytes) => {
      const digits = bytes < 10485760 ? 1 : 0;
      return (bytes / 1048576).toLocaleString(this.data.language, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });
    };
    this.find("progress").value = size ? loaded / size : 0;
    this.find(".count").textContent = `${mb(loaded)} / ${mb(size)} MB`;
  }

  answered(request) {
    if (request.status === 200) {
      this.find(".count").textContent = this.data.texts.checking;
      show(this.find(".cancel"), false);
      this.tell("clip", JSON.parse(request.responseText).clip);
      return;
    }
    let why = "lost";
    try { why = JSON.parse(request.responseText).error; } catch { /* not one of our own answers */ }
    this.ended(this.data.texts[why] ?? this.data.texts.lost);
  }

  ended(words) {
    this.request = undefined;
    this.find("input").value = "";
    show(this.find(".sending"), false);
    show(this.find(".drop"), true);
    this.say(words);
  }

  say(words) { this.find(".said").textContent = words; }
}

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".upload");
  host.uploading ??= new Upload(host, data, setTriggerValue);
  host.uploading.tell = setTriggerValue;
  return () => { host.uploading.request?.abort(); };
}
