// A page that has just come begins at its top, for eyes and for screen readers, in its own language.
export default function ({ data }) {
  document.documentElement.lang = data.language;
  const before = globalThis.slumpcvStep;
  globalThis.slumpcvStep = data.step;
  if (before === undefined || before === data.step) return;
  const main = document.querySelector('[data-testid="stMain"]');
  // The run goes on below; its title comes a moment later.
  setTimeout(() => {
    main?.scrollTo({ top: 0 });
    const title = main?.querySelector("h1");
    title?.setAttribute("tabindex", "-1");
    title?.focus({ preventScroll: true });
  }, 150);
}
