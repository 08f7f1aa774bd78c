"""A sample clip as the picture of a camera, for a browser that takes a file for one.

The person in a sample goes on by the clip's own clock. Here they wait: the picture stands still where
each phase is held, for as long as a person needs who is told what to do and asked what they feel.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from benchmarks.numbered import write_number
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FPS = 15
# Where in a phase the picture stands still: this much before the next movement.
BEFORE_END_S = 0.3
# Who is not told to go on does so after this long; and how long the end is shown.
LONGEST_WAIT_S = 40
AFTER_S = 10


def waiting(name: str, waits_s: Mapping[str, float]) -> list[tuple[float, float]]:
    """Return (time in the sample, for how long it stands still there), by time.

    Parameters
    ----------
    name : of a sample, without suffix.
    waits_s : seconds to wait in each phase, by its name.
    """
    phases = json.loads((SAMPLES / f"{name}.json").read_text())["phases"]
    return [(phase["end_s"] - BEFORE_END_S, waits_s.get(phase["phase"], 0.0)) for phase in phases]


def pictures(
    name: str, waits: list[tuple[float, float]], fps: int = FPS
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield the camera's pictures with the sample's own time of each, ``fps`` a second."""
    pending = sorted(waits)
    with open_clip(SAMPLES / f"{name}.mp4") as source:
        for frame in source.frames(fps=fps):
            yield frame.time_s, frame.rgb
            while pending and frame.time_s >= pending[0][0]:
                for _ in range(round(pending.pop(0)[1] * fps)):
                    yield frame.time_s, frame.rgb


def obedient(
    name: str, may_go_on: Callable[[str], bool], fps: int = FPS
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield pictures of a person who holds each phase until they may go on to the next one, by its name."""
    phases = json.loads((SAMPLES / f"{name}.json").read_text())["phases"]
    ends = [(held["end_s"] - BEFORE_END_S, then["phase"]) for held, then in pairwise(phases)]
    with open_clip(SAMPLES / f"{name}.mp4") as source:
        for frame in source.frames(fps=fps):
            yield frame.time_s, frame.rgb
            while ends and frame.time_s >= ends[0][0]:
                for _ in range(LONGEST_WAIT_S * fps):
                    if may_go_on(ends[0][1]):
                        break
                    yield frame.time_s, frame.rgb
                ends.pop(0)
        for _ in range(AFTER_S * fps):
            yield frame.time_s, frame.rgb


def write_y4m(
    path: Path, name: str, waits: list[tuple[float, float]], fps: int = FPS, *, numbered: bool = False
) -> int:
    """Write what the camera shows; return of how many pictures, after which it begins again."""
    count = 0
    with path.open("wb") as file:
        for _, rgb in pictures(name, waits, fps):
            if count == 0:
                height_px, width_px = rgb.shape[:2]
                file.write(f"YUV4MPEG2 W{width_px} H{height_px} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
            yuv = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuvj420p")
            planes = yuv.to_ndarray()
            if numbered:
                write_number(planes, count)
            file.write(b"FRAME\n" + planes.tobytes())
            count += 1
    return count
