"""What follows from a correction: everything after it, by the same path, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from synthetic import Story, make_track, perform
from test_answers import FULL

from slumpcv.analysis import Analysis, analyze_track, with_answers
from slumpcv.answers import Answers, Felt, Mark, Responses
from slumpcv.bands import hand_band, model_band
from slumpcv.body import landmark
from slumpcv.errors import InputError
from slumpcv.review.apply import answers_in, apply
from slumpcv.review.corrections import CorrectedPhase, Corrections, KeyPoint, corrected_phases

if TYPE_CHECKING:
    from slumpcv.marks import PhaseSpan
    from slumpcv.terms import PhaseName

KNEE = landmark("knee", "right")


@cache
def plain() -> Analysis:
    story = perform()
    return analyze_track(make_track(story, story.times()))


def span(analysis: Analysis, name: PhaseName) -> PhaseSpan:
    return next(s for s in analysis.spans if s.phase == name)


def with_edge(name: PhaseName, to_s: float) -> Corrections:
    """The machine's phases with the start of one, and the end of that before it, moved."""
    phases = list(corrected_phases(plain().spans))
    i = next(i for i, p in enumerate(phases) if p.phase == name)
    phases[i] = phases[i].model_copy(update={"start_s": to_s})
    phases[i - 1] = phases[i - 1].model_copy(update={"end_s": to_s})
    return Corrections(phases=tuple(phases))


@pytest.mark.parametrize("answers", [None, FULL])
def test_what_was_not_corrected_is_as_before(answers: Answers | None) -> None:
    before = plain() if answers is None else with_answers(plain(), answers)
    for nothing in (Corrections(), Corrections(phases=corrected_phases(plain().spans))):
        assert apply(plain(), nothing, answers).session == before.session
    again = answers_in(before.session)
    assert (again is None) is (answers is None)
    assert again is None or with_answers(plain(), again).session == before.session


def test_the_automatic_result_stays_as_it_was() -> None:
    spans, session, track_px = list(plain().spans), plain().session, plain().track.landmarks_px.copy()
    key = KeyPoint(landmark=KNEE, time_s=14.0, x_px=300, y_px=300)
    apply(plain(), Corrections(phases=(), points=(key,)), None)
    assert list(plain().spans) == spans
    assert plain().session is session
    np.testing.assert_array_equal(plain().track.landmarks_px, track_px)


def test_a_moved_edge_changes_the_phases_beside_it_and_what_is_read_in_them() -> None:
    lift = span(plain(), "HEAD_LIFT")
    corrected = apply(plain(), with_edge("HEAD_LIFT", lift.start_s + 1.8), None)
    assert span(corrected, "HEAD_LIFT").start_s == pytest.approx(lift.start_s + 1.8)
    assert span(corrected, "KNEE_EXTENSION").end_s == pytest.approx(lift.start_s + 1.8)
    assert span(corrected, "SLUMP") == span(plain(), "SLUMP")
    # Most of the lift now counts as the hold before it.
    assert corrected.session.isolation.head_lift_deg != plain().session.isolation.head_lift_deg
    assert corrected.session.measurements["SLUMP"] == plain().session.measurements["SLUMP"]


def test_the_machines_stillness_is_kept_where_it_lies_inside() -> None:
    knee, lift = span(plain(), "KNEE_EXTENSION"), span(plain(), "HEAD_LIFT")
    earlier = apply(plain(), with_edge("HEAD_LIFT", lift.start_s - 0.5), None)
    assert span(earlier, "KNEE_EXTENSION").hold_start_s == knee.hold_start_s
    assert span(earlier, "HEAD_LIFT").hold_start_s == lift.hold_start_s


def test_a_phase_that_is_movement_throughout_has_no_hold() -> None:
    knee = span(plain(), "KNEE_EXTENSION")
    moving_until_s = knee.start_s + 1.0
    corrected = apply(plain(), with_edge("HEAD_LIFT", moving_until_s), None)
    assert span(corrected, "KNEE_EXTENSION").hold_start_s == moving_until_s


