"""TRC and MOT: read back by another program's reader, and by OpenSim's documented rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import trc
from export_case import drawn_track, without
from hypothesis import given
from hypothesis import strategies as st

from slumpcv.angles import measure
from slumpcv.body import landmark
from slumpcv.errors import InputError
from slumpcv.export.grid import resample, uniform_grid
from slumpcv.export.mot import largest_without_gaps, write_mot
from slumpcv.export.trc import NOMINAL_THIGH_MM, write_trc

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.track import PoseTrack


def read_trc(path: Path) -> trc.TRCData:
    data = trc.TRCData()
    data.load(path)
    return data


def read_mot(path: Path) -> tuple[dict[str, str], list[str], np.ndarray]:
    """Read a motion file strictly by OpenSim's rules for .mot and .sto.

    A first line with a name; `nRows`, `nColumns` and `inDegrees` before `endheader`; then labels,
    the first of them `time`; then as many rows and columns as stated, all numbers, times rising
    by the same step.
    """
    lines = path.read_bytes().decode("ascii").split("\n")
    assert lines.pop() == ""
    assert lines[0]
    assert "=" not in lines[0]
    end = lines.index("endheader")
    header = dict(line.split("=") for line in lines[1:end] if "=" in line)
    assert header["version"] == "1"
    labels = lines[end + 1].split("\t")
    assert labels[0] == "time"
    assert len(set(labels)) == len(labels)
    assert not any(" " in label or not label for label in labels)
    rows = np.array([[float(cell) for cell in line.split("\t")] for line in lines[end + 2 :]])
    assert rows.shape == (int(header["nRows"]), int(header["nColumns"]))
    assert len(labels) == rows.shape[1]
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(np.diff(rows[:, 0]), np.diff(rows[:, 0])[0], atol=2e-6)
    return header, labels, rows


def irregular(track: PoseTrack) -> PoseTrack:
    """A recording of varying rate, started later, with frames missing for half a second."""
    shaken = track.time_s + 1.0 + 0.01 * np.sin(np.arange(len(track)))
    keep = (track.time_s < 6.0) | (track.time_s > 6.6)
    arrays = ("landmarks_px", "visibility", "world_m", "luma", "sharpness", "people")
    return replace(track, time_s=shaken[keep], **{name: getattr(track, name)[keep] for name in arrays})


def test_markers_are_read_back_by_another_reader(tmp_path: Path) -> None:
    track = drawn_track()
    angles = measure(track)
    write_trc(tmp_path / "a.trc", angles)
    data = read_trc(tmp_path / "a.trc")
    assert data["Units"] == "mm"
    assert data["NumFrames"] == len(data["Frame#"]) == len(track)
    assert data["NumMarkers"] == len(data["Markers"]) == 11
    assert data["FileName"] == "slumpcv.trc"
    assert {"Nose", "REar", "RShoulder", "RHip", "RKnee", "RAnkle", "RHeel", "RBigToe"} <= set(
        data["Markers"]
    )
    np.testing.assert_allclose(np.diff(data["Time"]), 1 / data["DataRate"], atol=2e-6)
    hip, knee, ankle = (np.array(data[name]) for name in ("RHip", "RKnee", "RAnkle"))
    assert np.nanmedian(np.linalg.norm(knee - hip, axis=1)) == pytest.approx(NOMINAL_THIGH_MM, rel=0.01)
    assert np.nanmedian(knee[:, 0] - hip[:, 0]) > 0.9 * NOMINAL_THIGH_MM, "x is forward"
    assert ankle[0, 1] < knee[0, 1], "y is up"
    assert set(hip[:, 2]) == {0.0}
    bend = 180 - np.degrees(np.arccos(_cosine(hip - knee, ankle - knee)))
    np.testing.assert_allclose(bend, angles.raw.knee_flexion_deg, atol=3)


def _cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_a_person_who_looks_to_the_left_faces_forward_too_and_has_left_markers(tmp_path: Path) -> None:
    write_trc(tmp_path / "r.trc", measure(drawn_track()))
    write_trc(tmp_path / "l.trc", measure(drawn_track("left")))
    right, left = read_trc(tmp_path / "r.trc"), read_trc(tmp_path / "l.trc")
    np.testing.assert_allclose(left["LKnee"], right["RKnee"], atol=0.01)


def test_a_gap_stays_a_gap(tmp_path: Path) -> None:
    track = without(drawn_track(), 5.0, 7.0, (landmark("ear", "right"),))
    write_trc(tmp_path / "a.trc", measure(track))
    data = read_trc(tmp_path / "a.trc")
    lost = np.isnan(data["REar"])
    assert (
        lost.all(axis=1).sum() == lost.any(axis=1).sum() == ((track.time_s >= 5) & (track.time_s < 7)).sum()
    )
    assert not np.isnan(data["RShoulder"]).any()
    assert all(
        len(line.split("\t")) == 2 + 3 * 11 for line in (tmp_path / "a.trc").read_text().splitlines()[6:]
    )


def test_uneven_frames_become_an_even_grid_and_nothing_is_made_up_between_them(tmp_path: Path) -> None:
    track = irregular(drawn_track())
    write_trc(tmp_path / "a.trc", measure(track))
    write_mot(tmp_path / "a.mot", measure(track))
    data = read_trc(tmp_path / "a.trc")
    time_s = np.array(data["Time"])
    assert time_s[0] == pytest.approx(track.time_s[0], abs=1e-6)
    np.testing.assert_allclose(np.diff(time_s), 1 / data["DataRate"], atol=2e-6)
    missing = np.isnan(np.array(data["RHip"])[:, 0])
    assert missing[(time_s > 7.05) & (time_s < 7.55)].all()
    assert not missing[(time_s < 6.9) | (time_s > 7.7)].any()
    _, _, rows = read_mot(tmp_path / "a.mot")
    assert rows[0, 0] > 7.5, "the longer part is after the gap"


def test_angles_follow_opensims_rules(tmp_path: Path) -> None:
    angles = measure(drawn_track())
    write_mot(tmp_path / "a.mot", angles)
    header, labels, rows = read_mot(tmp_path / "a.mot")
    assert header["inDegrees"] == "yes"
    assert labels == [
        "time",
        "knee_angle_r",
        "ankle_angle_r",
        "trunk_lean",
        "head_angle",
        "neck_flexion",
        "face_pitch",
    ]
    np.testing.assert_allclose(rows[:, 1], angles.knee_flexion_deg, atol=1e-3)
    np.testing.assert_allclose(rows[:, 5], angles.neck_flexion_deg, atol=1e-3)


def test_a_column_with_gaps_gives_way_and_is_named(tmp_path: Path) -> None:
    track = without(drawn_track(), 8.0, 12.0, (landmark("toe", "right"), landmark("heel", "right")))
    write_mot(tmp_path / "a.mot", measure(track))
    _, labels, rows = read_mot(tmp_path / "a.mot")
    assert "ankle_angle_r" not in labels
    assert len(rows) == len(track)
    assert "Left out because of gaps: ankle_angle_r" in (tmp_path / "a.mot").read_text()


def test_the_knee_is_kept_unless_it_was_hardly_seen() -> None:
    time = np.ones(100)
    knee = time.copy()
    knee[60:] = np.nan
    others = {"a": time, "b": time, "c": time}
    assert largest_without_gaps({"knee": knee, **others}) == (("knee", "a", "b", "c"), 0, 60)
    knee[5:] = np.nan
    assert largest_without_gaps({"knee": knee, **others}) == (("a", "b", "c"), 0, 100)
    with pytest.raises(InputError, match="No angle"):
        largest_without_gaps({"knee": np.full(9, np.nan), "a": np.where(np.arange(9) % 2, np.nan, 1.0)})


@pytest.mark.parametrize("write", [write_trc, write_mot])
def test_too_little_is_said(write, tmp_path: Path) -> None:
    track = drawn_track()
    arrays = ("time_s", "landmarks_px", "visibility", "world_m", "luma", "sharpness", "people")
    one = replace(track, **{name: getattr(track, name)[:1] for name in arrays})
    with pytest.raises(InputError, match="fewer than two"):
        write(tmp_path / "a", measure(one))
    with pytest.raises(InputError, match=r"No (thigh|angle) was seen"):
        write(tmp_path / "a", measure(without(track, 0, 99)))


@pytest.mark.parametrize("time_s", [[0, 1e-6, 2e-6, 1e9], [0, 5e-324, 1e-323, 1], [0, 1e300, 2e300]])
def test_times_that_no_recording_has_are_refused(time_s: list[float]) -> None:
    with pytest.raises(InputError, match="too far apart"):
        uniform_grid(np.array(time_s))


steps = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=40)


@given(steps, st.floats(-5, 5), st.floats(-50, 50), st.floats(-50, 50))
def test_a_straight_line_stays_one_on_the_grid(
    steps: list[float], at_s: float, slope: float, level: float
) -> None:
    time_s = at_s + np.concatenate([[0.0], np.cumsum(steps)])
    rate_hz, grid_s = uniform_grid(time_s)
    assert grid_s[0] == time_s[0]
    assert grid_s[-1] <= time_s[-1] + 1e-6 < grid_s[-1] + 1 / rate_hz + 1e-5
    read = resample(time_s, level + slope * time_s, grid_s)
    known = np.isfinite(read)
    np.testing.assert_allclose(read[known], level + slope * grid_s[known], atol=1e-3)
    assert known[0]


@given(st.lists(st.booleans(), min_size=2, max_size=40))
def test_a_missing_frame_is_missing_on_the_grid(seen: list[bool]) -> None:
    time_s = np.arange(len(seen)) / 15
    values = np.where(seen, 1.0, np.nan)
    _, grid_s = uniform_grid(time_s)
    np.testing.assert_array_equal(resample(time_s, values, grid_s), values)
