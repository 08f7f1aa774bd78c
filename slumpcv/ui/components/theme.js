// Has the page run again when the system turns light or dark: a chart is drawn in the colours of the page.

const SETTLED_MS = 300; // until the page itself has turned, and says so with its next run

export default function ({ setTriggerValue }) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let waiting;
  const turned = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => setTriggerValue("turned", dark.matches ? "dark" : "light"), SETTLED_MS);
  };
  dark.addEventListener("change", turned);
  return () => {
    clearTimeout(waiting);
    dark.removeEventListener("change", turned);
  };
}
