"""The review player in a real browser: how long a therapist waits for it.

    python -m benchmarks.review_page [--steps 60] [--edges 20] [--opens 5] [--seconds 60]

A clip of a minute at 30 frames a second, measured 15 times a second, as the app does. Opening lasts from
the click on a page that is already there to the first frame on the screen, a step from the call to the
frame on the screen, an edge from letting it go to the result shown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.report import ANSWERS
from benchmarks.review import long_track
from benchmarks.tables import table
from slumpcv.analysis import analyze_track
from slumpcv.replay import REPLAY
from slumpcv.report.tables import write_session_json
from slumpcv.track import PoseTrack, array_names, save_track
from slumpcv.video import H264Writer, open_clip

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
from conftest import CHROMIUM, HERE, QUIET, ROOT, serving  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

FPS, ANALYSED_FPS, SIDE_PX = 30.0, 15.0, 960
# Clicks, then waits for the first frame on the screen; in milliseconds since the click.
OPEN = """() => new Promise((done) => {
  const began = performance.now();
  const inside = (root) => { for (const node of root.querySelectorAll("*")) {
    if (node.classList.contains("review-player")) return node;
    const found = node.shadowRoot && inside(node.shadowRoot);
    if (found) return found; } };
  const look = () => {
    const clock = inside(document)?.player?.clock;
    if (clock?.hasVideo && clock.ready && clock.wanted === null && !clock.video.seeking) {
      return requestAnimationFrame(() => done(performance.now() - began)); }
    setTimeout(look, 2); };
  [...document.querySelectorAll("button")].find((one) => one.textContent.includes("Open")).click();
  look(); })"""
# One frame further; to the next picture of the screen after the jump has ended.
STEP = """(host, by) => new Promise((done) => {
  const { clock } = host.player, began = performance.now();
  const shown = () => requestAnimationFrame(() => done(performance.now() - began));
  clock.video.addEventListener("seeked", shown, { once: true });
  clock.step(by); })"""
# An edge let go at another frame; to the redrawn result.
EDGE = """(host, run) => new Promise((done) => {
  const { model, saving, clock } = host.player, answered = saving.answered.bind(saving);
  const lifts = ({ ends, starts }) => ends !== null && model.phases[starts]?.phase === "HEAD_LIFT";
  const edge = model.edges.find(lifts);
  model.draft({ phases: model.withEdge(edge, clock.nearestTo(edge.time) + (run % 2 ? 3 : -3)) });
  const began = performance.now();
  saving.answered = (result) => { saving.answered = answered; answered(result);
    requestAnimationFrame(() => done(performance.now() - began)); };
  model.change("move_edge"); })"""


def at_rate(track: PoseTrack, fps: float) -> PoseTrack:
    """Give a track other times: each frame is the one that was measured nearest to it."""
    time_s = np.arange(0.0, float(track.time_s[-1]), 1 / fps)
    taken = np.abs(track.time_s[:, None] - time_s).argmin(axis=0)
    arrays = {name: getattr(track, name)[taken] for name in array_names() if name != "time_s"}
    source = replace(track.source, duration_s=float(time_s[-1]))
    return PoseTrack(**arrays, time_s=time_s, source=source)


def write_clip(path: Path, seconds: float) -> None:
    """Show a sample again and again, enlarged to what the app's replays have at most."""
    with open_clip(ROOT / "samples" / "right_plain_30fps.mp4") as source:
        frames = [frame.rgb for frame in source.frames()]
    times = SIDE_PX // max(frames[0].shape[:2]) + 1
    large = [np.kron(rgb, np.ones((times, times, 1), np.uint8))[:540, :SIDE_PX] for rgb in frames[::4]]
    height_px, width_px = large[0].shape[:2]
    with H264Writer(path, width_px, height_px) as writer:
        for number in range(round(seconds * FPS)):
            writer.write(large[number % len(large)], number / FPS)


def prepare(folder: Path, seconds: float) -> None:
    folder.mkdir(parents=True)
    analysis = analyze_track(at_rate(long_track(seconds), ANALYSED_FPS), answers=ANSWERS)
    write_session_json(folder / "session.json", analysis.session)
    save_track(folder / "track.npz", analysis.track)
    write_clip(folder / REPLAY, seconds)
    size_mb = (folder / REPLAY).stat().st_size / 1e6
    print(f"{len(analysis.track)} frames measured, {seconds * FPS:.0f} in the clip ({size_mb:.1f} MB)\n")


def opened(browser: Browser, address: str, number: int) -> tuple[float, Locator]:
    """Return how long a review takes to open in a browser of its own, and the player."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{address}/?of=long&wait=1&kept=bench{number}")
    page.get_by_role("button", name="Open").wait_for()
    page.wait_for_timeout(1500)
    took_ms = float(page.evaluate(OPEN))
    return took_ms, page.locator(".review-player")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    for name, default in (("steps", 60), ("edges", 20), ("opens", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        data = Path(name)
        prepare(data / "reviews" / "long", given.seconds)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(QUIET))
        with serving(HERE / "review_app.py", data, REVIEWS=str(data / "reviews")) as address:
            opens = [opened(browser, address, number) for number in range(given.opens)]
            host = opens[-1][1]
            host.evaluate("host => host.player.clock.go(900)")
            host.page.wait_for_timeout(500)
            on = [host.evaluate(STEP, 1) for _ in range(given.steps)]
            back = [host.evaluate(STEP, -1) for _ in range(given.steps)]
            edges = [host.evaluate(EDGE, run) for run in range(given.edges)]
        browser.close()
    measured = {
        "open, the first since the server's start": [opens[0][0]],
        "open, after that": [took_ms for took_ms, _ in opens[1:]],
        "one frame on": on,
        "one frame back": back,
        "phase edge to result": edges,
    }
    rows = [[what, *(f"{np.percentile(ms, p):.0f}" for p in (50, 95))] for what, ms in measured.items() if ms]
    print(table(["", "median, ms", "p95, ms"], rows))


if __name__ == "__main__":
    main()
