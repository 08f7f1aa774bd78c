"""Whatever the camera shows, the guide speaks one prompt at a time, repeats nothing, and ends."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from live_person import spoken_s

from slumpcv.live.events import Say
from slumpcv.live.guide import Guide
from slumpcv.live.seen import Seen
from slumpcv.marks import PhaseSpan, Stage
from slumpcv.phases import PhaseMachine, Sample
from slumpcv.signals import Part
from slumpcv.terms import PhaseName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.live.record import GuidedTest

# Six steps of at most 45 s, a question each, and the end.
LONGEST_S = 360.0
TWICE = {"ask_brief": 3, "ask_more": 3, "go_on": 2}
ANGLES = (
    "trunk_lean_deg",
    "shoulder_drop",
    "head_angle_deg",
    "face_pitch_deg",
    "knee_flexion_deg",
    "ankle_deg",
)


def wandering(seed: int) -> Iterator[Seen]:
    """Somebody whose joints wander at random, through the real phase machine, at an uneven rate."""
    rng = np.random.default_rng(seed)
    machine = PhaseMachine()
    values, time_s = np.array([-8.0, 0.0, 15.0, 7.0, 90.0, 0.0]), 0.0
    tall = dict(zip(ANGLES, values.tolist(), strict=True)) | {"neck_flexion_deg": 23.0}
    speed_deg = rng.choice([0.0, 0.5, 2.0])
    hand = False
    while True:
        time_s += float(rng.uniform(0.03, 0.25))
        values = values + rng.normal(0.0, speed_deg, 6) * np.array([1, 0.01, 1, 1, 1, 1])
        found = bool(rng.random() > 0.05)
        shown = np.where(rng.random(6) < 0.1, np.nan, values) if found else np.full(6, np.nan)
        machine.step(Sample(time_s, True if found else None, *shown.tolist()))
        angles = dict(zip(ANGLES, shown.tolist(), strict=True))
        angles |= {"neck_flexion_deg": shown[2] - shown[0], "slump_index": shown[1]}
        hand = not hand if rng.random() < 0.01 else hand
        spans = tuple(machine.spans())
        far_deg = float(rng.uniform(20.0, 120.0))
        yield Seen(
            time_s, found, machine.stage, machine.phase, spans, machine.moving, angles, tall, far_deg, hand
        )


def impossible(seed: int) -> Iterator[Seen]:
    """Frames that contradict each other: phases come and go in any order."""
    rng = np.random.default_rng(seed)
    time_s, phases = 0.0, get_args(PhaseName)
    spans: tuple[PhaseSpan, ...] = ()
    stages = list(Stage)[1:4]  # not going away, and not sitting up: those end the test early
    while True:
        time_s += 0.1
        if rng.random() < 0.1:
            some = [str(p) for p in rng.choice(phases[:6], rng.integers(0, 6))]
            spans = tuple(PhaseSpan(p, time_s, time_s, time_s, 1) for p in some)  # type: ignore[arg-type]
        moving = frozenset(p for p in get_args(Part) if rng.random() < 0.3)
        angles = {name: float(rng.normal(0.0, 60.0)) for name in (*ANGLES, "neck_flexion_deg", "slump_index")}
        stage = stages[rng.integers(len(stages))]
        yield Seen(time_s, True, stage, None, spans, moving, angles, angles, 90.0, bool(rng.random() < 0.02))


def led(frames: Iterator[Seen], seed: int) -> GuidedTest:
    """Lead until it is over, with keys pressed, let go and reported at random."""
    rng = np.random.default_rng(seed)
    guide = Guide("left", spoken_s)
    said = []
    for seen in frames:
        events = list(guide.step(seen))
        if rng.random() < 0.01:
            events += guide.press(seen.time_s, "key")
        if rng.random() < 0.05:
            events += guide.release(seen.time_s, "key")
        if rng.random() < 0.01:
            guide.spoken(seen.time_s, str(rng.choice(said[:-1] or ["setup_ready"])))
        said += [event.key for event in events if isinstance(event, Say)]
        assert 0.0 <= guide.view.hold <= 1.0
        if guide.view.over:
            break
        assert seen.time_s < LONGEST_S, guide.view
    record = guide.record()
    assert [s.key for s in record.said] == said
    return record


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("frames", [wandering, impossible])
def test_any_stream_of_frames_is_led_to_an_end(frames, seed: int) -> None:
    record = led(frames(seed), seed)
    assert record.status in ("done", "stopped")
    assert record.said[-1].key == ("done" if record.status == "done" else "stop")
    for before, after in pairwise(record.said):
        # Whatever a browser reports of the prompts before.
        assert after.key == "stop" or after.at_s >= before.at_s + spoken_s(before.key)
    for key, times in Counter(s.key for s in record.said).items():
        assert times <= TWICE.get(key, 1), key
    for mark, later in pairwise(record.marks):
        assert mark.start_s <= mark.end_s <= later.start_s
    assert record.symptoms() is not None


def test_the_same_frames_are_answered_with_the_same_words() -> None:
    assert led(wandering(3), 3) == led(wandering(3), 3)
