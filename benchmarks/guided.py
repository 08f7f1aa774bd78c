"""Sample clips led through the guided test without a browser: what is said, and live phases against offline.

    python -m benchmarks.guided [SAMPLE...] [--say]

The person in a sample waits where each phase is held (benchmarks.fake_camera); the coach sees twelve
small pictures a second, as a browser would send them. Offline phases are those of the whole recording.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.fake_camera import SAMPLES, pictures, waiting
from benchmarks.tables import table
from slumpcv.analysis import analyze
from slumpcv.live.coach import Coach
from slumpcv.live.voice import seconds_of

if TYPE_CHECKING:
    from slumpcv.live.record import GuidedTest
    from slumpcv.terms import Side

FPS = 12
JPEG_QUALITY = 70
WAITS_S = {
    "BASELINE": 16.0,
    "SLUMP": 8.0,
    "NECK_FLEXION": 8.0,
    "KNEE_EXTENSION": 2.0,
    "DORSIFLEXION": 8.0,
    "HEAD_LIFT": 10.0,
    "RECOVERY": 8.0,
}


def guided(name: str, say: bool) -> tuple[GuidedTest | None, dict[float, float]]:
    """Lead one sample through; return the record, and the sample's own time of each time of the test."""
    side: Side = "left" if name.startswith("left") else "right"
    coach = Coach(side, "en", seconds_of("en"))
    own_s: dict[float, float] = {}
    began_s = None
    for count, (sample_s, rgb) in enumerate(pictures(name, waiting(name, WAITS_S), FPS)):
        time_s = count / FPS
        _, jpeg = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        answer = coach.frame(jpeg.tobytes(), time_s)
        if answer["record"] and began_s is None:
            began_s = time_s
            coach.recording_began(time_s)
        if began_s is not None:
            own_s[time_s - began_s] = sample_s
        if say:
            for spoken in answer["say"]:
                print(f"{time_s:6.1f} s  ({sample_s:5.1f} in the sample)  {spoken['text']}")
        if answer["mode"] == "over":
            break
    record = coach.record()
    coach.close()
    return record, own_s


def late_by(name: str, record: GuidedTest, own_s: dict[float, float]) -> dict[str, float]:
    """Return by how much each live phase began later than offline, in seconds of the sample."""
    test_s, sample_s = np.array(list(own_s)), np.array(list(own_s.values()))
    session = analyze(SAMPLES / f"{name}.mp4").session
    offline = {p.phase: p.start_s for p in reversed(session.phases)}
    return {
        p.phase: float(np.interp(p.start_s, test_s, sample_s)) - offline[p.phase]
        for p in record.phases
        if p.phase in offline and p.phase != "BASELINE"
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", nargs="*")
    parser.add_argument("--say", action="store_true", help="print what is said, and when")
    given = parser.parse_args()
    rows = []
    for name in given.samples or sorted(path.stem for path in SAMPLES.glob("*.mp4")):
        if given.say:
            print(f"\n{name}")
        record, own_s = guided(name, given.say)
        if record is None:
            rows.append([name, "set-up never done", "", ""])
            continue
        late_s = late_by(name, record, own_s)
        worst = max(late_s.values(), key=abs, default=float("nan"))
        cells = ", ".join(f"{phase} {by:+.2f}" for phase, by in late_s.items())
        rows.append([name, record.status, f"{worst:+.2f}", cells])
    print(table(["sample", "status", "worst s", "live minus offline, s"], rows))


if __name__ == "__main__":
    main()
