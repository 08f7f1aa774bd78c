"""What a reviewer may say about a clip, and what is refused in plain words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from synthetic import STANDING, Camera, Story, make_track, perform

from slumpcv.analysis import Analysis, analyze_track
from slumpcv.errors import InputError
from slumpcv.language import LANGUAGES, speaking
from slumpcv.review.corrections import (
    Corrections,
    HandMeasure,
    KeyPoint,
    check_fits,
    corrected_phases,
    read_corrections,
    repetitions,
)

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = "BASELINE SLUMP NECK_FLEXION KNEE_EXTENSION HEAD_LIFT RETURN RECOVERY"


@cache
def whole() -> Analysis:
    story = perform()
    return analyze_track(make_track(story, story.times()))


def tiled(names: str, gaps: dict[int, float] | None = None) -> list[dict[str, Any]]:
    """Phases of two seconds each, one after the other; before some of them time belongs to none."""
    phases, now_s = [], 0.0
    for i, name in enumerate(names.split()):
        now_s += (gaps or {}).get(i, 0.0)
        phases.append({"phase": name, "start_s": now_s, "end_s": now_s + 2.0})
        now_s += 2.0
    return phases


def read(names: str, gaps: dict[int, float] | None = None) -> Corrections:
    return read_corrections({"phases": tiled(names, gaps)})


@pytest.mark.parametrize(
    "names",
    [
        "",
        WHOLE,
        "SLUMP KNEE_EXTENSION HEAD_LIFT",
        "BASELINE NECK_FLEXION SLUMP KNEE_EXTENSION DORSIFLEXION HEAD_LIFT RETURN",
        "BASELINE SLUMP NECK_FLEXION HEAD_LIFT NECK_FLEXION HEAD_LIFT RETURN",
        f"{WHOLE} SLUMP NECK_FLEXION KNEE_EXTENSION HEAD_LIFT RETURN RECOVERY",
    ],
)
def test_what_a_test_can_be_is_taken(names: str) -> None:
    assert [p.phase for p in read(names).phases or ()] == names.split()


@pytest.mark.parametrize(
    ("names", "gaps", "says"),
    [
        ("HEAD_LIFT RETURN", {}, "cannot be the first"),
        ("BASELINE HEAD_LIFT", {}, "cannot come right after"),
        ("BASELINE SLUMP RECOVERY", {}, "cannot come right after"),
        ("BASELINE SLUMP KNEE_EXTENSION SLUMP", {}, "comes twice"),
        ("BASELINE NECK_FLEXION SLUMP NECK_FLEXION", {}, "comes twice"),
        ("BASELINE SLUMP", {1: -0.5}, "before"),
        ("BASELINE SLUMP", {1: 0.2}, "belong to no phase"),
        ("BASELINE SLUMP KNEE_EXTENSION HEAD_LIFT", {3: 2.0}, "belong to no phase"),
    ],
)
def test_what_no_test_can_be_is_refused_in_plain_words(names: str, gaps: dict[int, float], says: str) -> None:
    with pytest.raises(InputError) as refused:
        read(names, gaps)
    assert says in refused.value.problem
    assert refused.value.fix.endswith(".")


@pytest.mark.parametrize(
    "data",
    [
        {"phases": [{"phase": "SLUMP", "start_s": 2, "end_s": 1}]},
        {"phases": [{"phase": "SLUMP", "start_s": 1, "end_s": 2, "hold_start_s": 3}]},
        {"phases": [{"phase": "SLUMP", "start_s": float("nan"), "end_s": 2}]},
        {"phases": [{"phase": "SLUMP", "start_s": -1, "end_s": 2}]},
        {"phases": [{"phase": "JUMP", "start_s": 0, "end_s": 2}]},
        {"points": [{"landmark": 33, "time_s": 1, "x_px": 1, "y_px": 1}]},
        {"points": [{"landmark": 3, "time_s": 1, "x_px": float("inf"), "y_px": 1}]},
        {"points": 2 * [{"landmark": 3, "time_s": 1, "x_px": 1, "y_px": 1}]},
        {"measures": [{"id": "a", "time_s": 1, "kind": "goniometer", "points_px": [[1, 1]], "angle_deg": 1}]},
        {"marks": [{"intensity": 4}]},
        {"schema_version": 2},
        {"surprise": 1},
        None,
    ],
)
def test_a_bad_state_never_comes_in(data: object) -> None:
    for language in LANGUAGES:
        with speaking(language), pytest.raises(InputError):
            read_corrections(data)


def up_and_down() -> Story:
    """A whole test, then the person gets up, sits down and does it again."""
    story = perform().go_to(STANDING, move_s=1.5, hold_s=2)
    story.go_to(Story()._start, move_s=1.5, hold_s=0)
    return story.again().sit(3).slump().chin().knee().lift().sit_up().rest(2)


@pytest.mark.parametrize(
    "story",
    [
        perform,
        lambda: perform(toes=True),
        lambda: perform(lift=None),
        lambda: perform(chin=False),
        lambda: Story().sit().slump_with_chin().knee().lift().sit_up().rest(3),
        lambda: perform().again().slump().chin().knee().lift().sit_up().rest(3),
        up_and_down,
    ],
)
def test_what_the_machine_finds_is_a_state_that_a_reviewer_may_begin_with(story: Callable[[], Story]) -> None:
    told = story()
    analysis = analyze_track(make_track(told, told.times()))
    phases = corrected_phases(analysis.spans)
    assert len(phases) >= 4
    taken = Corrections(phases=phases)
    check_fits(taken, analysis.track)
    counted = [n for n, one_go in enumerate(repetitions(phases), start=1) for _ in one_go]
    assert counted == [s.repetition for s in analysis.spans]


@pytest.mark.parametrize(
    "corrections",
    [
        Corrections.model_validate({"phases": tiled("BASELINE SLUMP NECK_FLEXION", {1: 60.0})}),
        Corrections(points=(KeyPoint(landmark=26, time_s=99, x_px=1, y_px=1),)),
        Corrections(points=(KeyPoint(landmark=26, time_s=9, x_px=Camera().size_px[0] + 1, y_px=1),)),
        Corrections(
            measures=(
                HandMeasure(id="a", time_s=1, kind="vertical", points_px=((0, 0), (0, -1)), angle_deg=0),
            )
        ),
    ],
)
def test_what_lies_outside_of_the_clip_is_refused(corrections: Corrections) -> None:
    with pytest.raises(InputError):
        check_fits(corrections, whole().track)
