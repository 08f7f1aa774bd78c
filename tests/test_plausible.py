"""What of a skeleton is believed, and legs that are put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from synthetic import Story, figure, perform

from slumpcv.body import LEG, landmark
from slumpcv.plausible import Plausible, keep_plausible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

STORY = perform()
TIME_S = STORY.times(15)
KNEE, ANKLE, HEEL, TOE, HIP, SHOULDER = (
    landmark(j, "right") for j in ("knee", "ankle", "heel", "toe", "hip", "shoulder")
)
LEG_OF_NEAR = [landmark(joint, "right") for joint in LEG]
HOLD = slice(int(11.5 * 15), int(12.5 * 15))
REASONS = {"not_found", "torso_length", "thigh", "shank_length", "guessed", "jump", "legs_swapped"}


def drawn(far_ahead: float = 0.05) -> Points:
    return figure(STORY, TIME_S, "right", far_ahead) * 100.0


def keep(points: Points, visibility: NDArray[np.float64] | None = None) -> Plausible:
    seen = np.full(points.shape[:2], 0.95) if visibility is None else visibility
    return keep_plausible(points, seen, TIME_S[: len(points)], "right")


def counted(kept: Plausible) -> dict[str, int]:
    """The reasons that occurred."""
    return {reason: n for reason, n in kept.reasons.items() if n}


def test_a_good_skeleton_is_believed_whole() -> None:
    kept = keep(drawn())
    np.testing.assert_array_equal(kept.points, drawn())
    assert set(kept.reasons) == REASONS
    assert counted(kept) == {}
    assert not kept.shank_hidden.any()
    assert kept.thigh_px == pytest.approx(100.0)


def test_the_hasty_are_believed_too() -> None:
    story = perform(move_s=0.6, hold_s=1.0)
    time_s = story.times(15)
    kept = keep_plausible(figure(story, time_s) * 100, np.full((len(time_s), 33), 0.95), time_s, "right")
    assert counted(kept) == {}


def test_what_was_given_is_not_changed() -> None:
    points = drawn()
    points[HOLD, ANKLE] += 500
    before = points.copy()
    keep(points)
    np.testing.assert_array_equal(points, before)


def test_a_shank_that_is_too_short_is_hidden() -> None:
    points = drawn()
    points[HOLD, ANKLE] = points[HOLD, KNEE] + 0.5 * (points[HOLD, ANKLE] - points[HOLD, KNEE])
    kept = keep(points)
    assert counted(kept)["shank_length"] == 15
    assert np.isnan(kept.points[HOLD, [ANKLE]]).all()
    assert np.isfinite(kept.points[:, [KNEE, HIP, SHOULDER]]).all()
    assert np.flatnonzero(kept.shank_hidden).tolist() == list(range(HOLD.start, HOLD.stop))


def test_a_guessed_ankle_is_hidden() -> None:
    visibility = np.full((len(TIME_S), 33), 0.95)
    visibility[HOLD, ANKLE] = 0.1
    kept = keep(drawn(), visibility)
    assert counted(kept) == {"guessed": 15}
    for joint in (ANKLE, HEEL, TOE):
        assert np.isnan(kept.points[HOLD, joint]).all()
        assert np.isnan(kept.points[:, joint, 0]).sum() == 15
    assert kept.shank_hidden.sum() == 15


def test_a_thigh_that_is_too_long_loses_the_whole_leg() -> None:
    points = drawn()
    for joint in (KNEE, ANKLE, HEEL, TOE):
        points[HOLD, joint] += [50, 0]
    kept = keep(points)
    assert counted(kept)["thigh"] == 15
    assert np.isnan(kept.points[HOLD, [KNEE]]).all()
    assert np.isnan(kept.points[HOLD, [ANKLE]]).all()
    assert np.isfinite(kept.points[:, SHOULDER]).all()


def test_an_impossible_trunk_loses_the_frame() -> None:
    points = drawn()
    points[HOLD, SHOULDER] = points[HOLD, HIP] + 0.2 * (points[HOLD, SHOULDER] - points[HOLD, HIP])
    kept = keep(points)
    assert counted(kept)["torso_length"] == 15
    assert np.isnan(kept.points[HOLD]).all()


@pytest.mark.parametrize("frames", [1, 2])
def test_a_joint_that_jumps_is_lost_for_as_long(frames: int) -> None:
    points = drawn()
    points[100 : 100 + frames, TOE] += [60, 60]
    kept = keep(points)
    assert counted(kept) == {"jump": frames}
    assert np.flatnonzero(np.isnan(kept.points[:, TOE, 0])).tolist() == list(range(100, 100 + frames))


def test_frames_without_anybody_are_counted_and_harm_nobody() -> None:
    points = drawn()
    points[60:70] = np.nan
    kept = keep(points)
    assert counted(kept) == {"not_found": 10}
    expected = drawn()
    expected[60:70] = np.nan
    np.testing.assert_array_equal(kept.points, expected)


def test_nobody_at_all() -> None:
    kept = keep(np.full((len(TIME_S), 33, 2), np.nan))
    assert counted(kept) == {"not_found": len(TIME_S)}
    assert np.isnan(kept.thigh_px)
    assert counted(keep(np.full((0, 33, 2), np.nan))) == {}


# --- legs that the model exchanged ----------------------------------------------------------------


def exchanged(points: Points, frames: slice) -> Points:
    """The same skeleton with the labels of the legs traded in some frames."""
    out = points.copy()
    for joint in LEG[1:]:
        near, far = landmark(joint, "right"), landmark(joint, "left")
        out[frames, near], out[frames, far] = points[frames, far], points[frames, near]
    return out


@pytest.mark.parametrize(("from_s", "to_s"), [(11.5, 12.5), (10.0, 14.0), (12.0, 12.07)])
@pytest.mark.parametrize("noise_px", [0.0, 1.0])
def test_exchanged_legs_are_put_right(from_s: float, to_s: float, noise_px: float) -> None:
    """The near leg is up, or rising: the two legs are well apart."""
    points = drawn() + np.random.default_rng(0).normal(0, noise_px, (len(TIME_S), 33, 2))
    swap = slice(int(from_s * 15), int(to_s * 15) + 1)
    kept = keep(exchanged(points, swap))
    assert counted(kept) == {"legs_swapped": swap.stop - swap.start}
    np.testing.assert_array_equal(kept.points, keep(points).points)


def test_legs_exchanged_while_they_overlap_are_put_right_once_apart() -> None:
    """The labels trade places while both legs hang down, and the wrong one is seen to rise."""
    points = drawn(far_ahead=0.08)
    swap = slice(4 * 15, 13 * 15)
    kept = keep(exchanged(points, swap))
    assert kept.reasons["legs_swapped"] > 0
    apart = TIME_S > 11.5
    np.testing.assert_allclose(kept.points[apart][:, LEG_OF_NEAR], points[apart][:, LEG_OF_NEAR])


def test_a_swap_that_lasts_from_the_lifted_leg_to_the_end_is_put_right() -> None:
    points = drawn()
    kept = keep(exchanged(points, slice(200, len(TIME_S))))
    assert counted(kept) == {"legs_swapped": len(TIME_S) - 200}
    np.testing.assert_array_equal(kept.points, points)


def test_legs_exchanged_and_nobody_seen_for_a_moment_in_between() -> None:
    points = drawn()
    points[185:188] = np.nan
    swap = slice(175, 200)
    kept = keep(exchanged(points, swap))
    expected = points[:, LEG_OF_NEAR]
    np.testing.assert_array_equal(kept.points[:, LEG_OF_NEAR], expected)


def test_legs_that_cross_are_left_alone() -> None:
    story = Story().sit(2).knee(move_s=1.0, hold_s=0.5)
    story.change(move_s=1.0, hold_s=0.5, knee_flexion_deg=90)  # the shank swings back past the far one
    time_s = story.times(30)
    points = figure(story, time_s, "right", 0.0) * 100
    kept = keep_plausible(points, np.full((len(time_s), 33), 0.95), time_s, "right")
    assert counted(kept) == {}
