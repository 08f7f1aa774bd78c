"""The guided test in a real browser on this machine: coached pictures, delay, phases, memory.

    python -m benchmarks.live [--sample right_plain] [--patients 1] [--minutes 0] [--fps 30]

A sample is the browser's camera (benchmarks.fake_camera); browser and server share this machine's
cores. Delay runs from sending a picture to its answer, both on the page's own clock. Each picture of
the camera carries its number: lost are those between the first and the last of a recording that are
not in it. Late are those that the camera, a file that chromium reads on these cores, itself did not
show in time. With --minutes, tests follow one another on the same server until the time is up.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.fake_camera import waiting, write_y4m
from benchmarks.numbered import read_number
from benchmarks.tables import table
from slumpcv.analysis import analyze
from slumpcv.answers import Screen
from slumpcv.video import open_clip
from slumpcv.visits import Visit, Visits

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
from conftest import CHROMIUM, QUIET, ROOT, serving  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WAITS_S = {
    "BASELINE": 24.0,
    "SLUMP": 8.0,
    "NECK_FLEXION": 8.0,
    "KNEE_EXTENSION": 1.0,
    "DORSIFLEXION": 8.0,
    "HEAD_LIFT": 10.0,
    "RECOVERY": 20.0,
}
LONGEST_S = 150.0
# Notes when a picture goes out and when its answer comes, by the time that the picture carries.
NOTE = """(() => {
  const Real = window.WebSocket;
  window.noted = [];
  window.WebSocket = class extends Real {
    constructor(...all) {
      super(...all);
      if (!String(all[0]).includes("/slumpcv/live/")) return;
      this.addEventListener("message", ({ data }) => {
        const { type, t, mode } = JSON.parse(data);
        if (type === "seen") window.noted.push(["in", performance.now(), t, mode]);
      });
    }
    send(message) {
      if (message instanceof Uint8Array) {
        window.noted.push(["out", performance.now(), new DataView(message.buffer).getFloat64(0, true)]);
      }
      super.send(message);
    }
  };
})()"""


@dataclass(frozen=True)
class Camera:
    """What the browser's camera shows: so many numbered pictures, then these again."""

    fps: int
    pictures: int


@dataclass
class Tally:
    """What was seen of all tests."""

    fps: list[float] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    late: list[tuple[float, str]] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    late_pictures: list[int] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    memory_mb: list[tuple[float, float]] = field(default_factory=list)


def new_test(visits: Visits, owner: str) -> Visit:
    visit = visits.add_test(visits.new(owner, "en"), "right", "camera")
    screen = Screen(**dict.fromkeys(Screen.model_fields, "no"))
    return visits.update(visit, step="camera", consented_at=visit.created_at, screen=screen)


def begin(context: BrowserContext, address: str, visit: Visit) -> Page:
    context.add_cookies([{"name": "slumpcv_owner", "value": visit.owner, "url": address}])
    page = context.new_page()
    page.add_init_script(NOTE)
    page.goto(f"{address}/?visit={visit.id}")
    page.get_by_role("button", name=re.compile("^Start the camera")).click(timeout=30_000)
    return page


def finish(page: Page) -> list[list[Any]]:
    """Wait for the test's end; return what the page noted."""
    noted: list[list[Any]] = []
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        page.wait_for_timeout(1000)
        noted += page.evaluate("window.noted.splice(0)")
        if any(note[0] == "in" and note[3] == "over" for note in noted):
            break
    page.wait_for_timeout(3000)
    page.close()
    return noted


def tally_page(noted: list[list[Any]], tally: Tally) -> None:
    out = {note[2]: note[1] for note in noted if note[0] == "out"}
    answered = [note for note in noted if note[0] == "in" and note[3] == "test"]
    tally.delays_ms += [note[1] - out[note[2]] for note in answered if note[2] in out]
    if len(answered) > 2:
        tally.fps.append((len(answered) - 1) * 1000 / (answered[-1][1] - answered[0][1]))


