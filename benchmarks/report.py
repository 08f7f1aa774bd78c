"""Time of everything after the pose track over that of drawing the report's figures with matplotlib alone.

    python -m benchmarks.report [--runs 7]

Ours: measure, segment, judge, assess the answers, write ``session.json`` and ``report.pdf``, with
figures drawn from the track in place of key frames. Beside it, in turn, matplotlib alone draws and
saves the figure that the report holds. Each is run once before, so that loading libraries and
fonts is in neither.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.tables import table
from benchmarks.truth import clip_names, track_of
from slumpcv.analysis import Analysis, analyze_track, with_answers
from slumpcv.answers import Answers
from slumpcv.report.keyframes import figures_of_track
from slumpcv.report.pdf import write_report
from slumpcv.report.tables import write_session_json
from slumpcv.report.timeline_vector import timeline_svg

if TYPE_CHECKING:
    from slumpcv.track import PoseTrack

CALF = {"region": "calf", "side": "right"}
ANSWERS = Answers.model_validate(
    {
        "phases": {
            "BASELINE": {"intensity": 1},
            "KNEE_EXTENSION": {"intensity": 4, "familiar": "yes", "regions": [CALF]},
            "HEAD_LIFT": {"intensity": 1, "familiar": "yes"},
        },
        "head_lift_change": "eased",
        "symptoms": [{"start_s": 10.0, "end_s": 14.0, "intensity": 4, "familiar": "yes", "how": "live"}],
    }
)


def ours(track: PoseTrack, folder: Path) -> Analysis:
    analysis = with_answers(analyze_track(track), ANSWERS)
    write_session_json(folder / "session.json", analysis.session)
    frames = figures_of_track(track, analysis.angles, analysis.session, analysis.spans)
    write_report(folder / "report.pdf", analysis.angles, analysis.session, frames, from_video=False)
    return analysis


def figures_alone(analysis: Analysis, folder: Path) -> None:
    (folder / "timeline.svg").write_text(timeline_svg(analysis.angles, analysis.session), encoding="utf-8")


def timed(name: str, runs: int, folder: Path) -> list[str]:
    track = track_of(name)
    figures_alone(ours(track, folder), folder)
    both, ratios = [], []
    for _ in range(runs):
        start_s = time.perf_counter()
        analysis = ours(track, folder)
        middle_s = time.perf_counter()
        figures_alone(analysis, folder)
        both.append((middle_s - start_s, time.perf_counter() - middle_s))
        ratios.append(both[-1][0] / both[-1][1])
    seconds = [f"{statistics.median(part):.2f}" for part in zip(*both, strict=True)]
    spread = [f"{min(ratios):.2f}", f"{statistics.median(ratios):.2f}", f"{max(ratios):.2f}"]
    return [name, *seconds, *spread]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = [timed(clip, options.runs, Path(name)) for clip in clip_names()]
    columns = ["clip", "ours, s", "figures, s", "least ratio", "median", "most"]
    print(f"{options.runs} runs of each clip; the mark is a ratio of 4\n")
    print(table(columns, rows))


if __name__ == "__main__":
    main()
