"""Whether phases were reached, each at its threshold and on both sides of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fake_result import fake_angles

from slumpcv.criteria import baseline_values, judge_phases
from slumpcv.holds import judged_repetition
from slumpcv.phases import PhaseSpan
from slumpcv.posture import Baseline

if TYPE_CHECKING:
    from slumpcv.angles import Angles
    from slumpcv.session import Phase
    from slumpcv.terms import PhaseName

    Step = tuple[PhaseName, dict[str, float]]

PHASE_S, FPS = 3.0, 10.0
TALL = {
    "knee_flexion_deg": 90.0,
    "trunk_lean_deg": -8.0,
    "head_angle_deg": 15.0,
    "neck_flexion_deg": 23.0,
    "face_pitch_deg": 7.0,
    "ankle_deg": 0.0,
    "slump_index": 0.0,
    "shoulder_drop": 0.0,
}
BASELINE: Step = ("BASELINE", {})
SLUMP: Step = ("SLUMP", {"slump_index": 0.15, "shoulder_drop": 0.25, "face_pitch_deg": 20.0})
CHIN: Step = ("NECK_FLEXION", {"neck_flexion_deg": 60.0, "face_pitch_deg": 80.0})
KNEE: Step = ("KNEE_EXTENSION", {"knee_flexion_deg": 14.0})
TOES: Step = ("DORSIFLEXION", {"ankle_deg": 15.0})
LIFT: Step = ("HEAD_LIFT", {"neck_flexion_deg": 30.0, "face_pitch_deg": 15.0})
RETURN: Step = ("RETURN", TALL)
RECOVERY: Step = ("RECOVERY", {})
WHOLE = (BASELINE, SLUMP, CHIN, KNEE, TOES, LIFT, RETURN, RECOVERY)


def recorded(*steps: Step) -> tuple[Angles, list[PhaseSpan]]:
    """A clip in which every phase has the given angles from its start on, others as before."""
    time_s = np.arange(0.0, PHASE_S * len(steps), 1 / FPS)
    values = {name: np.full(len(time_s), value) for name, value in TALL.items()}
    spans: list[PhaseSpan] = []
    repetition = 1
    for i, (phase, changes) in enumerate(steps):
        start_s = i * PHASE_S
        for name, value in changes.items():
            values[name][time_s >= start_s - 1e-9] = value
        repetition += phase == "SLUMP" and bool(spans) and spans[-1].phase == "RECOVERY"
        spans.append(PhaseSpan(phase, start_s, start_s + PHASE_S, start_s + 1.0, repetition))
    return replace(fake_angles(gap=False), time_s=time_s, **values), spans


def judge(*steps: Step) -> Phase:
    """The last of these phases."""
    return judge_phases(*recorded(*steps))[-1]


def test_a_whole_test_is_reached_with_these_margins() -> None:
    phases = judge_phases(*recorded(*WHOLE))
    assert all(p.reached for p in phases)
    assert [(p.phase, p.margin, p.margin_unit) for p in phases] == [
        ("BASELINE", None, None),
        ("SLUMP", 0.1, "index"),
        ("NECK_FLEXION", 40.0, "deg"),
        ("KNEE_EXTENSION", 16.0, "deg"),
        ("DORSIFLEXION", 10.0, "deg"),
        # By the face: 65 less, of which 20 were needed.
        ("HEAD_LIFT", 45.0, "deg"),
        ("RETURN", None, None),
        ("RECOVERY", None, None),
    ]
    assert [(p.start_s, p.end_s) for p in phases[:2]] == [(0, 3), (3, 6)]


# Before a lift: neck flexed by 60, face by 40 degrees, and face alone by 24.
FLEXED: Step = ("NECK_FLEXION", {"neck_flexion_deg": 83.0, "face_pitch_deg": 47.0})
NODDED: Step = ("NECK_FLEXION", {"face_pitch_deg": 31.0})


@pytest.mark.parametrize("off", [-0.01, 0.0, 0.01])
@pytest.mark.parametrize(
    ("before", "phase", "angles", "towards", "others"),
    [
        ([BASELINE], "SLUMP", {"slump_index": 0.05}, 1, {"shoulder_drop": 0.2}),
        ([BASELINE], "SLUMP", {"shoulder_drop": 0.05}, 1, {"slump_index": 0.2}),
        ([BASELINE, SLUMP], "NECK_FLEXION", {"neck_flexion_deg": 43.0}, 1, {"face_pitch_deg": 20.0}),
        ([BASELINE, SLUMP], "NECK_FLEXION", {"face_pitch_deg": 40.0}, 1, {"neck_flexion_deg": 23.0}),
        ([BASELINE, SLUMP, CHIN], "KNEE_EXTENSION", {"knee_flexion_deg": 30.0}, -1, {}),
        ([BASELINE, SLUMP, KNEE], "DORSIFLEXION", {"ankle_deg": 5.0}, 1, {}),
        ([BASELINE, SLUMP, FLEXED], "HEAD_LIFT", {"neck_flexion_deg": 63.0}, -1, {}),
        ([BASELINE, SLUMP, FLEXED], "HEAD_LIFT", {"face_pitch_deg": 27.0}, -1, {}),
        # Half of a small flexion is enough.
        ([BASELINE, NODDED], "HEAD_LIFT", {"face_pitch_deg": 19.0}, -1, {}),
    ],
    ids=["index", "drop", "neck", "face", "knee", "toes", "lift neck", "lift face", "lift half"],
)
def test_each_threshold_is_met_from_there_on(
    before: list[Step],
    phase: PhaseName,
    angles: dict[str, float],
    towards: int,
    others: dict[str, float],
    off: float,
) -> None:
    # A hair's breadth is for what rounding does to sums of decimals.
    ((name, value),) = angles.items()
    judged = judge(*before, (phase, {name: value + towards * (off + 1e-9), **others}))
    assert judged.margin == pytest.approx(off, abs=1e-6)
    assert judged.reached is (off >= 0)
    drop = name == "shoulder_drop"
    assert judged.margin_unit == ("thigh lengths" if drop else "index" if name == "slump_index" else "deg")


def test_exactly_there_is_there() -> None:
    judged = judge(BASELINE, SLUMP, CHIN, ("KNEE_EXTENSION", {"knee_flexion_deg": 30.0}))
    assert (judged.reached, judged.margin) == (True, 0.0)


def test_the_part_of_a_slump_that_is_missed_by_more_decides() -> None:
    judged = judge(BASELINE, ("SLUMP", {"slump_index": 0.04, "shoulder_drop": 0.01}))
    assert (judged.reached, judged.margin, judged.margin_unit) == (False, -0.04, "thigh lengths")


def test_slump_and_chin_in_one_movement_compares_with_the_baseline() -> None:
    angles, spans = recorded(BASELINE, (SLUMP[0], SLUMP[1] | CHIN[1]), ("NECK_FLEXION", {}))
    spans[1] = replace(spans[1], hold_start_s=spans[1].end_s)
    chin = judge_phases(angles, spans)[-1]
    assert (chin.reached, chin.margin) == (True, 53.0)


def test_a_head_that_goes_down_again_is_measured_from_the_lift() -> None:
    again = judge(BASELINE, SLUMP, CHIN, KNEE, LIFT, CHIN)
    assert (again.reached, again.margin) == (True, 45.0)


def test_what_the_slump_carried_along_is_no_neck_flexion() -> None:
    carried: Step = ("SLUMP", SLUMP[1] | {"neck_flexion_deg": 44.0, "face_pitch_deg": 53.0})
    chin = judge(BASELINE, carried, ("NECK_FLEXION", {"neck_flexion_deg": 50.0, "face_pitch_deg": 60.0}))
    assert (chin.reached, chin.margin) == (False, -13.0)


SLUMPED = {"slump_index": 0.1, "shoulder_drop": 0.15, "neck_flexion_deg": 40.0, "face_pitch_deg": 30.0}


def test_a_clip_that_starts_slumped_uses_the_measured_baseline() -> None:
    angles, spans = recorded(("BASELINE", SLUMPED), SLUMP, CHIN, KNEE, LIFT, RETURN, RECOVERY)
    found = Baseline(spans[-1].start_s + 1, spans[-1].end_s, 1.0, 1.0, -8.0, 0.0)
    assert baseline_values(replace(angles, baseline=found), spans, 1) == TALL
    unknown = baseline_values(replace(angles, baseline=None), spans, 1)
    assert np.isnan(list(unknown.values())).all()


def test_a_clip_without_a_baseline_phase_uses_the_measured_baseline() -> None:
    angles, spans = recorded(*WHOLE)
    found = Baseline(0.0, 3.0, 1.0, 1.0, -8.0, 0.0)
    phases = judge_phases(replace(angles, baseline=found), spans[1:])
    assert [p.margin for p in phases] == [p.margin for p in judge_phases(angles, spans)[1:]]


def test_a_repetition_compares_with_the_recovery_before_it() -> None:
    recovered: Step = ("RECOVERY", {"neck_flexion_deg": 33.0, "face_pitch_deg": 17.0})
    angles, spans = recorded(*WHOLE[:-1], recovered, SLUMP, CHIN, KNEE, LIFT, RETURN, RECOVERY)
    assert baseline_values(angles, spans, 1) == TALL
    assert baseline_values(angles, spans, 2) == TALL | recovered[1]


@pytest.mark.parametrize(
    ("phase", "names"),
    [
        ("SLUMP", ["slump_index"]),
        ("SLUMP", ["shoulder_drop"]),
        ("NECK_FLEXION", ["neck_flexion_deg", "face_pitch_deg"]),
        ("KNEE_EXTENSION", ["knee_flexion_deg"]),
        ("DORSIFLEXION", ["ankle_deg"]),
        ("HEAD_LIFT", ["neck_flexion_deg", "face_pitch_deg"]),
    ],
)
def test_what_was_not_seen_was_not_reached(phase: PhaseName, names: list[str]) -> None:
    angles, spans = recorded(*WHOLE)
    at = next(i for i, s in enumerate(spans) if s.phase == phase)
    hidden = (angles.time_s >= spans[at].start_s) & (angles.time_s < spans[at].end_s)
    unseen: dict[str, Any] = {n: np.where(hidden, math.nan, getattr(angles, n)) for n in names}
    judged = judge_phases(replace(angles, **unseen), spans)[at]
    assert (judged.reached, judged.margin) == (False, None)


def test_half_a_hold_has_to_be_seen() -> None:
    angles, spans = recorded(BASELINE, KNEE)
    for seen_s, reached in ((1.2, True), (0.7, False)):
        knee = np.where(angles.time_s > spans[1].end_s - 0.1 - seen_s, angles.knee_flexion_deg, np.nan)
        assert judge_phases(replace(angles, knee_flexion_deg=knee), spans)[1].reached is reached


def test_no_phases_no_judgement() -> None:
    assert judge_phases(recorded(BASELINE)[0], []) == ()


def test_the_repetition_with_the_first_head_lift_is_judged_or_else_the_first() -> None:
    def span(phase: PhaseName, repetition: int) -> PhaseSpan:
        return PhaseSpan(phase, 0.0, 1.0, 0.0, repetition)

    first, second = [span("SLUMP", 1), span("RECOVERY", 1)], [span("SLUMP", 2), span("HEAD_LIFT", 2)]
    assert judged_repetition([*first, *second, span("HEAD_LIFT", 3)]) == second
    assert judged_repetition([*first, second[0]]) == first
    assert judged_repetition([]) == []
