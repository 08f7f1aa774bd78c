"""The way from a clip to a result, step by step.

    python -m examples.measure_a_clip                        # samples/right_plain.mp4
    python -m examples.measure_a_clip my_clip.mp4 --fps 10

``slumpcv.analyze`` does all of this in one call.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import slumpcv
from slumpcv.holds import hold_values

CLIP = Path(__file__).resolve().parents[1] / "samples" / "right_plain.mp4"
SHOWN = ("knee_flexion_deg", "trunk_lean_deg", "neck_flexion_deg", "slump_index")


def main() -> None:
    """Measure a clip and print a row for each phase."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("clip", nargs="?", type=Path, default=CLIP)
    parser.add_argument("--fps", type=float, default=15.0, help="frames analysed per second of clip")
    options = parser.parse_args()

    # 1. Follow the person through the clip: the only slow step. The track holds all that later
    #    steps need; `slumpcv.save_track` and `slumpcv.load_track` keep it without the video.
    with slumpcv.open_clip(options.clip) as source:
        track = slumpcv.estimate_pose(source, model="full", fps=options.fps)

    # 2. Angles over time, as arrays with NaN where something was not seen.
    angles = slumpcv.measure(track)

    # 3. Phases of the test, with the still part at the end of each.
    spans = slumpcv.segment(angles)

    # 4. Can the recording be judged? Was each phase reached? Did only the head move?
    quality = slumpcv.judge_quality(track, angles, spans)
    phases = slumpcv.judge_phases(angles, spans)
    refusal = next((f.message for f in quality.findings if f.severity == "unusable"), None)
    isolation = slumpcv.judge_isolation(angles, spans, refusal)

    print(f"{len(track)} frames, {angles.side} side, usable: {quality.usable}")
    print(f"{'phase':15} {'from':>6} {'to':>6}  reached " + " ".join(f"{name:>16}" for name in SHOWN))
    for span, phase in zip(spans, phases, strict=True):
        values = hold_values(angles, span, SHOWN)
        cells = " ".join(f"{written(name, value):>16}" for name, value in values.items())
        reached = "yes" if phase.reached else "no"
        print(f"{span.phase:15} {span.start_s:6.1f} {span.end_s:6.1f}  {reached:7} {cells}")
    print(f"isolated: {isolation.isolated}", *isolation.reasons)


def written(name: str, value: float) -> str:
    """Write a value in whole degrees, or with two decimals when it is no angle."""
    if math.isnan(value):
        return "not seen"
    return f"{value:.0f}" if name.endswith("_deg") else f"{value:.2f}"


if __name__ == "__main__":
    main()
