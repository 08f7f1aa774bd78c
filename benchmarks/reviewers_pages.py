"""Many therapists review in real pages of one server at once: how long each waits, and what fails.

    python -m benchmarks.reviewers_pages [--reviewers 20] [--edits 5] [--every 10] [--seconds 60]

A real server and one browser with a page for each reviewer share this machine. Each opens a session of a
minute and then moves an edge every so many seconds. An edge lasts from letting it go to the result in the
player; then the page follows, with what can be signed and handed on.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.async_api import async_playwright, expect

from benchmarks.review_page import EDGE, prepare
from benchmarks.tables import table
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.terms import LOCAL

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
from conftest import CHROMIUM, QUIET, ROOT, serving  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from playwright.async_api import Browser

SLOW_MS = 120_000


class Load:
    """What all reviewers waited for, in seconds, and what failed."""

    def __init__(self) -> None:
        self.took_s: dict[str, list[float]] = defaultdict(list)
        self.failed: list[str] = []

    def note(self, name: str, since_s: float) -> None:
        self.took_s[name].append(time.perf_counter() - since_s)


def fill(data: Path, seconds: float, count: int) -> list[str]:
    """Bring the same minute for a patient each; return the sessions."""
    prepare(data / "result", seconds)
    library, ids = Library.open(data=data), []
    for number in range(count):
        patient = library.add_patient(LOCAL, f"P-{number:03}")
        ids.append(str(bring(library, LOCAL, data / "result", patient.id, "right").session_id))
    library.close()
    return ids


async def review(browser: Browser, address: str, given: argparse.Namespace, load: Load) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.on("pageerror", lambda error: load.failed.append(str(error)))
    try:
        await asyncio.sleep(random.uniform(0, given.every))
        began = time.perf_counter()
        await page.goto(address, timeout=SLOW_MS)
        host = page.locator(".review-player")
        await host.locator(".stage").wait_for(timeout=SLOW_MS)
        await expect(page.get_by_text("Corrections: 0")).to_be_visible(timeout=SLOW_MS)
        load.note("a page from its address", began)
        for run in range(given.edits):
            await asyncio.sleep(random.uniform(0, 2 * given.every))
            took_ms = await host.evaluate(EDGE, run)
            load.took_s["phase edge to result"].append(took_ms / 1000)
            began = time.perf_counter()
            await expect(page.get_by_text(f"Corrections: {run + 1}")).to_be_visible(timeout=SLOW_MS)
            load.note("from there until the page has followed", began)
        if await page.get_by_test_id("stException").count():
            load.failed.append("an exception on a page")
    except Exception as error:  # each is counted, and the others go on
        load.failed.append(repr(error))
    finally:
        await context.close()


async def all_reviews(address: str, ids: list[str], given: argparse.Namespace) -> Load:
    load = Load()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(QUIET))
        places = [f"{address}/desk?at=review&session={session_id}&language=en" for session_id in ids]
        await asyncio.gather(*(review(browser, place, given, load) for place in places))
        await browser.close()
    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--reviewers", type=int, default=20)
    parser.add_argument("--edits", type=int, default=5)
    parser.add_argument("--every", type=float, default=10.0, help="seconds from edge to edge, on average")
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        ids = fill(data, given.seconds, given.reviewers)
        with serving(ROOT / "app.py", data) as address:
            load = asyncio.run(all_reviews(address, ids, given))
        library = Library.open(data=data)
        kept = sum(len(library.corrections(LOCAL, session_id)) for session_id in ids)
        library.close()
        said = [line for line in (data / "server.log").read_text().splitlines() if "Traceback" in line]
    rows = [
        [what, str(len(took)), *(f"{np.percentile(took, share):.2f} s" for share in (50, 95, 100))]
        for what, took in load.took_s.items()
    ]
    print(table(["", "times", "median", "p95", "longest"], rows))
    print(
        f"\n{kept} corrections kept of {given.reviewers * given.edits}; {len(said)} tracebacks of the server"
    )
    print(f"{len(load.failed)} failed {load.failed[:3]}")


if __name__ == "__main__":
    main()