def test_a_phase_without_movement_is_held_from_its_start() -> None:
    recovery = span(plain(), "RECOVERY")
    half_s = (recovery.start_s + recovery.end_s) / 2
    phases = (CorrectedPhase(phase="BASELINE", start_s=half_s, end_s=recovery.end_s),)
    corrected = apply(plain(), Corrections(phases=phases), None)
    assert [(s.start_s, s.hold_start_s) for s in corrected.spans] == [(half_s, half_s)]


def test_stillness_is_found_as_the_machine_finds_it() -> None:
    """Two of the machine's phases given as one, and the machine's own holds forgotten."""
    forgetful = replace(plain(), spans=[])
    phases = [p for p in corrected_phases(plain().spans) if p.phase != "NECK_FLEXION"]
    slump = next(i for i, p in enumerate(phases) if p.phase == "SLUMP")
    phases[slump] = phases[slump].model_copy(update={"end_s": phases[slump + 1].start_s})
    corrected = apply(forgetful, Corrections(phases=tuple(phases)), None)
    assert span(corrected, "SLUMP").hold_start_s == pytest.approx(span(plain(), "NECK_FLEXION").hold_start_s)
    for name in ("KNEE_EXTENSION", "HEAD_LIFT", "RETURN"):
        held_s = span(plain(), name).hold_start_s
        assert span(corrected, name).hold_start_s == pytest.approx(held_s, abs=1e-3), name


def test_toes_have_a_hold_of_their_own() -> None:
    story = perform(toes=True)
    analysis = analyze_track(make_track(story, story.times()))
    phases = corrected_phases(analysis.spans)
    derived = apply(replace(analysis, spans=[]), Corrections(phases=phases), None)
    for found, machine in zip(derived.spans, analysis.spans, strict=True):
        assert found.hold_start_s == pytest.approx(machine.hold_start_s, abs=2e-3), machine.phase


def test_a_hold_that_the_reviewer_gives_is_taken() -> None:
    phases = [*corrected_phases(plain().spans)]
    phases[1] = phases[1].model_copy(update={"hold_start_s": 6.5})
    assert apply(plain(), Corrections(phases=tuple(phases)), None).spans[1].hold_start_s == 6.5


def test_a_missed_head_lift_can_be_added_and_is_then_judged() -> None:
    story = perform()
    truth = story.start_of("HEAD_LIFT")
    analysis = plain()
    without = [p for p in corrected_phases(analysis.spans) if p.phase != "HEAD_LIFT"]
    knee = next(i for i, p in enumerate(without) if p.phase == "KNEE_EXTENSION")
    without[knee] = without[knee].model_copy(update={"end_s": without[knee + 1].start_s})
    blind = apply(analysis, Corrections(phases=tuple(without)), None)
    assert blind.session.isolation.status == "no_lift"
    end_s = without[knee].end_s
    without[knee] = without[knee].model_copy(update={"end_s": truth})
    added = CorrectedPhase(phase="HEAD_LIFT", start_s=truth, end_s=end_s)
    seen = apply(analysis, Corrections(phases=(*without[: knee + 1], added, *without[knee + 1 :])), None)
    assert seen.session.isolation.status == analysis.session.isolation.status
    assert seen.session.isolation.head_lift_deg == pytest.approx(
        analysis.session.isolation.head_lift_deg, abs=1.0
    )


def test_corrected_marks_and_answers_change_course_and_outcome() -> None:
    before = with_answers(plain(), FULL).session
    nothing = Responses(phases={p: Felt(intensity=0) for p in FULL.phases}, entered_by="therapist")
    corrected = apply(plain(), Corrections(marks=(), responses=nothing), FULL).session
    assert before.outcome is not None
    assert corrected.outcome is not None
    assert corrected.outcome.code != before.outcome.code
    assert corrected.symptoms == ()
    assert corrected.screen == FULL.screen
    assert before.outcome == with_answers(plain(), FULL).session.outcome


