"""The app's pages in a real browser: from its start to the first page, and each run after that.

    python -m benchmarks.pages [--starts 3]

The browser is running already when the app starts. A run lasts from a click to Streamlit's own word
that the page is done; the safety questions are answered one by one for it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.tables import table
from slumpcv.visits import Visits

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
from conftest import CHROMIUM, QUIET, ROOT, serving  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Clicks, then waits until the page has run and come to rest; gives the milliseconds.
RUN = """(button) => new Promise((done) => {
  const app = document.querySelector("[data-testid=stApp]");
  const state = () => app.getAttribute("data-test-script-state");
  const began = performance.now();
  let ran = false;
  const watcher = new MutationObserver(() => {
    ran = ran || state() === "running";
    if (!ran || state() !== "notRunning") return;
    watcher.disconnect();
    done(performance.now() - began);
  });
  watcher.observe(app, { attributes: true });
  button.click();
})"""


def start_s(browser: Browser, data: Path) -> float:
    """Return the seconds from starting the app to a first page that can be used."""
    context = browser.new_context()
    page = context.new_page()
    began_s = time.monotonic()
    with serving(ROOT / "app.py", data) as address:
        page.goto(address)
        page.get_by_role("button", name="Start a test").wait_for()
        took_s = time.monotonic() - began_s
        context.close()
    return took_s


def runs_ms(browser: Browser, data: Path) -> list[float]:
    """Return how long each answer to a safety question takes."""
    visits = Visits(data / "visits")
    visit = visits.new("reader", "en")
    visits.update(visit, step="screen", consented_at=visit.created_at)
    with serving(ROOT / "app.py", data) as address:
        context = browser.new_context()
        context.add_cookies([{"name": "slumpcv_owner", "value": "reader", "url": address}])
        page = context.new_page()
        page.goto(f"{address}/?visit={visit.id}")
        page.get_by_role("radiogroup").first.wait_for()
        # What loads in the background after the start is not what is measured here.
        page.wait_for_timeout(8000)
        answers = page.get_by_role("radio", name="No", exact=True)
        took = [answers.nth(k).evaluate(RUN) for k in range(answers.count())]
        context.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--starts", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(QUIET))
        starts = [start_s(browser, Path(name)) for _ in range(given.starts)]
        runs = np.array(runs_ms(browser, Path(name)))
        browser.close()
    rows = [
        ["from start to the first page", " ".join(f"{took_s:.1f} s" for took_s in starts)],
        ["a run of the page, median", f"{np.median(runs):.0f} ms"],
        ["a run of the page, worst", f"{runs.max():.0f} ms"],
    ]
    print(table(["", "value"], rows))


if __name__ == "__main__":
    main()
