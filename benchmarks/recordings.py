"""What recordings cost the process beside the app's server, one after the other: seconds and memory.

    python -m benchmarks.recordings [--rounds 7] [--fps 30]

A sample, with the waits of a guided test, is analysed and drawn as after each guided test, in this
process, which is prepared as that one is. Memory is read from the kernel ten times a second.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.batch.process import prepare_worker

prepare_worker()  # before anything slow is loaded, as there

import psutil  # noqa: E402

from benchmarks.fake_camera import pictures, waiting  # noqa: E402
from benchmarks.tables import table  # noqa: E402
from slumpcv.batch.recording import Recording, Video, results_made, video_made  # noqa: E402
from slumpcv.follow import PIECES  # noqa: E402
from slumpcv.video import H264Writer  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE, SIZE_PX = "right_plain", (640, 480)
WAITS_S = {
    "BASELINE": 17.0,
    "SLUMP": 5.5,
    "NECK_FLEXION": 5.5,
    "DORSIFLEXION": 5.5,
    "HEAD_LIFT": 7.0,
    "RECOVERY": 14.0,
}
LOOK_EVERY_S = 0.1
ME = psutil.Process()


def resident_mb() -> float:
    return float(ME.memory_info().rss) / 2**20


@contextmanager
def watched(peaks_mb: list[float]) -> Iterator[None]:
    """Append the most memory that was held within the context."""
    ended, seen = threading.Event(), [resident_mb()]

    def look() -> None:
        while not ended.wait(LOOK_EVERY_S):
            seen.append(resident_mb())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        peaks_mb.append(max(seen))


def write_clip(path: Path, fps: int) -> float:
    """Write the recording of a guided test; return how many seconds it lasts."""
    count = 0
    with H264Writer(path, *SIZE_PX) as writer:
        for _, rgb in pictures(SAMPLE, waiting(SAMPLE, WAITS_S), fps):
            writer.write(rgb, count / fps)
            count += 1
    return count / fps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fps", type=int, default=30, help="of the recording")
    given = parser.parse_args()
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as name:
        clip = Path(name) / "clip.mp4"
        duration_s = write_clip(clip, given.fps)
        for number in range(given.rounds):
            results = Path(name) / str(number)
            results.mkdir()
            peaks_mb: list[float] = []
            began_s = time.monotonic()
            with watched(peaks_mb):
                results_made(Recording(clip, results, "right", date.today(), "en", threads=PIECES))
            analysed_s = time.monotonic()
            with watched(peaks_mb):
                video_made(Video(clip, results))
            seconds = analysed_s - began_s, time.monotonic() - analysed_s
            rows.append([f"{value:.0f}" for value in (number + 1, *seconds, *peaks_mb, resident_mb())])
    print(f"A recording of {duration_s:.0f} s.\n")
    print(
        table(
            ["recording", "analysis, s", "video, s", "analysis, MB at most", "video, MB at most", "MB after"],
            rows,
        )
    )


if __name__ == "__main__":
    main()
