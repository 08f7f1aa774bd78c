// The areas of the desk: real links, of which a plain click stays in the page as it is.

const link = (area, here, tell) => {
  const node = document.createElement("a");
  node.textContent = area.label;
  node.href = area.href;
  if (area.name === here) node.setAttribute("aria-current", "page");
  node.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return; // another tab or window
    event.preventDefault();
    tell("go", area.name);
  });
  return node;
};

export default function ({ parentElement, data, setTriggerValue }) {
  const find = (name) => parentElement.querySelector(name);
  find("strong").textContent = data.title;
  find("nav").setAttribute("aria-label", data.label);
  find("ul").replaceChildren(...data.areas.map((area) => {
    const item = document.createElement("li");
    item.append(link(area, data.here, setTriggerValue));
    return item;
  }));
  // On a phone the areas are wider than the page.
  const list = find("nav"), here = find("[aria-current]");
  if (here) list.scrollLeft = here.offsetLeft - list.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
  const home = find(".home");
  home.textContent = data.home.label;
  home.href = data.home.href;
}
