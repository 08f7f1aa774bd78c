"""Raw angles of drawn figures, and the person's own baseline."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import STANDING, TALL, Camera, Posture, Story, figure, make_track, perform, raw_of

import slumpcv.angles
from slumpcv.angles import measure
from slumpcv.body import NOSE, find_facing, forward_points, landmark
from slumpcv.correction import Correction, LinearCorrection
from slumpcv.posture import RawPosture, find_baseline, raw_posture, seated

if TYPE_CHECKING:
    from numpy.typing import NDArray

INNER_ANGLES = ("knee_flexion_deg", "ankle_deg", "far_knee_flexion_deg")
AGAINST_THE_VERTICAL = ("trunk_lean_deg", "head_angle_deg")
BY_POSTURE = (
    "knee_flexion_deg",
    "trunk_lean_deg",
    "head_angle_deg",
    "face_pitch_deg",
    "ankle_deg",
    "thigh_deg",
)

# A busy machine is no failure.
unhurried = settings(deadline=None, max_examples=40)
postures = st.builds(
    Posture,
    trunk_lean_deg=st.floats(-30, 60),
    slump_index=st.floats(0, 0.3),
    head_angle_deg=st.floats(-30, 120),
    face_pitch_deg=st.floats(-60, 150),
    knee_flexion_deg=st.floats(0, 130),
    ankle_deg=st.floats(-50, 40),
    thigh_deg=st.floats(-40, 40),
)


def still(posture: Posture) -> RawPosture:
    return raw_of(Story(start=posture), np.zeros(1))


def points_of(posture: Posture) -> NDArray[np.float64]:
    return figure(Story(start=posture), np.zeros(1))


# --- definitions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "joints", "value"),
    [
        ("knee_flexion_deg", {"hip": (0, 0), "knee": (1, 0), "ankle": (2, 0)}, 0),
        ("knee_flexion_deg", {"hip": (0, 0), "knee": (1, 0), "ankle": (1, -1)}, 90),
        ("trunk_lean_deg", {"hip": (0, 0), "shoulder": (0, 1)}, 0),
        ("trunk_lean_deg", {"hip": (0, 0), "shoulder": (1, 1)}, 45),
        ("trunk_lean_deg", {"hip": (0, 0), "shoulder": (-1, 1)}, -45),
        ("head_angle_deg", {"shoulder": (0, 1), "ear": (1, 1)}, 90),
        ("face_pitch_deg", {"ear": (0, 0), "nose": (1, 0)}, 0),
        ("face_pitch_deg", {"ear": (0, 0), "nose": (1, -1)}, 45),
        ("face_pitch_deg", {"ear": (0, 0), "nose": (-1, -1)}, 135),
        ("ankle_deg", {"knee": (0, 1), "ankle": (0, 0), "heel": (0, 0), "toe": (1, 0)}, 0),
        ("ankle_deg", {"knee": (0, 1), "ankle": (0, 0), "heel": (0, 0), "toe": (1, 1)}, 45),
        ("ankle_deg", {"knee": (-1, 0), "ankle": (0, 0), "heel": (0, 0), "toe": (0, 1)}, 0),
        ("ankle_deg", {"knee": (-1, 0), "ankle": (0, 0), "heel": (0, 0), "toe": (1, 1)}, -45),
        ("thigh_deg", {"hip": (0, 0), "knee": (1, 1)}, 45),
    ],
)
def test_what_an_angle_means(name: str, joints: dict[Any, tuple[float, float]], value: float) -> None:
    points = np.full((1, 33, 2), np.nan)
    for joint, at in joints.items():
        points[0, NOSE if joint == "nose" else landmark(joint, "right")] = at
    assert getattr(raw_posture(points, np.zeros(1), "right", 1.0), name) == pytest.approx(value)


@unhurried
@given(postures)
def test_a_drawn_posture_is_read_as_it_was_drawn(posture: Posture) -> None:
    raw = still(posture)
    for name in BY_POSTURE:
        assert getattr(raw, name) == pytest.approx(getattr(posture, name), abs=1e-6), name
    assert 1 - raw.trunk_px / still(TALL).trunk_px == pytest.approx(posture.slump_index)


# --- what must not matter --------------------------------------------------------------------------


@unhurried
@given(postures, st.floats(0.1, 2000), st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)))
def test_angles_do_not_depend_on_scale_or_place(
    posture: Posture, scale: float, shift: tuple[float, float]
) -> None:
    raw = raw_posture(points_of(posture) * scale + shift, np.zeros(1), "right", scale)
    for name in BY_POSTURE:
        assert getattr(raw, name) == pytest.approx(getattr(posture, name), abs=1e-4), name
    assert raw.trunk_px == pytest.approx(scale * still(posture).trunk_px)
    assert raw.rise_px == pytest.approx(scale * still(posture).rise_px, abs=1e-6 * scale)


@unhurried
@given(postures, st.floats(-45, 45))
def test_a_tilted_camera_turns_only_angles_against_the_vertical(posture: Posture, tilt_deg: float) -> None:
    c, s = np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))
    tilted = raw_posture(points_of(posture) @ np.array([[c, s], [-s, c]]), np.zeros(1), "right", 1.0)
    level = still(posture)
    for name in INNER_ANGLES:
        assert getattr(tilted, name) == pytest.approx(getattr(level, name), abs=1e-6), name
    for name in AGAINST_THE_VERTICAL:
        assert getattr(tilted, name) == pytest.approx(getattr(level, name) - tilt_deg, abs=1e-6), name
    assert tilted.trunk_px == pytest.approx(level.trunk_px)


@unhurried
@given(postures, st.integers(200, 4000), st.integers(200, 4000), st.floats(0, 0.3))
def test_left_and_right_facing_people_read_the_same(
    posture: Posture, width_px: int, height_px: int, far_ahead: float
) -> None:
    read = {}
    for facing in ("left", "right"):
        camera = Camera((width_px, height_px), facing=facing, far_ahead=far_ahead)  # type: ignore[arg-type]
        track = make_track(Story(start=posture).rest(1), np.zeros(1), camera)
        read[facing] = raw_posture(forward_points(track, camera.facing), track.time_s, camera.facing, 110.0)
    for field in fields(RawPosture):
        if field.name != "hip_y_px":
            left, right = (getattr(read[side], field.name) for side in ("left", "right"))
            assert left == pytest.approx(right, abs=1e-2), field.name


def test_facing_is_found_though_somebody_walks_in_from_the_other_side() -> None:
    story = perform()
    for facing in ("left", "right"):
        track = make_track(story, story.times(), Camera(facing=facing))
        assert find_facing(track) == facing
        other_way = make_track(story, story.times(), Camera(facing="left" if facing == "right" else "right"))
        walks_in = track.landmarks_px.copy()
        walks_in[:30] = other_way.landmarks_px[:30]
        assert find_facing(replace(track, landmarks_px=walks_in)) == facing


def test_nobody_faces_nowhere() -> None:
    track = make_track(Story().sit(), np.arange(5) / 10)
    assert find_facing(replace(track, landmarks_px=np.full_like(track.landmarks_px, np.nan))) is None


@pytest.mark.parametrize(
    ("joint", "lost"),
    [
        ("ankle", {"knee_flexion_deg", "ankle_deg"}),
        ("ear", {"head_angle_deg", "face_pitch_deg", "ears_apart_px"}),
        ("toe", {"ankle_deg"}),
        (
            "shoulder",
            {"trunk_lean_deg", "head_angle_deg", "trunk_px", "rise_px", "shoulders_apart_px"},
        ),
    ],
)
def test_a_missing_joint_loses_what_needs_it_and_no_more(joint: Any, lost: set[str]) -> None:
    points = np.repeat(points_of(TALL), 3, axis=0)
    points[1, landmark(joint, "right")] = np.nan
    raw = raw_posture(points, np.arange(3.0), "right", 1.0)
    for field in fields(RawPosture):
        if field.name not in ("time_s", "thigh_px"):
            gone = [False, field.name in lost, False]
            assert np.isnan(getattr(raw, field.name)).tolist() == gone, field.name


# --- sitting, and the baseline ---------------------------------------------------------------------


@pytest.mark.parametrize("thigh_deg", [-35, 0, 35])
def test_low_and_high_chairs_are_seats(thigh_deg: float) -> None:
    assert seated(still(replace(TALL, thigh_deg=thigh_deg))).all()


@pytest.mark.parametrize("posture", [STANDING, replace(TALL, trunk_lean_deg=85)], ids=["standing", "lying"])
def test_who_stands_or_lies_does_not_sit(posture: Posture) -> None:
    assert not seated(still(posture)).any()


def test_nobody_does_not_sit() -> None:
    nobody = raw_posture(np.full((3, 33, 2), np.nan), np.arange(3.0), "right", np.nan)
    assert not seated(nobody).any()
    assert find_baseline(nobody) is None


def baseline_of(story: Story, fps: float = 15.0) -> tuple[float, float] | None:
    found = find_baseline(raw_of(story, story.times(fps)))
    return (found.start_s, found.end_s) if found else None


def test_the_baseline_is_the_first_time_of_sitting_tall() -> None:
    start_s, end_s = baseline_of(perform(baseline=3)) or (np.nan, np.nan)
    assert 0 <= start_s < end_s <= 3.2


def test_a_slumped_start_is_no_baseline() -> None:
    slack = Posture(trunk_lean_deg=10, slump_index=0.12)
    story = Story(start=slack).rest(3).go_to(TALL, move_s=1.5).sit(3).slump().chin().lift()
    start_s, end_s = baseline_of(story) or (np.nan, np.nan)
    assert 4.0 <= start_s < end_s <= 7.7


def test_who_never_sits_still_has_no_baseline() -> None:
    story = Story()
    for lean_deg in (15, -15) * 8:
        story.change(move_s=0.6, hold_s=0, trunk_lean_deg=lean_deg)
    assert baseline_of(story) is None


def test_who_never_sits_down_has_no_baseline() -> None:
    assert baseline_of(Story(start=STANDING).rest(5)) is None


@settings(deadline=None, max_examples=5)
@given(st.floats(-100, 1000))
def test_the_clock_may_start_anywhere(shift_s: float) -> None:
    story = perform()
    time_s = story.times(10.0)
    raw = raw_of(story, time_s)
    later = find_baseline(replace(raw, time_s=time_s + shift_s))
    found = find_baseline(raw)
    assert found is not None
    assert later is not None
    # Rounding may move the window by a frame.
    assert later.start_s - shift_s == pytest.approx(found.start_s, abs=0.101)
    assert later.trunk_px == pytest.approx(found.trunk_px, abs=1e-6)


# --- from a film of the figure to angles ---------------------------------------------------------


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawn joints are joint centres: nothing to correct."""
    none = LinearCorrection((), (), (), (), 0.0)
    shortening = LinearCorrection(("shortening",), (0.0,), (1.0,), (1.0,), 0.0)
    names = ("knee_flexion_deg", "trunk_lean_deg", "head_angle_deg", "face_pitch_deg", "ankle_deg")
    identity = Correction(dict.fromkeys(names, none) | {"slump_index": shortening}, {})
    monkeypatch.setattr(slumpcv.angles, "load_correction", lambda: identity)


