"""One signal, split into rests and movements."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from synthetic import minimum_jerk

from slumpcv.motion import MotionDetector, Movement

Series = NDArray[np.float64]
THRESHOLD = 6.0


def signal(
    *moves: tuple[float, float, float], seconds: float = 12.0, fps: float = 15.0
) -> tuple[Series, Series]:
    """A signal that starts at 10 and makes moves of (start_s, duration_s, change)."""
    time_s = np.arange(0, seconds, 1 / fps)
    values = np.full(len(time_s), 10.0)
    for start_s, duration_s, change in moves:
        values += change * minimum_jerk((time_s - start_s) / duration_s)
    return time_s, values


def feed(time_s: Series, values: Series) -> list[Movement]:
    """All that was reported, in order: movements when they start, and again when they end."""
    detector = MotionDetector(THRESHOLD)
    return [m for t, v in zip(time_s, values, strict=True) for m in detector.step(float(t), float(v))]


def ended(time_s: Series, values: Series) -> list[Movement]:
    return [m for m in feed(time_s, values) if not m.running]


def test_a_movement_is_reported_when_it_starts_and_when_it_ends() -> None:
    started, done = feed(*signal((3, 2, 30)))
    assert started.running
    assert not done.running
    assert started.start_s == done.start_s == pytest.approx(3, abs=0.15)
    assert done.end_s == pytest.approx(5, abs=0.15)
    assert done.from_level == pytest.approx(10, abs=0.5)
    assert done.change == pytest.approx(30, abs=1)


@pytest.mark.parametrize("change", [-80.0, -30.0, 12.0, 30.0, 80.0])
@pytest.mark.parametrize("duration_s", [0.6, 1.0, 2.0, 4.0])
def test_when_and_how_far(duration_s: float, change: float) -> None:
    (move,) = ended(*signal((3, duration_s, change)))
    # What little of a small movement stays below the threshold takes up more of its time.
    within_s = 0.1 + duration_s * (0.12 if abs(change) > 2 * THRESHOLD else 0.2)
    assert move.start_s == pytest.approx(3, abs=within_s)
    assert move.end_s == pytest.approx(3 + duration_s, abs=within_s)
    assert move.change == pytest.approx(change, abs=2)


def test_a_slow_movement_is_one_movement() -> None:
    (move,) = ended(*signal((3, 8, 30), seconds=16))
    # It creeps: within 1.5 s of either end only 1.5 deg are left to go.
    assert move.start_s == pytest.approx(3, abs=1.5)
    assert move.end_s == pytest.approx(11, abs=1.5)


def test_nothing_below_the_threshold_is_a_movement() -> None:
    assert feed(*signal((3, 1, 5.5))) == []


@pytest.mark.parametrize("fps", [8.0, 15.0, 30.0])
def test_a_frame_that_is_far_off_is_no_movement(fps: float) -> None:
    time_s, values = signal(fps=fps)
    values[40] += 60
    assert feed(time_s, values) == []


def test_slow_drift_is_followed_silently() -> None:
    time_s = np.arange(0, 120, 0.1)
    assert feed(time_s, 10 + 0.2 * time_s) == []


def test_there_and_back_without_a_rest_are_two_movements() -> None:
    there, back = ended(*signal((3, 1.5, 40), (4.5, 1.5, -40)))
    assert there.end_s == pytest.approx(4.5, abs=0.2)
    assert back.start_s == pytest.approx(4.5, abs=0.3)
    assert there.change == pytest.approx(40, abs=2)
    assert back.change == pytest.approx(-40, abs=2)


def test_two_movements_with_a_short_rest_between() -> None:
    first, second = ended(*signal((2, 1.5, 30), (4.5, 1.5, 30)))
    assert first.end_s == pytest.approx(3.5, abs=0.25)
    assert second.start_s == pytest.approx(4.5, abs=0.25)


@pytest.mark.parametrize("fps", [8.0, 15.0, 30.0, 60.0])
def test_the_frame_rate_does_not_matter(fps: float) -> None:
    (move,) = ended(*signal((3, 2, 30), fps=fps))
    assert move.start_s == pytest.approx(3, abs=0.2)
    assert move.end_s == pytest.approx(5, abs=0.2)


@pytest.mark.parametrize("seed", range(5))
def test_noise_neither_makes_nor_hides_movements(seed: int) -> None:
    time_s, values = signal((5, 2, 30), seconds=15)
    (move,) = ended(time_s, values + np.random.default_rng(seed).normal(0, 2, len(values)))
    assert move.start_s == pytest.approx(5, abs=0.5)
    assert move.end_s == pytest.approx(7, abs=0.5)


def test_missing_samples_are_passed_over() -> None:
    time_s, values = signal((3, 2, 30))
    values[::3] = np.nan
    (move,) = ended(time_s, values)
    assert move.start_s == pytest.approx(3, abs=0.2)


def test_a_movement_that_happened_unseen_lies_in_the_gap() -> None:
    time_s, values = signal((3.5, 1, 30))
    values[(time_s > 3) & (time_s < 5)] = np.nan
    (move,) = ended(time_s, values)
    assert 2.9 <= move.start_s <= 5.1
    assert move.change == pytest.approx(30, abs=1)


def test_a_signal_that_comes_into_view_on_its_way() -> None:
    """Told where it rested while it could not be seen."""
    time_s, values = signal((3, 2, 60))
    detector = MotionDetector(THRESHOLD)
    detector.rest_at(10.0)
    seen = time_s > 3.7
    events = [
        m for t, v in zip(time_s[seen], values[seen], strict=True) for m in detector.step(float(t), float(v))
    ]
    assert events[0].start_s == pytest.approx(3, abs=0.3)
    assert events[-1].end_s == pytest.approx(5, abs=0.2)


def test_where_it_rests_is_told_only_once() -> None:
    detector = MotionDetector(THRESHOLD)
    assert math.isnan(detector.level)
    detector.step(0.0, 5.0)
    detector.rest_at(90.0)
    assert detector.level == 5.0


def test_a_start_is_known_soon() -> None:
    time_s, values = signal((3, 2, 30))
    detector = MotionDetector(THRESHOLD)
    known_s = next(t for t, v in zip(time_s, values, strict=True) if detector.step(float(t), float(v)))
    assert detector.moving
    assert 3 < known_s < 3 + 2 * 0.6  # while the movement is still under way


def test_what_was_reported_does_not_depend_on_what_follows() -> None:
    time_s, values = signal((2, 2, 30), (6, 1, -20))
    whole = feed(time_s, values)
    for n in range(0, len(time_s), 7):
        part = feed(time_s[:n], values[:n])
        assert part == whole[: len(part)]
