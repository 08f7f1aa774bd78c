"""Sample clips led through the guided test without a browser: what is said, and live phases against offline.

    python -m benchmarks.guided [SAMPLE...] [--say]

The person in a sample holds each phase until the next one was asked for (benchmarks.fake_camera); the
coach sees twelve small pictures a second, as a browser would send them. Offline phases are those of the
whole recording.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.fake_camera import SAMPLES, obedient
from benchmarks.tables import table
from slumpcv.analysis import analyze
from slumpcv.live.coach import Coach
from slumpcv.live.voice import seconds_of

if TYPE_CHECKING:
    from slumpcv.live.record import GuidedTest
    from slumpcv.terms import Side

FPS = 12
JPEG_QUALITY = 70
# From the end of a cue to the beginning of the movement, and how the sample's phases are cued. Toes are
# not asked for: they follow the knee's hold.
REACTION_S = 0.7
CUES = {
    "SLUMP": ("cue_slump",),
    "NECK_FLEXION": ("cue_neck_flexion", "cue_head_lift"),
    "KNEE_EXTENSION": ("cue_knee_extension", "cue_head_lift"),
    "HEAD_LIFT": ("cue_head_lift",),
    "RETURN": ("cue_return", "cue_sit_up"),
}


class Ear:
    """What the sample's person has heard, and until when it was said."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.heard: dict[str, float] = {}

    def hear(self, key: str) -> None:
        self.heard[key] = self.now_s + seconds_of("en")(key) + REACTION_S

    def may_go_on(self, phase: str) -> bool:
        """Whether the cue to a phase was heard to its end; phases without a cue follow by themselves."""
        cues = CUES.get(phase)
        return cues is None or any(self.now_s >= self.heard[cue] for cue in cues if cue in self.heard)


def guided(name: str, say: bool) -> tuple[GuidedTest | None, dict[float, float]]:
    """Lead one sample through; return the record, and the sample's own time of each time of the test."""
    side: Side = "left" if name.startswith("left") else "right"
    coach = Coach(side, "en", seconds_of("en"))
    own_s: dict[float, float] = {}
    began_s = None
    ear = Ear()
    for count, (sample_s, rgb) in enumerate(obedient(name, ear.may_go_on, FPS)):
        ear.now_s = time_s = count / FPS
        _, jpeg = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        answer = coach.frame(jpeg.tobytes(), time_s)
        if answer["record"] and began_s is None:
            began_s = time_s
            coach.recording_began(time_s)
        if began_s is not None:
            own_s[time_s - began_s] = sample_s
        for spoken in answer["say"]:
            ear.hear(spoken["key"])
            if say:
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


def between(record: GuidedTest, first: str, last: str) -> str:
    """Return the seconds from one prompt to another; empty when one of them was not said."""
    said_s = {said.key: said.at_s for said in reversed(record.said)}
    return f"{said_s[last] - said_s[first]:.1f}" if first in said_s and last in said_s else ""


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
            rows.append([name, "set-up never done", "", "", "", ""])
            continue
        late_s = late_by(name, record, own_s)
        worst = max(late_s.values(), key=abs, default=float("nan"))
        cells = ", ".join(f"{phase} {by:+.2f}" for phase, by in late_s.items())
        loaded_s = between(record, "cue_slump", "cue_head_lift")
        leg_s = between(record, "cue_slump", "cue_return")
        rows.append([name, record.status, loaded_s, leg_s, f"{worst:+.2f}", cells])
    heads = ["sample", "status", "slump to lift, s", "slump to return, s", "worst s", "live minus offline, s"]
    print(table(heads, rows))


if __name__ == "__main__":
    main()
