"""How long a reviewer waits for the recomputed result of a clip of a minute, after each single edit.

    python -m benchmarks.review [--runs 40] [--seconds 60]

Sample tracks are put one after the other, as a person who repeats the test, until they are long enough.
Then, in turn: a phase edge is dragged to another place each time, a landmark is dragged on key frames,
both with answers; each recomputes the whole state, as the page does. `--runs` counts for each.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.report import ANSWERS
from benchmarks.tables import table
from benchmarks.truth import track_of
from slumpcv.analysis import analyze_track
from slumpcv.body import landmark
from slumpcv.report.changes import changes
from slumpcv.review.apply import apply
from slumpcv.review.corrections import Corrections, KeyPoint, corrected_phases
from slumpcv.review.edits import move_start
from slumpcv.track import PoseTrack, array_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.analysis import Analysis

CLIPS = ("right_plain", "right_knee_bends", "right_no_lift")
DRAG_S = 0.3


def long_track(seconds: float) -> PoseTrack:
    """Sample tracks one after the other, cut off after so many seconds."""
    tracks = [track_of(name) for name in CLIPS]
    parts, now_s = [], 0.0
    while now_s < seconds:
        part = tracks[len(parts) % len(tracks)]
        step_s = float(np.median(np.diff(part.time_s)))
        parts.append(replace(part, time_s=part.time_s - part.time_s[0] + now_s))
        now_s = float(parts[-1].time_s[-1]) + step_s
    joined = {n: np.concatenate([getattr(p, n) for p in parts]) for n in array_names()}
    keep = joined["time_s"] <= seconds
    source = replace(parts[0].source, duration_s=float(joined["time_s"][keep][-1]))
    return PoseTrack(**{n: a[keep] for n, a in joined.items()}, source=source)


def edge_moved(analysis: Analysis, run: int) -> Corrections:
    phases = corrected_phases(analysis.spans)
    i = next(i for i, p in enumerate(phases) if p.phase == "HEAD_LIFT")
    by_s = DRAG_S * (1 + run % 5) / 5 * (-1 if run % 2 else 1)
    return Corrections(phases=move_start(phases, i, phases[i].start_s + by_s))


def point_moved(analysis: Analysis, run: int) -> Corrections:
    track = analysis.track
    knee = landmark("knee", analysis.angles.side)
    frames = np.linspace(0.2, 0.4, 4) * len(track)
    keys = tuple(
        KeyPoint(
            landmark=knee,
            time_s=float(track.time_s[i]),
            x_px=float(track.landmarks_px[i, knee, 0]),
            y_px=float(track.landmarks_px[i, knee, 1]) - 2 - run % 7,
        )
        for i in frames.astype(int)
    )
    return Corrections(points=keys)


def both_moved(analysis: Analysis, run: int) -> Corrections:
    return edge_moved(analysis, run).model_copy(update={"points": point_moved(analysis, run).points})


def timed(
    name: str, analysis: Analysis, edit: Callable[[Analysis, int], Corrections], runs: int
) -> list[str]:
    wall_ms, cpu_ms = [], []
    for run in range(runs):
        corrections = edit(analysis, run)
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        corrected = apply(analysis, corrections, ANSWERS)
        changes(analysis.session, corrected.session, corrections)
        wall_ms.append(1000 * (time.perf_counter() - began_s))
        cpu_ms.append(1000 * (time.process_time() - began_cpu_s))
    spread = [f"{np.percentile(part, p):.0f}" for part in (wall_ms, cpu_ms) for p in (50, 95)]
    return [name, *spread]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    analysis = analyze_track(long_track(options.seconds), answers=ANSWERS)
    size = f"{len(analysis.track)} frames, {len(analysis.spans)} phases"
    print(f"{options.seconds:g} s, {size}; {options.runs} edits of each kind\n")
    apply(analysis, point_moved(analysis, 0), ANSWERS)
    edits = {"phase edge": edge_moved, "landmark": point_moved, "edge, with moved landmarks": both_moved}
    rows = [timed(name, analysis, edit, options.runs) for name, edit in edits.items()]
    print(table(["edit", "p50, ms", "p95, ms", "p50 of processor, ms", "p95"], rows))


if __name__ == "__main__":
    main()