def tally_test(visits: Visits, visit: Visit, camera: Camera, tally: Tally) -> None:
    """Compare the live phases with those of the recording, and its pictures with the camera's."""
    now = visits.load(visit.id, visit.owner)
    test = now.test if now else None
    if now is None or test is None or test.clip is None or test.live is None:
        tally.statuses.append("nothing recorded")
        return
    tally.statuses.append(test.live.status)
    clip = visits.folder(now, test) / test.clip
    tally_pictures(clip, camera, tally)
    offline = {phase.phase: phase.start_s for phase in reversed(analyze(clip, "right").session.phases)}
    tally.late += [
        (phase.start_s - offline[phase.phase], f"{phase.phase} of test {len(tally.statuses)}")
        for phase in test.live.phases
        if phase.phase in offline and phase.phase not in ("BASELINE", "DORSIFLEXION")
    ]


def tally_pictures(clip: Path, camera: Camera, tally: Tally) -> None:
    """Count the camera's pictures that a recording lacks, and those that the camera was late with."""
    with open_clip(clip) as source:
        seen = [
            (frame.time_s, read_number(cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY)))
            for frame in source.frames()
        ]
    passed = sum((then - one) % camera.pictures for (_, one), (_, then) in pairwise(seen))
    tally.lost.append(passed - (len(seen) - 1))
    tally.late_pictures.append(round((seen[-1][0] - seen[0][0]) * camera.fps) - passed)


def resident_mb(data: Path) -> tuple[float, float]:
    """Return the memory of the server, and of the process beside it that analyses; 0 while there is none."""
    held_mb = [0.0, 0.0]
    for status in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"SLUMPCV_DATA={data}".encode() in status.read_bytes():
                words = (status.parent / "status").read_text()
                beside = b"streamlit" not in (status.parent / "cmdline").read_bytes()
                held_mb[beside] += int(words.split("VmRSS:")[1].split()[0]) / 1024
        except (OSError, IndexError):
            continue
    return held_mb[0], held_mb[1]


def run(folder: Path, given: argparse.Namespace) -> Tally:
    camera = folder / "camera.y4m"
    waits = waiting(given.sample, WAITS_S)
    shown = Camera(given.fps, write_y4m(camera, given.sample, waits, given.fps, numbered=True))
    data, tally, done = folder / "data", Tally(), []
    data.mkdir()
    visits = Visits(data / "visits")
    flags = [
        *QUIET,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ]
    with serving(ROOT / "app.py", data) as address, sync_playwright() as playwright:
        until = time.monotonic() + 60 * given.minutes
        while not done or time.monotonic() < until:
            contexts = [
                playwright.chromium.launch_persistent_context(
                    folder / f"browser{len(done)}_{k}", executable_path=CHROMIUM, headless=True, args=flags
                )
                for k in range(given.patients)
            ]
            tests = [new_test(visits, f"patient{k}") for k in range(given.patients)]
            pages = [begin(c, address, visit) for c, visit in zip(contexts, tests, strict=True)]
            for page in pages:
                tally_page(finish(page), tally)
            for context in contexts:
                context.close()
            done += tests
            tally.memory_mb.append(resident_mb(data))
    for visit in done:
        tally_test(visits, visit, shown, tally)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sample", default="right_plain")
    parser.add_argument("--patients", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--fps", type=int, default=30, help="of the camera")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        tally = run(Path(name), given)
    delays, late = np.array(tally.delays_ms), np.abs([late_s for late_s, _ in tally.late])
    worst_s, worst = max(tally.late, key=lambda late: abs(late[0]))
    rows = [
        ["tests, and how they ended", f"{len(tally.statuses)}: {json.dumps(tally.statuses)}"],
        ["coached pictures a second, least", f"{min(tally.fps):.1f}"],
        ["delay, median", f"{np.median(delays):.0f} ms"],
        ["delay, 95th percentile", f"{np.percentile(delays, 95):.0f} ms"],
        ["live phase against offline, median", f"{np.median(late):.2f} s"],
        ["live phase against offline, worst", f"{worst_s:.2f} s, {worst}"],
        ["pictures lost in each recording", ", ".join(map(str, tally.lost))],
        ["pictures that the camera was late with", ", ".join(map(str, tally.late_pictures))],
        *(
            [f"memory after each test, {what}", f"{', '.join(f'{mb:.0f}' for mb in held)} MB"]
            for what, held in zip(("server", "beside it"), zip(*tally.memory_mb, strict=True), strict=True)
        ),
    ]
    print(table(["", "value"], rows))


if __name__ == "__main__":
    main()
