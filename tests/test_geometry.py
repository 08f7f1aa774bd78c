"""Angles between points, whatever way the person and the camera are turned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from slumpcv.geometry import elevation_deg, forward_lean_deg, joint_angle_deg, length, wrap_deg

# A busy machine is no failure.
unhurried = settings(deadline=None, max_examples=50)
coordinates = st.floats(-1000, 1000)
points = st.tuples(coordinates, coordinates).map(np.array)
degrees = st.floats(-720, 720)


def turned(vector: np.ndarray, by_deg: float) -> np.ndarray:
    """The vector, rotated counter-clockwise."""
    c, s = np.cos(np.radians(by_deg)), np.sin(np.radians(by_deg))
    return np.array([c * vector[0] - s * vector[1], s * vector[0] + c * vector[1]])


def apart(a_deg: float, b_deg: float) -> float:
    """How far two directions differ."""
    return abs(float(wrap_deg(np.array(a_deg - b_deg))))


@pytest.mark.parametrize(
    ("vector", "elevation", "lean"),
    [
        ((1, 0), 0, 90),
        ((0, 1), 90, 0),
        ((-1, 0), 180, -90),
        ((0, -1), -90, 180),
        ((1, 1), 45, 45),
        ((-1, 1), 135, -45),
    ],
)
def test_directions(vector: tuple[float, float], elevation: float, lean: float) -> None:
    assert elevation_deg(np.array(vector, float)) == pytest.approx(elevation)
    assert forward_lean_deg(np.array(vector, float)) == pytest.approx(lean)


@pytest.mark.parametrize(
    ("distal", "angle"),
    [((2, 0), 180), ((1, 1), 90), ((1, -1), 90), ((0, 0), 0), ((2, 1), 135), ((0, 1), 45)],
)
def test_inner_angle_of_a_joint(distal: tuple[float, float], angle: float) -> None:
    hip, knee = np.array([0.0, 0.0]), np.array([1.0, 0.0])
    assert joint_angle_deg(hip, knee, np.array(distal, float)) == pytest.approx(angle)


@pytest.mark.parametrize("angle", [0.001, 0.1, 179.9, 179.999])
def test_inner_angle_is_exact_near_straight(angle: float) -> None:
    joint = np.zeros(2)
    assert joint_angle_deg(np.array([1.0, 0.0]), joint, turned(np.array([1.0, 0.0]), angle)) == pytest.approx(
        angle, abs=1e-9
    )


@unhurried
@given(points, points, points, degrees, st.floats(0.01, 100), points)
def test_inner_angle_does_not_depend_on_the_camera(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, by_deg: float, scale: float, shift: np.ndarray
) -> None:
    assume(length(a - b) > 1 and length(c - b) > 1)
    angle = joint_angle_deg(a, b, c)
    assert 0 <= angle <= 180
    seen = [scale * turned(p, by_deg) + shift for p in (a, b, c)]
    assert joint_angle_deg(*seen) == pytest.approx(angle, abs=1e-6)
    mirrored = [p * [-1, 1] for p in (a, b, c)]
    assert joint_angle_deg(*mirrored) == pytest.approx(angle, abs=1e-6)
    assert joint_angle_deg(c, b, a) == pytest.approx(angle, abs=1e-6)


@unhurried
@given(points, degrees)
def test_directions_turn_with_the_camera(vector: np.ndarray, by_deg: float) -> None:
    assume(length(vector) > 1)
    assert apart(elevation_deg(turned(vector, by_deg)), elevation_deg(vector) + by_deg) < 1e-6
    assert apart(forward_lean_deg(turned(vector, by_deg)), forward_lean_deg(vector) - by_deg) < 1e-6


@unhurried
@given(points)
def test_lean_changes_sign_in_the_mirror(vector: np.ndarray) -> None:
    assume(length(vector) > 1)
    assert apart(forward_lean_deg(vector * [-1, 1]), -forward_lean_deg(vector)) < 1e-9


@unhurried
@given(st.floats(-1e4, 1e4))
def test_wrapped_angles_point_the_same_way(angle_deg: float) -> None:
    wrapped = float(wrap_deg(np.array(angle_deg)))
    assert -180 <= wrapped < 180
    assert np.cos(np.radians(wrapped)) == pytest.approx(np.cos(np.radians(angle_deg)), abs=1e-9)
    assert np.sin(np.radians(wrapped)) == pytest.approx(np.sin(np.radians(angle_deg)), abs=1e-9)


def test_missing_stays_missing_and_poisons_no_neighbour() -> None:
    vectors = np.array([[1.0, 1.0], [np.nan, np.nan], [0.0, 2.0]])
    for angle in (elevation_deg, forward_lean_deg, length):
        assert np.isnan(angle(vectors)).tolist() == [False, True, False]
    good = np.array([[1.0, 0.0]] * 3)
    for missing in range(3):
        corners = [good, 2 * good, 3 * good]
        corners[missing] = vectors
        assert np.isnan(joint_angle_deg(*corners)).tolist() == [False, True, False]