def test_a_therapist_may_enter_symptoms_where_no_answers_were_given() -> None:
    mark = Mark(start_s=13.0, intensity=4, familiar="yes")
    corrected = apply(plain(), Corrections(marks=(mark,)), None).session
    assert [s.mark.entered_by for s in corrected.symptoms] == ["therapist"]
    assert corrected.outcome is not None
    with pytest.raises(InputError):
        apply(plain(), Corrections(marks=(mark.model_copy(update={"start_s": 99.0}),)), None)


def broken(from_s: float, to_s: float, by_px: float) -> Analysis:
    """The model sees the knee too high for a while, with its ankle in place."""
    story = perform()
    track = make_track(story, story.times())
    px = track.landmarks_px.copy()
    wrong = (track.time_s >= from_s) & (track.time_s <= to_s)
    px[wrong, KNEE, 1] -= by_px
    return analyze_track(replace(track, landmarks_px=px))


def test_a_wrong_landmark_put_right_gives_the_angle_back_with_a_wider_error() -> None:
    wrong = broken(12.0, 16.0, 25.0)
    name = "knee_flexion_deg"
    true = plain().session.measurements["KNEE_EXTENSION"][name]
    before = wrong.session.measurements.get("KNEE_EXTENSION", {}).get(name)
    assert before is None or before.value is None or abs(before.value - (true.value or 0)) > 5
    at = [int(np.abs(plain().track.time_s - t).argmin()) for t in (12.0, 14.0, 16.0)]
    keys = tuple(
        KeyPoint(landmark=KNEE, time_s=float(plain().track.time_s[i]), x_px=float(x), y_px=float(y))
        for i in at
        for x, y in [plain().track.landmarks_px[i, KNEE]]
    )
    right = apply(wrong, Corrections(points=keys), None)
    after = right.session.measurements["KNEE_EXTENSION"][name]
    assert after.value == pytest.approx(true.value, abs=1.5)
    assert after.plus_minus == pytest.approx(np.hypot(model_band(name), hand_band(name)), abs=1e-3)
    # The trunk rests on no landmark that was moved.
    told = right.session.measurements["KNEE_EXTENSION"]["trunk_lean_deg"]
    assert told.plus_minus == pytest.approx(model_band("trunk_lean_deg"), abs=1e-3)
    assert "PLACED_BY_HAND" in {f.code for f in right.session.quality.findings}
    assert set(right.angles.by_hand) == {name, "ankle_deg"}
    assert right.angles.by_hand[name][at].all()
    assert not right.angles.by_hand[name][0]


def test_a_single_key_is_no_spike() -> None:
    """Outside of holds, too, what a person placed is believed."""
    i = 100
    x, y = plain().track.landmarks_px[i, KNEE]
    key = KeyPoint(landmark=KNEE, time_s=float(plain().track.time_s[i]), x_px=float(x), y_px=float(y) - 30)
    moved = apply(plain(), Corrections(points=(key,)), None)
    assert abs(moved.angles.knee_flexion_deg[i] - plain().angles.knee_flexion_deg[i]) > 8
    np.testing.assert_array_equal(moved.angles.head_angle_deg, plain().angles.head_angle_deg)


def test_nobody_in_the_clip_can_be_reviewed_too() -> None:
    story = Story().rest(2)
    track = make_track(story, story.times())
    empty = replace(
        track,
        landmarks_px=np.full_like(track.landmarks_px, np.nan),
        visibility=np.full_like(track.visibility, np.nan),
    )
    phases = (CorrectedPhase(phase="BASELINE", start_s=0, end_s=2),)
    key = KeyPoint(landmark=KNEE, time_s=1.0, x_px=10, y_px=10)
    result = apply(analyze_track(empty), Corrections(phases=phases, points=(key,)), None)
    assert not result.session.quality.usable