MEASURED = (
    "knee_flexion_deg",
    "trunk_lean_deg",
    "head_angle_deg",
    "face_pitch_deg",
    "ankle_deg",
    "slump_index",
)


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize(
    "camera",
    [
        Camera(),
        Camera(facing="left"),
        Camera((1920, 1080), thigh_px=260, hip_px=(800, 700), far_ahead=0.2),
        Camera((240, 426), thigh_px=60, hip_px=(60, 260), facing="left"),
    ],
    ids=["plain", "left", "large", "small_portrait"],
)
def test_a_filmed_test_is_measured_as_it_was_performed(camera: Camera) -> None:
    story = perform(toes=True)
    angles = measure(make_track(story, story.times(30), camera))
    assert angles.side == angles.facing == camera.facing
    for name in MEASURED:
        off = np.abs(getattr(angles, name) - story.angle(name, angles.time_s))
        assert off.max() < (0.01 if name == "slump_index" else 1.0), name
    neck = story.angle("head_angle_deg", angles.time_s) - story.angle("trunk_lean_deg", angles.time_s)
    assert np.abs(angles.neck_flexion_deg - neck).max() < 1.0
    assert not angles.interpolated.any()
    assert angles.confidence.min() == pytest.approx(0.95)


@pytest.mark.usefixtures("exact")
def test_a_shaky_model_is_measured_a_little_less_well() -> None:
    story = perform(toes=True)
    angles = measure(make_track(story, story.times(30), Camera(noise_px=1.5)))
    for name in MEASURED:
        off = getattr(angles, name) - story.angle(name, angles.time_s)
        assert np.sqrt(np.nanmean(off**2)) < {"slump_index": 0.01, "face_pitch_deg": 5.0}.get(name, 2.5), name
        assert np.isfinite(off).mean() > 0.98, name


def test_a_track_without_anybody_is_all_missing() -> None:
    track = make_track(Story().sit(), np.arange(30) / 15)
    angles = measure(replace(track, landmarks_px=np.full_like(track.landmarks_px, np.nan)))
    for name in MEASURED:
        assert np.isnan(getattr(angles, name)).all(), name
    assert angles.baseline is None
    assert (angles.confidence == 0).all()
