"""Angles by hand on a paused picture, beside the automatic ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import Camera, make_track, perform

from slumpcv.angles import Angles, measure
from slumpcv.body import landmark
from slumpcv.errors import InputError
from slumpcv.review.corrections import HandMeasure
from slumpcv.review.hand import beside, goniometer_deg, measured_deg, vertical_deg

TURN = st.floats(0, 359)


@settings(max_examples=50, deadline=None)
@given(TURN, st.floats(0, 180), st.floats(10, 300), st.floats(10, 300))
def test_a_goniometer_reads_the_angle_at_the_middle_point(
    turn_deg: float, angle_deg: float, one_px: float, other_px: float
) -> None:
    def at(deg: float, length_px: float) -> tuple[float, float]:
        return (
            320 + length_px * float(np.cos(np.radians(deg))),
            240 + length_px * float(np.sin(np.radians(deg))),
        )

    first, last = at(turn_deg, one_px), at(turn_deg + angle_deg, other_px)
    assert goniometer_deg(first, (320, 240), last) == pytest.approx(angle_deg, abs=1e-6)
    assert goniometer_deg(last, (320, 240), first) == pytest.approx(angle_deg, abs=1e-6)


@pytest.mark.parametrize(
    ("upper", "right", "left"),
    [
        ((100, 50), 0, 0),
        ((150, 50), 45, -45),
        ((50, 50), -45, 45),
        ((150, 100), 90, -90),
        ((50, 150), -135, 135),
    ],
)
def test_forward_is_where_the_person_looks(upper: tuple[float, float], right: float, left: float) -> None:
    assert vertical_deg((100, 100), upper, "right") == pytest.approx(right)
    assert vertical_deg((100, 100), upper, "left") == pytest.approx(left)


@pytest.mark.parametrize("points", [((1, 1), (2, 1), (90, 90)), ((90, 90), (1, 1), (2, 1)), ((5, 5), (5, 6))])
def test_points_that_lie_together_give_no_angle(points: tuple[tuple[float, float], ...]) -> None:
    kind = "goniometer" if len(points) == 3 else "vertical"
    measure = HandMeasure(id="a", time_s=1, kind=kind, points_px=points, angle_deg=0)
    with pytest.raises(InputError):
        measured_deg(measure, "right")


@cache
def filmed(facing: str) -> tuple[np.ndarray, Angles]:
    story = perform()
    track = make_track(story, story.times(), Camera(facing=facing))  # type: ignore[arg-type]
    return track.landmarks_px, measure(track)


@pytest.mark.parametrize("facing", ["left", "right"])
def test_the_points_of_the_model_give_its_own_knee(facing: str) -> None:
    px, angles = filmed(facing)
    i = 200
    points = tuple(
        (float(x), float(y))
        for x, y in (px[i, landmark(j, angles.side)] for j in ("hip", "knee", "ankle"))  # type: ignore[arg-type]
    )
    by_hand = HandMeasure(
        id="a", time_s=float(angles.time_s[i]), kind="goniometer", points_px=points, angle_deg=0
    )
    (knee,) = beside(angles, by_hand)
    assert knee.angle == "knee_flexion_deg"
    assert knee.difference_deg == pytest.approx(0, abs=0.5)
    assert knee.plus_minus_deg == pytest.approx(5.6, abs=0.1)
    assert knee.beyond_error is False
    trunk = by_hand.model_copy(update={"kind": "vertical", "points_px": ((0.0, 90.0), (0.0, 0.0))})
    assert [b.angle for b in beside(angles, trunk)] == ["trunk_lean_deg", "head_angle_deg"]
    assert [b.hand_deg for b in beside(angles, trunk)] == [0, 0]


def test_a_picture_that_was_not_measured_has_nothing_beside_it() -> None:
    _, angles = filmed("right")
    late = HandMeasure(
        id="a", time_s=99, kind="goniometer", points_px=((0, 0), (50, 0), (50, 50)), angle_deg=90
    )
    (knee,) = beside(angles, late)
    assert (knee.hand_deg, knee.automatic_deg, knee.difference_deg, knee.beyond_error) == (
        90,
        None,
        None,
        None,
    )
