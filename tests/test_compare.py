"""Which differences between sessions count, and what is said where none can be given."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest
from fake_result import DIM, KNEE_MOVED, NO_LIFT
from fake_sessions import (
    FULL,
    PLAIN,
    UNUSABLE,
    moment,
    reading,
    symptom,
    with_answers,
    with_lift,
    with_measure,
)
from hypothesis import given
from hypothesis import strategies as st

from slumpcv import thresholds
from slumpcv.compare import Comparison, compare_sessions
from slumpcv.compare.readings import READINGS
from slumpcv.compare.schema import Cell, Difference, Measure, Row
from slumpcv.correction import load_correction
from slumpcv.errors import InputError
from slumpcv.session import Session

KNEE = ("KNEE_EXTENSION", "knee_flexion_deg")
SLUMP = ("SLUMP", "slump_index")


def row(comparison: Comparison, measure: Measure) -> Row:
    return next(row for row in comparison.rows if row.measure == measure)


def pair(measure: Measure, first: Session, later: Session) -> tuple[Cell, Cell, Difference]:
    found = row(compare_sessions([first, later]), measure)
    return found.cells[0], found.cells[1], found.differences[0]


def knee(value: float | None, error: float = 5.6) -> Session:
    return with_measure(FULL, "KNEE_EXTENSION", "knee_flexion_deg", value, error)


def left(session: Session) -> Session:
    return session.model_copy(update={"side": "left"})


def onset(knee_deg: Any, **more: Any) -> Session:
    return with_answers(PLAIN, symptoms=(symptom(moment(knee_deg, **more)),))


def test_every_measure_is_read() -> None:
    comparison = compare_sessions([FULL, FULL])
    assert [row.measure for row in comparison.rows] == [reading.measure for reading in READINGS]
    assert sorted(row.measure for row in comparison.rows) == sorted(get_args(Measure))
    assert all(cell.missing is None for row in comparison.rows for cell in row.cells)


@pytest.mark.parametrize(
    ("change", "error", "verdict"),
    [
        # The ± of the difference is 1.4: the minimal detectable change decides.
        (8.4, 1.0, "within"),
        (8.6, 1.0, "more"),
        (-8.4, 1.0, "within"),
        (-8.6, 1.0, "more"),
        # It is 14.1, shown as 15: that decides.
        (15.4, 10.0, "within"),
        (15.6, 10.0, "more"),
    ],
)
def test_a_knee_differs_beyond_its_error_and_the_minimal_detectable_change(
    change: float, error: float, verdict: str
) -> None:
    first, later, found = pair("knee_extension", knee(20, error), knee(20 + change, error))
    assert (first.value, later.value) == (20, 20 + change)
    assert found.change == pytest.approx(change)
    assert found.plus_minus == pytest.approx(math.hypot(error, error), abs=1e-3)
    assert found.limit == max(math.ceil(math.hypot(error, error)), thresholds.KNEE_DIFFERENCE_DEG)
    assert found.verdict == verdict


def test_the_smallest_knee_difference_is_no_less_than_two_shipped_errors_need() -> None:
    shipped = load_correction().errors["knee_flexion_deg"].value
    assert math.hypot(shipped, shipped) <= thresholds.KNEE_DIFFERENCE_DEG


@pytest.mark.parametrize(("change", "verdict"), [(0.054, "within"), (0.056, "more"), (-0.056, "more")])
def test_a_slump_index_differs_by_hundredths(change: float, verdict: str) -> None:
    sessions = [with_measure(FULL, *SLUMP, value, 0.03) for value in (0.2, 0.2 + change)]
    found = pair("slump_index", *sessions)[2]
    assert (found.limit, found.verdict) == (0.05, verdict)  # root of two times 0.03, rounded up


@pytest.mark.parametrize(("lift", "verdict"), [(34.2 + 4.3, "within"), (34.2 + 4.6, "more")])
def test_a_head_lift_differs_beyond_its_own_error(lift: float, verdict: str) -> None:
    found = pair("head_lift", FULL, with_lift(FULL, head_lift_deg=lift))[2]
    assert (found.limit, found.verdict) == (4, verdict)  # root of two times 2.5, rounded up


@pytest.mark.parametrize(
    ("measure", "answers", "verdict", "change"),
    [
        ("intensity_rest", {"rest": 2}, "within", 1),
        ("intensity_rest", {"rest": 3}, "more", 2),
        ("intensity_peak", {"peak": 4}, "within", -1),
        ("intensity_peak", {"peak": 3}, "more", -2),
        ("lift_drop", {"after": 3}, "within", -2),
        ("lift_drop", {"after": 4}, "more", -3),
    ],
)
def test_intensities_differ_from_whole_points_on(
    measure: Measure, answers: dict[str, int], verdict: str, change: int
) -> None:
    found = pair(measure, FULL, with_answers(FULL, **answers))[2]  # type: ignore[arg-type]
    assert (found.verdict, found.change, found.plus_minus) == (verdict, change, None)


def test_what_a_drop_needs_follows_from_what_a_rating_needs() -> None:
    needed = thresholds.CLEAR_REPRODUCTION_RISE * math.sqrt(2)
    assert math.ceil(needed) == thresholds.DROP_DIFFERENCE


def test_an_onset_has_beside_its_error_what_the_angle_went_through() -> None:
    first, later = onset(reading(30, 28, 33)), onset(reading(50, 45, 51))
    assert pair("onset_knee", first, later)[1].model_dump(exclude_none=True) == {
        "value": 50,
        "plus_minus": 3,
        "low": 45,
        "high": 51,
    }
    found = pair("onset_knee", first, later)[2]
    # From 28 to 51 the true difference may be 3 more, from 33 to 45 8 less than 20: the larger of both.
    assert found.plus_minus == pytest.approx(math.hypot(3, 3) + 8, abs=1e-3)
    assert (found.change, found.limit, found.verdict) == (20, 13, "more")


@pytest.mark.parametrize(("high", "verdict"), [(36.7, "more"), (36.8, "within")])
def test_an_onset_whose_range_is_wide_differs_by_no_more_than_the_error(high: float, verdict: str) -> None:
    found = pair("onset_knee", onset(reading(30, 30, high)), onset(reading(42, 42, 42)))[2]
    assert found.verdict == verdict  # 4.24 and the range make 11 or, rounded up, 12


def test_neck_and_trunk_at_the_onset_need_no_minimal_detectable_change() -> None:
    first = onset(reading(30, 30, 30), neck=reading(60, 60, 60, 1))
    later = onset(reading(30, 30, 30), neck=reading(63, 63, 63, 1))
    assert pair("onset_neck", first, later)[2].verdict == "more"
    assert pair("onset_trunk", first, later)[2].verdict == "within"


def test_a_symptom_tied_to_its_phase_shows_a_range_and_is_not_compared() -> None:
    tied = onset(reading(None, 12, 88), time_s=None)
    first, later, found = pair("onset_knee", FULL, tied)
    assert first.value == 30
    assert (later.value, later.low, later.high, later.missing) == (None, 12, 88, "phase_only")
    assert (found.verdict, found.change, found.limit) == ("cannot", None, None)
    assert [(r.session, r.why) for r in found.reasons] == [("B", "phase_only")]
    assert pair("onset_phase", FULL, tied)[2].verdict == "same"


def test_the_onset_is_the_first_familiar_mark_that_rose() -> None:
    marks = (
        symptom(moment(reading(10, 10, 10), "HEAD_LIFT")),
        symptom(moment(reading(30, 30, 30))),
        symptom(moment(reading(80, 80, 80), "SLUMP"), intensity=1),  # no more than at rest
        symptom(moment(reading(85, 85, 85), "NECK_FLEXION"), familiar="no"),
        symptom(None),
    )
    session = with_answers(PLAIN, symptoms=marks)
    assert pair("onset_knee", FULL, session)[1].value == 30
    earlier = (*marks, symptom(moment(reading(88, 88, 88), "SLUMP"), intensity=2))
    assert pair("onset_knee", FULL, with_answers(PLAIN, symptoms=earlier))[1].value == 88
    assert pair("onset_phase", FULL, with_answers(PLAIN, symptoms=earlier))[2].verdict == "different"


def test_a_mark_that_does_not_say_takes_the_answer_of_its_phase() -> None:
    session = with_answers(PLAIN, symptoms=(symptom(moment(reading(30, 30, 30)), familiar=None),))
    assert pair("onset_knee", FULL, session)[1].value == 30
    silent = (symptom(moment(reading(30, 30, 30)), intensity=None),)
    assert pair("onset_knee", FULL, with_answers(PLAIN, symptoms=silent))[1].value == 30
    as_at_rest = with_answers(PLAIN, peak=1, symptoms=silent)
    assert pair("onset_knee", FULL, as_at_rest)[1].missing == "not_reported"


@pytest.mark.parametrize(
    ("measure", "session", "why"),
    [
        ("knee_extension", UNUSABLE, "not_judged"),
        ("onset_knee", with_answers(UNUSABLE), "not_judged"),
        ("onset_phase", with_answers(UNUSABLE), "not_judged"),
        ("head_lift", UNUSABLE, "not_judged"),
        ("isolated", UNUSABLE, "not_judged"),
        ("lift_drop", with_answers(UNUSABLE), "not_judged"),
        ("relief", with_answers(UNUSABLE), "not_judged"),
        ("knee_extension", knee(None), "not_seen"),
        ("knee_extension", PLAIN.model_copy(update={"measurements": {}}), "no_phase"),
        ("head_lift", with_lift(PLAIN, **NO_LIFT.model_dump()), "no_lift"),
        ("head_lift", with_lift(PLAIN, head_lift_deg=None, status="unseen"), "not_seen"),
        ("isolated", with_lift(PLAIN, **NO_LIFT.model_dump()), "no_lift"),
        ("isolated", with_lift(PLAIN, isolated=None, status="too_close"), "cannot_tell"),
        ("intensity_rest", PLAIN, "no_answers"),
        ("intensity_rest", with_answers(PLAIN, rest=None), "not_answered"),
        ("intensity_peak", PLAIN, "no_answers"),
        ("lift_drop", with_answers(PLAIN, after=None), "not_answered"),
        ("relief", PLAIN, "no_answers"),
        ("outcome", PLAIN, "no_answers"),
        ("onset_knee", PLAIN, "no_answers"),
        ("onset_knee", with_answers(PLAIN), "not_marked"),
        ("onset_knee", with_answers(PLAIN, symptoms=(symptom(None),)), "no_phase"),
        ("onset_phase", with_answers(PLAIN, peak=1), "not_reported"),
    ],
)
def test_what_is_missing_is_said_and_not_compared(measure: Measure, session: Session, why: str) -> None:
    _, cell, found = pair(measure, FULL, session)
    assert cell.value is None
    assert cell.word is None
    assert cell.missing == why
    assert found.verdict == "cannot"
    assert ("B", why) in [(reason.session, reason.why) for reason in found.reasons]


def test_an_unusable_recording_keeps_the_answers_about_intensity() -> None:
    assert pair("intensity_peak", FULL, with_answers(UNUSABLE, peak=3))[2].verdict == "more"


def test_the_effect_of_the_head_lift_is_compared_only_where_nothing_else_moved() -> None:
    moved = FULL.model_copy(update={"isolation": KNEE_MOVED})
    for measure in ("lift_drop", "relief"):
        found = pair(measure, FULL, moved)[2]  # type: ignore[arg-type]
        assert [(r.session, r.why) for r in found.reasons] == [("B", "head_not_alone")]
    assert pair("isolated", FULL, moved)[2].verdict == "different"
    assert pair("intensity_peak", FULL, moved)[2].verdict == "within"


@pytest.mark.parametrize("code", ["BLOCKED", "URGENT", "STOPPED"])
def test_a_test_that_was_not_judged_is_shown_and_not_compared(code: Any) -> None:
    comparison = compare_sessions([with_answers(FULL, code=code), FULL])
    assert row(comparison, "knee_extension").cells[0].value is not None
    compared = [row for row in comparison.rows if row.measure != "outcome"]
    assert {row.differences[0].verdict for row in compared} == {"cannot"}
    assert comparison.remarks[0].code == "stopped"
    assert comparison.remarks[0].text.startswith("A: ")
    assert comparison.remarks[0].text.endswith("Do this now. This test is shown, and not compared.")


def test_a_step_of_next_steps_in_another_language_is_left_to_its_own_report() -> None:
    session = with_answers(FULL, code="STOPPED").model_copy(update={"language": "es"})
    assert "Do this now" not in compare_sessions([session, FULL]).remarks[0].text


@pytest.mark.parametrize(
    ("sides", "kinds"),
    [
        (("right", "left"), [None, "sides"]),
        (("right", "right"), [None, "visits"]),
        (("right", None), [None, "unknown"]),
        (("right", "left", "right"), [None, "sides", "visits"]),
    ],
)
def test_what_is_compared_is_told_from_the_sides(sides: Any, kinds: list[str | None]) -> None:
    sessions = [FULL.model_copy(update={"side": side}) for side in sides]
    assert [one.kind for one in compare_sessions(sessions).sessions] == kinds


def knees(*values: float) -> list[Session]:
    return [knee(value, 1) for value in values]


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        (knees(10, 20, 30), "larger"),
        (knees(30, 28, 10), "smaller"),
        (knees(10, 30, 20), "mixed"),
        (knees(10, 30, 10), "mixed"),
        (knees(10, 12, 11), "level"),
        (knees(10, 30), None),
        ([*knees(10, 20), knee(None)], None),
        ([*knees(10, 20), left(knee(30))], None),
    ],
)
def test_the_trend_of_three_or_more_tests_of_one_leg(sessions: list[Session], expected: str | None) -> None:
    assert row(compare_sessions(sessions), "knee_extension").trend == expected


def codes(*sessions: Session) -> list[str]:
    return [remark.code for remark in compare_sessions(sessions).remarks]


def other_clip(session: Session, sha: str = "9" * 64) -> Session:
    return session.model_copy(update={"clip": session.clip.model_copy(update={"sha256": sha})})


def yawed(deg: float, *codes: str) -> Session:
    findings = tuple(DIM.model_copy(update={"code": code}) for code in codes)
    quality = FULL.quality.model_copy(update={"camera_yaw_deg": deg, "findings": findings})
    return other_clip(FULL).model_copy(update={"quality": quality})


def test_remarks() -> None:
    clean = other_clip(FULL)
    assert codes(FULL, clean) == []
    assert codes(FULL, FULL) == ["same_recording"]
    assert codes(FULL, other_clip(UNUSABLE)) == ["not_judged"]
    assert codes(PLAIN, other_clip(PLAIN)) == ["no_answers"]
    assert codes(FULL, yawed(20, "YAW")) == ["yaw", "yaw_differs"]
    assert codes(FULL, yawed(3 + 7)) == []  # the errors of both estimates together are 7.1
    assert codes(FULL, yawed(3 + 8)) == ["yaw_differs"]
    assert codes(FULL, yawed(3, "DARK")) == ["recording"]
    assert codes(FULL, clean.model_copy(update={"side": None})) == ["side_unknown"]
    lite = clean.software.model_copy(update={"model": "lite"})
    assert codes(FULL, clean.model_copy(update={"software": lite})) == ["other_model"]


@pytest.mark.parametrize(("apart", "noted"), [(9.9, False), (10.0, True), (-10.0, True)])
def test_a_difference_between_sides_is_noted_for_therapists(apart: float, noted: bool) -> None:
    sides = [knee(20), other_clip(left(knee(20 + apart)))]
    assert codes(*sides) == (["side_difference"] if noted else [])
    assert codes(sides[0], other_clip(knee(20 + apart))) == []


def test_labels_name_sessions_and_nothing_else_does() -> None:
    named = compare_sessions([FULL, FULL], ["  1  March ", "May"])
    assert [(one.letter, one.label) for one in named.sessions] == [("A", "1 March"), ("B", "May")]
    assert [one.label for one in compare_sessions([FULL, FULL]).sessions] == [None, None]


@pytest.mark.parametrize("labels", [["one"], ["a", "b", "c"], ["a", " "], ["a", "b" * 31], ["a", "b\x1b[1m"]])
def test_labels_that_do_not_fit_are_refused(labels: list[str]) -> None:
    with pytest.raises(InputError):
        compare_sessions([FULL, FULL], labels)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_too_few_or_too_many_sessions_are_refused(count: int) -> None:
    with pytest.raises(InputError, match=str(count)):
        compare_sessions([FULL] * count)


angle = st.none() | st.floats(-20, 120).map(lambda value: round(value, 3))
points = st.none() | st.integers(0, 10)
error = st.floats(0.1, 12).map(lambda value: round(value, 3))


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Sessions with all kinds of values, some of them missing."""
    base = draw(st.sampled_from([PLAIN, UNUSABLE, left(PLAIN)]))
    session = with_measure(base, "KNEE_EXTENSION", "knee_flexion_deg", draw(angle), draw(error))
    session = with_lift(session, isolated=draw(st.sampled_from([True, False, None])))
    value = draw(angle)
    around = [draw(st.floats(0, 30)) for _ in range(2)]
    middle = 50.0 if value is None else value
    knee_at_onset = reading(value, middle - around[0], middle + around[1], draw(error))
    marks = (symptom(moment(knee_at_onset, time_s=None if value is None else 11.0)),)
    if draw(st.booleans()):
        session = with_answers(session, draw(points), draw(points), draw(points), marks)
    return session


@given(sessions())
def test_a_session_differs_from_itself_in_nothing(session: Session) -> None:
    for row in compare_sessions([session, session]).rows:
        found = row.differences[0]
        assert found.verdict in ("within", "same", "cannot")
        assert found.change in (0, None)
        assert row.cells[0] == row.cells[1]


@given(sessions(), sessions())
def test_the_other_way_round_only_the_sign_changes(first: Session, later: Session) -> None:
    there, back = compare_sessions([first, later]), compare_sessions([later, first])
    for one, other in zip(there.rows, back.rows, strict=True):
        assert one.cells == other.cells[::-1]
        a, b = one.differences[0], other.differences[0]
        assert (a.verdict, a.plus_minus, a.limit) == (b.verdict, b.plus_minus, b.limit)
        assert a.change == (None if b.change is None else -b.change)


@given(sessions(), sessions())
def test_a_comparison_survives_its_json(first: Session, later: Session) -> None:
    comparison = compare_sessions([first, later])
    assert Comparison.model_validate_json(comparison.model_dump_json()) == comparison
