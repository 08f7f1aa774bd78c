"""The raised hand, and everything that hands do besides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from synthetic import FOREARM, TRUNK, UPPER_ARM, Story, figure

from slumpcv.body import NOSE, landmark
from slumpcv.live.hand import HEAD_DWELL_S, KNUCKLE, UNSEEN_S, RaisedHand

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Points = NDArray[np.float64]

FPS = 12.0
TALL = figure(Story().sit(1), np.zeros(1))[0]
SLUMPED = figure(Story(1.0, 1.0).sit(1).slump().chin(), np.array([5.0]))[0]
RIGHT = {joint: landmark(joint, "right") for joint in ("ear", "shoulder", "elbow", "wrist", "hip", "knee")}


def towards(deg: float) -> Points:
    return np.array([math.cos(math.radians(deg)), math.sin(math.radians(deg))])


def arm(body: Points, upper_deg: float, fore_deg: float, fore: float = FOREARM) -> Points:
    """The near arm with its parts at these elevations, forward 0 and up 90."""
    points = body.copy()
    elbow = points[RIGHT["shoulder"]] + UPPER_ARM * towards(upper_deg)
    wrist = elbow + fore * towards(fore_deg)
    points[RIGHT["elbow"]], points[RIGHT["wrist"]] = elbow, wrist
    points[KNUCKLE["right"]] = wrist + 0.15 * towards(fore_deg)
    return points


def hand_at(body: Points, place: Points) -> Points:
    """The near hand at a place, with the elbow below and a little behind it."""
    points = body.copy()
    points[KNUCKLE["right"]] = place
    points[RIGHT["wrist"]] = place - 0.15 * towards(60)
    points[RIGHT["elbow"]] = points[RIGHT["wrist"]] - FOREARM * towards(60)
    return points


def watch(*acts: tuple[float, Callable[[float], Points] | Points | None]) -> list[tuple[float, bool]]:
    """When the hand was up: acts follow each other, each so many seconds; None hides the wrist."""
    hand, ups = RaisedHand("right"), []
    begin_s = 0.0
    for seconds, act in acts:
        for k in range(round(seconds * FPS)):
            points = TALL if act is None else act(k / FPS) if callable(act) else act
            seen = np.full(33, 0.9)
            seen[RIGHT["wrist"]] = 0.2 if act is None else 0.9
            ups.append((begin_s + k / FPS, hand.step(begin_s + k / FPS, points, seen, TRUNK)))
        begin_s += seconds
    return ups


def is_up(ups: list[tuple[float, bool]], at_s: float) -> bool:
    return next(up for time_s, up in ups if time_s >= at_s)


@pytest.mark.parametrize("body", [TALL, SLUMPED], ids=["tall", "slumped"])
@pytest.mark.parametrize(
    ("upper_deg", "fore_deg"),
    [(-70, 70), (-80, 85), (-30, 60), (0, 5), (20, 30), (75, 85), (-120, 100), (-45, 45)],
)
def test_a_raised_hand_or_forearm_is_a_sign(body: Points, upper_deg: float, fore_deg: float) -> None:
    ups = watch((2.0, body_at_rest(body)), (3.0, arm(body, upper_deg, fore_deg)), (2.0, body_at_rest(body)))
    assert not is_up(ups, 2.2)
    assert is_up(ups, 2.0 + HEAD_DWELL_S + 0.2)
    assert is_up(ups, 4.9)
    assert not is_up(ups, 5.6)


def body_at_rest(body: Points) -> Points:
    return arm(body, -80, -20)


def thigh(time_s: float) -> Points:
    """Rubbing along the thigh."""
    place = SLUMPED[RIGHT["hip"]] + [0.5 + 0.3 * math.sin(6 * time_s), 0.12]
    return hand_at(SLUMPED, place)


def cheek(time_s: float) -> Points:
    """Scratching the cheek."""
    place = TALL[RIGHT["ear"]] + [0.1 + 0.12 * math.sin(9 * time_s), -0.05 + 0.12 * math.cos(9 * time_s)]
    return hand_at(TALL, place)


def brow(time_s: float) -> Points:
    """Wiping the forehead, bent forward."""
    return hand_at(SLUMPED, SLUMPED[NOSE] + [0.0, 0.1] + 0.2 * math.sin(5 * time_s) * towards(-30))


@pytest.mark.parametrize(
    "act",
    [
        thigh,
        cheek,
        brow,
        arm(SLUMPED, -80, -25),
        arm(TALL, -115, -130),
        arm(TALL, -100, -95),
        arm(TALL, -70, 15, 0.25),
        arm(TALL, -75, 60, 0.2),
        arm(SLUMPED, -60, -40),
    ],
    ids=["thigh", "cheek", "brow", "on the thigh", "behind", "on the seat", "folded", "folded high", "knee"],
)
def test_fidgeting_is_no_sign(act: Callable[[float], Points] | Points) -> None:
    ups = watch((1.0, body_at_rest(TALL)), (2.5, act), (1.0, body_at_rest(TALL)))
    assert not any(up for _, up in ups)


def test_a_hand_that_comes_down_from_the_face_is_no_sign() -> None:
    down = [arm(TALL, -75, fore_deg) for fore_deg in (60, 35, 10, -10)]
    ups = watch((1.0, cheek), (0.35, lambda s: down[int(s * FPS) % 4]), (1.0, body_at_rest(TALL)))
    assert not any(up for _, up in ups)


def test_a_sign_is_dated_back_to_when_the_hand_went_up_and_came_down() -> None:
    hand, seen = RaisedHand("right"), np.full(33, 0.9)
    since = []
    for k in range(72):
        raised = 2.0 <= k / FPS < 4.0
        hand.step(k / FPS, arm(TALL, -30, 60) if raised else body_at_rest(TALL), seen, TRUNK)
        since.append(hand.since_s)
    assert since[35] == pytest.approx(2.0)
    assert since[71] == pytest.approx(4.0)


def test_a_wrist_lost_for_a_moment_changes_nothing_and_for_longer_ends_the_sign() -> None:
    up = arm(TALL, -30, 60)
    ups = watch((1.0, body_at_rest(TALL)), (1.0, up), (0.5, None), (1.0, up), (UNSEEN_S + 0.5, None))
    assert all(is_up(ups, at_s) for at_s in (1.9, 2.4, 3.4))
    assert not is_up(ups, 3.5 + UNSEEN_S + 0.2)
    assert not any(up for _, up in watch((3.0, None)))
