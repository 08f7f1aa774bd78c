"""Verdicts on head lifts of which every angle is known."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fake_result import fake_angles
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import SLUMP, Camera, Story, make_track, perform

import slumpcv.angles
import slumpcv.bands
from slumpcv import thresholds
from slumpcv.angles import measure
from slumpcv.correction import Correction, ErrorBand, LinearCorrection
from slumpcv.isolation import RULES, judge_isolation
from slumpcv.phases import PhaseSpan
from slumpcv.segmentation import segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slumpcv.angles import Angles
    from slumpcv.session import Isolation

HOLD_S = 2.0
# Round errors, so that the tests do not depend on the shipped fit.
BANDS = {
    "knee_flexion_deg": 4.0,
    "trunk_lean_deg": 2.0,
    "slump_index": 0.02,
    "ankle_deg": 6.0,
    "neck_flexion_deg": 7.0,
}
DECIDING = {r.angle: r for r in RULES if r.decides}
BLANK = fake_angles(gap=False)


@pytest.fixture(autouse=True)
def round_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    bands = {name: ErrorBand(band, band, band) for name, band in BANDS.items()}
    monkeypatch.setattr(slumpcv.bands, "load_correction", lambda: Correction({}, bands))


def up_to_the_lift(**timing: float) -> Story:
    return Story(hold_s=HOLD_S).sit().slump().chin().knee(**timing)


def lifting(share: float = 1.0, **also: float) -> Story:
    return up_to_the_lift().lift(share, **also).sit_up().rest(2)


def only(**changes: float) -> Story:
    """Something moves when the head should come up."""
    return up_to_the_lift().change("HEAD_LIFT", **changes).sit_up().rest(2)


def told(story: Story) -> Angles:
    """The angles exactly as the story tells them."""
    time_s = story.times()
    names = ("knee_flexion_deg", "trunk_lean_deg", "head_angle_deg", "face_pitch_deg", "ankle_deg")
    values = {name: story.angle(name, time_s) for name in (*names, "slump_index")}
    values["neck_flexion_deg"] = values["head_angle_deg"] - values["trunk_lean_deg"]
    return replace(BLANK, time_s=time_s, shoulder_drop=values["slump_index"], **values)


def spans(story: Story, hold_s: float = HOLD_S) -> list[PhaseSpan]:
    return [
        PhaseSpan(p.phase, p.start_s, p.end_s, max(p.start_s, p.end_s - hold_s), p.repetition)
        for p in story.phases
    ]


def judge(story: Story, hold_s: float = HOLD_S) -> Isolation:
    return judge_isolation(told(story), spans(story, hold_s))


def hidden(story: Story, names: Iterable[str], start_s: float, end_s: float) -> Angles:
    """The story with some angles not seen for a while."""
    angles = told(story)
    away = (angles.time_s >= start_s) & (angles.time_s <= end_s)
    return replace(angles, **{n: np.where(away, np.nan, getattr(angles, n)) for n in names})


def parts(isolation: Isolation) -> list[str]:
    return [m.part for m in isolation.moved]


# --- verdicts ------------------------------------------------------------------------------------


def test_a_clean_lift_is_isolated() -> None:
    verdict = judge(lifting())
    assert verdict.isolated is True
    assert verdict.moved == verdict.reasons == ()
    assert verdict.knee_change_deg == verdict.trunk_change_deg == verdict.slump_index_change == 0


def test_the_head_lift_is_how_far_the_neck_unbends() -> None:
    assert judge(lifting()).head_lift_deg == pytest.approx(28)
    assert judge(lifting(0.9)).head_lift_deg == pytest.approx(25.2)
    assert judge(lifting(trunk_lean_deg=-10)).head_lift_deg == pytest.approx(18)
    assert judge(only(head_angle_deg=9)).head_lift_deg == pytest.approx(-9)


@pytest.mark.parametrize("by_deg", [12, 30, -12])
def test_a_knee_that_moves_along_is_named(by_deg: float) -> None:
    story = lifting(knee_flexion_deg=by_deg)
    verdict = judge(story)
    assert verdict.isolated is False
    assert verdict.knee_change_deg == pytest.approx(by_deg)
    (knee,) = verdict.moved
    assert (knee.part, knee.unit, knee.limit, knee.plus_minus) == (
        "knee",
        "deg",
        8,
        BANDS["knee_flexion_deg"],
    )
    assert knee.change == knee.worst == pytest.approx(by_deg)
    lift_s = story.start_of("HEAD_LIFT")
    assert lift_s + 1 < knee.at_s < lift_s + 2.5
    assert verdict.reasons == (f"The knee moved by {abs(by_deg):.0f}° at {knee.at_s:.1f} s.",)


def test_a_trunk_that_rises_along_is_named() -> None:
    verdict = judge(lifting(trunk_lean_deg=-9))
    assert verdict.isolated is False
    assert parts(verdict) == ["trunk"]
    assert verdict.trunk_change_deg == pytest.approx(-9)
    assert verdict.reasons[0].startswith("The trunk moved by 9°")


def test_a_slump_that_is_undone_is_named() -> None:
    undone = {name: -0.7 * change for name, change in SLUMP.items()}
    verdict = judge(lifting(**undone))
    assert verdict.isolated is False
    assert parts(verdict) == ["trunk", "back"]
    assert verdict.slump_index_change == pytest.approx(-0.105)
    assert "0.10 of the slump index" in verdict.reasons[1]


def test_a_knee_that_bends_and_comes_back_is_named() -> None:
    story = up_to_the_lift().lift(hold_s=0)
    story.change(move_s=1, hold_s=0, early_s=2, knee_flexion_deg=20)
    story.change(move_s=1, hold_s=HOLD_S, knee_flexion_deg=-20).sit_up()
    verdict = judge(story)
    assert verdict.isolated is False
    (knee,) = verdict.moved
    assert knee.change == pytest.approx(0)
    assert knee.worst == pytest.approx(20, abs=1)
    assert knee.at_s == pytest.approx(story.start_of("HEAD_LIFT") + 1, abs=0.2)
    assert "20°" in verdict.reasons[0] or "19°" in verdict.reasons[0]


def test_one_bad_frame_is_no_movement() -> None:
    angles = told(story := lifting())
    angles.knee_flexion_deg[np.searchsorted(angles.time_s, story.start_of("HEAD_LIFT") + 1)] += 40
    assert judge_isolation(angles, spans(story)).isolated is True


def test_what_moves_after_the_lift_does_not_count() -> None:
    story = up_to_the_lift().lift().sit_up(move_s=1).rest(2)
    assert judge(story).isolated is True


def test_two_parts_that_move_are_both_named() -> None:
    verdict = judge(lifting(knee_flexion_deg=15, trunk_lean_deg=-8))
    assert verdict.isolated is False
    assert parts(verdict) == ["knee", "trunk"]
    assert len(verdict.reasons) == 2


def test_an_ankle_that_moves_is_a_remark() -> None:
    verdict = judge(lifting(ankle_deg=-15))
    assert verdict.isolated is True
    assert parts(verdict) == ["ankle"]
    (remark,) = verdict.reasons
    assert remark.startswith("The ankle moved by 15°")
    assert "advisory" in remark


def test_the_first_of_two_lifts_is_judged() -> None:
    story = up_to_the_lift().lift().change("NECK_FLEXION", head_angle_deg=28, face_pitch_deg=65)
    assert judge(story.lift(knee_flexion_deg=30).sit_up()).isolated is True


def test_a_lift_in_the_second_repetition_is_compared_with_the_recovery_before() -> None:
    # Recovered with the chin 20 degrees lower: the neck is then flexed by 15, and 10 are enough.
    story = up_to_the_lift().sit_up().change(head_angle_deg=20).again()
    story.change("SLUMP", trunk_lean_deg=25, slump_index=0.15, head_angle_deg=25)
    story.change("NECK_FLEXION", head_angle_deg=15).knee().change("HEAD_LIFT", head_angle_deg=-10)
    assert judge(story.sit_up()).isolated is True


def test_stated_errors_are_those_of_the_correction() -> None:
    for story in (lifting(), up_to_the_lift().sit_up()):
        assert judge(story).plus_minus == {
            "knee_change_deg": BANDS["knee_flexion_deg"],
            "trunk_change_deg": BANDS["trunk_lean_deg"],
            "slump_index_change": BANDS["slump_index"],
            "ankle_change_deg": BANDS["ankle_deg"],
            "head_lift_deg": BANDS["neck_flexion_deg"],
        }


# --- every limit from both sides -------------------------------------------------------------------


# The back's limits rest on the measured error and move with it; those of the protocol do not.
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("angle", "amount", "isolated", "said"),
    [
        ("knee_flexion_deg", 4.95, True, None),
        ("knee_flexion_deg", 5.05, True, "The knee may have moved a little (5°)."),
        ("knee_flexion_deg", 6, True, "The knee may have moved a little (6°)."),
        ("knee_flexion_deg", 7.95, True, "The knee may have moved a little (8°)."),
        ("knee_flexion_deg", 8.05, False, "The knee moved"),
        ("trunk_lean_deg", 4.95, True, None),
        ("trunk_lean_deg", 5.05, False, "The trunk moved"),
        ("slump_index", thresholds.SLUMP_INDEX_STILL - 0.0005, True, None),
        (
            "slump_index",
            thresholds.SLUMP_INDEX_STILL + 0.0005,
            True,
            "The back may have moved a little (0.03 of",
        ),
        ("slump_index", thresholds.SLUMP_INDEX_MOVED - 0.0005, True, "The back may have moved a little"),
        (
            "slump_index",
            thresholds.SLUMP_INDEX_MOVED + 0.0005,
            None,
            "It is too close to call whether the back",
        ),
        (
            "slump_index",
            thresholds.SLUMP_INDEX_CERTAIN - 0.0005,
            None,
            "It is too close to call whether the back",
        ),
        ("slump_index", thresholds.SLUMP_INDEX_CERTAIN + 0.0005, False, "The back moved"),
        ("ankle_deg", 9.95, True, None),
        ("ankle_deg", 10.05, True, "The ankle moved"),
    ],
)
def test_how_far_a_part_may_move(
    angle: str, amount: float, isolated: bool | None, said: str | None, sign: int
) -> None:
    verdict = judge(lifting(**{angle: sign * amount}))
    assert verdict.isolated is isolated
    assert len(verdict.reasons) == (said is not None)
    assert said is None or verdict.reasons[0].startswith(said)


@pytest.mark.parametrize(("away", "isolated"), [(11.5, True), (12.5, False)])
def test_an_excursion_has_to_pass_the_limit_by_the_error(away: float, isolated: bool) -> None:
    story = up_to_the_lift().lift(hold_s=0)
    story.change(move_s=0.5, hold_s=0.5, early_s=1.5, knee_flexion_deg=away)
    story.change(move_s=0.5, hold_s=HOLD_S, knee_flexion_deg=-away).sit_up()
    assert judge(story).isolated is isolated


TOO_SMALL = "The head was lifted too little to judge."


@pytest.mark.parametrize(
    ("chin_deg", "lift", "enough"),
    [
        # The neck is flexed by 35: half of that is needed.
        (0, {"head_angle_deg": -10}, False),
        (0, {"head_angle_deg": -17.4}, False),
        (0, {"head_angle_deg": -17.6}, True),
        # By 55: 20 degrees are needed.
        (20, {"head_angle_deg": -19.9}, False),
        (20, {"head_angle_deg": -20.1}, True),
        # A nod shows in the face alone.
        (0, {"face_pitch_deg": -19.9}, False),
        (0, {"face_pitch_deg": -20.1}, True),
        # Further down is no lift.
        (0, {"head_angle_deg": 25, "face_pitch_deg": 25}, False),
    ],
)
def test_how_far_the_head_must_come_up(chin_deg: float, lift: dict[str, float], enough: bool) -> None:
    story = up_to_the_lift().change(head_angle_deg=chin_deg).change("HEAD_LIFT", **lift).sit_up()
    verdict = judge(story)
    assert verdict.isolated is (True if enough else None)
    assert verdict.reasons == (() if enough else (TOO_SMALL,))
    assert verdict.head_lift_deg == pytest.approx(-lift.get("head_angle_deg", 0))


def test_a_lift_of_ten_degrees_with_the_whole_head_is_too_small() -> None:
    assert judge(only(head_angle_deg=-10, face_pitch_deg=-10)).reasons == (TOO_SMALL,)


# --- no verdict ------------------------------------------------------------------------------------


def test_without_a_lift_there_is_no_verdict() -> None:
    verdict = judge(up_to_the_lift().sit_up())
    assert verdict.isolated is None
    assert verdict.reasons == ("The head was not lifted, or the lift could not be seen.",)
    assert verdict.head_lift_deg is verdict.knee_change_deg is None


def test_without_any_phase_there_is_no_verdict() -> None:
    assert judge_isolation(told(lifting()), []).isolated is None


@pytest.mark.parametrize("story", [lifting(), lifting(knee_flexion_deg=30), up_to_the_lift().sit_up()])
def test_what_is_unusable_gets_no_verdict_but_that_reason(story: Story) -> None:
    verdict = judge_isolation(told(story), spans(story), "It was night.")
    assert verdict.isolated is None
    assert verdict.reasons == ("It was night.",)


@pytest.mark.parametrize("angle", DECIDING)
@pytest.mark.parametrize("when", ["before", "while lifting", "after"])
def test_a_part_that_is_hidden_gives_no_verdict(angle: str, when: str) -> None:
    story = lifting()
    lift_s = story.start_of("HEAD_LIFT")
    start_s = {"before": lift_s - 2, "while lifting": lift_s, "after": lift_s + 2}[when]
    verdict = judge_isolation(hidden(story, [angle], start_s, start_s + 2), spans(story))
    assert verdict.isolated is None
    assert verdict.reasons == (f"It could not be seen whether {DECIDING[angle].words} stayed still.",)


def test_a_part_that_is_hidden_for_a_moment_may_be_judged() -> None:
    story = lifting()
    lift_s = story.start_of("HEAD_LIFT")
    angles = hidden(story, DECIDING, lift_s + 0.5, lift_s + 1.0)
    assert judge_isolation(angles, spans(story)).isolated is True


@pytest.mark.parametrize("head_seen", [True, False])
def test_a_head_that_is_hidden_after_the_lift_gives_no_verdict(head_seen: bool) -> None:
    story = lifting()
    names = ["head_angle_deg", "neck_flexion_deg", *([] if head_seen else ["face_pitch_deg"])]
    verdict = judge_isolation(hidden(story, names, story.start_of("RETURN") - 2.5, 99), spans(story))
    assert verdict.head_lift_deg is None
    # The face alone may show the lift.
    assert verdict.isolated is (True if head_seen else None)
    assert verdict.reasons == (() if head_seen else ("It could not be seen how far the head came up.",))


def test_what_was_seen_to_move_counts_though_another_part_was_hidden() -> None:
    story = lifting(trunk_lean_deg=-12)
    verdict = judge_isolation(hidden(story, ["knee_flexion_deg"], 0, 99), spans(story))
    assert verdict.isolated is False
    assert parts(verdict) == ["trunk"]


def test_a_part_that_moves_and_is_then_hidden_has_moved() -> None:
    story = lifting(knee_flexion_deg=30)
    hold_s = story.start_of("RETURN") - HOLD_S
    verdict = judge_isolation(hidden(story, ["knee_flexion_deg"], hold_s, 99), spans(story))
    assert verdict.isolated is False
    assert verdict.knee_change_deg is None
    (knee,) = verdict.moved
    assert knee.change == knee.worst == pytest.approx(30, abs=1)
    assert verdict.reasons == (f"The knee moved by 30° at {knee.at_s:.1f} s.",)


# --- a hurried lift ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by_deg", "isolated"), [(0, True), (3.5, True), (6, None), (9, None), (12.5, False), (30, False)]
)
@pytest.mark.parametrize("hurried", ["before", "after"])
def test_short_holds_need_the_whole_error_beyond_the_limit(
    hurried: str, by_deg: float, isolated: bool | None
) -> None:
    short = {"before": (0.2, HOLD_S), "after": (HOLD_S, 0.2)}[hurried]
    story = up_to_the_lift(hold_s=short[0]).lift(hold_s=short[1], knee_flexion_deg=by_deg).sit_up()
    told_spans = [
        replace(s, hold_start_s=s.start_s + 2) if s.phase in ("KNEE_EXTENSION", "HEAD_LIFT") else s
        for s in spans(story)
    ]
    verdict = judge_isolation(told(story), told_spans)
    assert verdict.isolated is isolated
    if isolated is None:
        assert verdict.reasons == (
            "The holds around the head lift were too short to tell whether the knee stayed still.",
        )


# --- whatever happens ----------------------------------------------------------------------------------

changes = st.fixed_dictionaries(
    {
        "knee_flexion_deg": st.floats(-20, 20),
        "trunk_lean_deg": st.floats(-12, 12),
        "slump_index": st.floats(-0.12, 0.12),
        "ankle_deg": st.floats(-20, 20),
        "head_angle_deg": st.floats(-50, 10),
    }
)
gaps = st.lists(
    st.tuples(st.sampled_from([*DECIDING, "head_angle_deg"]), st.floats(-3, 4), st.floats(0, 4)), max_size=3
)


@settings(deadline=None, max_examples=150)
@given(changes, gaps)
def test_a_verdict_stands_on_what_was_seen(
    moves: dict[str, float], hide: list[tuple[str, float, float]]
) -> None:
    story = only(**moves)
    lift_s = story.start_of("HEAD_LIFT")
    angles = told(story)
    for name, start_s, for_s in hide:
        away = (angles.time_s >= lift_s + start_s) & (angles.time_s <= lift_s + start_s + for_s)
        getattr(angles, name)[away] = np.nan
    angles.neck_flexion_deg[:] = angles.head_angle_deg - angles.trunk_lean_deg
    verdict = judge_isolation(angles, spans(story))
    deciding = {r.part for r in DECIDING.values()}
    if verdict.isolated is True:
        for rule in DECIDING.values():
            change = getattr(verdict, rule.field)
            assert change is not None
            assert abs(change) <= rule.moved + 0.005
        assert verdict.head_lift_deg is not None
        assert verdict.head_lift_deg > 0
        assert not deciding & set(parts(verdict))
    elif verdict.isolated is False:
        assert deciding & set(parts(verdict))
    assert verdict.isolated is True or verdict.reasons
    assert all(math.isfinite(m.change) and math.isfinite(m.worst) for m in verdict.moved)


# --- from landmarks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("also", "isolated", "moved"),
    [
        ({}, True, []),
        ({"knee_flexion_deg": 6}, True, []),
        ({"knee_flexion_deg": 12}, False, ["knee"]),
        ({"trunk_lean_deg": -9}, False, ["trunk"]),
        ({"slump_index": -0.1}, False, ["back"]),
    ],
)
def test_a_filmed_lift_gets_the_same_verdict(
    also: dict[str, float], isolated: bool, moved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    none = LinearCorrection((), (), (), (), 0.0)
    shortening = LinearCorrection(("shortening",), (0.0,), (1.0,), (1.0,), 0.0)
    names = ("knee_flexion_deg", "trunk_lean_deg", "head_angle_deg", "face_pitch_deg", "ankle_deg")
    exact = Correction(dict.fromkeys(names, none) | {"slump_index": shortening}, {})
    monkeypatch.setattr(slumpcv.angles, "load_correction", lambda: exact)
    story = lifting(**also)
    angles = measure(make_track(story, story.times(), Camera()))
    verdict = judge_isolation(angles, segment(angles))
    assert verdict.isolated is isolated
    assert [p for p in parts(verdict) if p != "ankle"] == moved


def test_a_filmed_test_without_a_lift_gets_no_verdict() -> None:
    story = perform(lift=None)
    angles = measure(make_track(story, story.times()))
    assert judge_isolation(angles, segment(angles)).isolated is None
