"""Saved tracks: exact when whole, one plain sentence when not."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import Camera, Story, make_track

from slumpcv.errors import InputError
from slumpcv.track import LANDMARKS, TRACK_SCHEMA_VERSION, PoseTrack, array_names, load_track, save_track


@pytest.fixture
def track() -> PoseTrack:
    """A short track with noise, missing frames and awkward numbers."""
    story = Story().sit(2)
    made = make_track(story, story.times(), Camera(noise_px=2.0))
    made.landmarks_px[5:8] = np.nan
    made.visibility[5:8] = np.nan
    made.luma[3] = np.float32(0.1)
    made.people[::4] = 255
    return replace(
        made, source=replace(made.source, fps_nominal=29.97, container="mov,mp4", duration_s=1 / 3)
    )


def test_saved_and_loaded_is_the_same_to_the_last_bit(tmp_path: Path, track: PoseTrack) -> None:
    save_track(tmp_path / "track.npz", track)
    loaded = load_track(tmp_path / "track.npz")
    for name in array_names():
        saved, read = getattr(track, name), getattr(loaded, name)
        assert read.dtype == saved.dtype
        assert read.tobytes() == saved.tobytes(), name
    assert loaded.source == track.source
    assert [p.name for p in tmp_path.iterdir()] == ["track.npz"]


def test_an_empty_track_is_a_track(tmp_path: Path) -> None:
    save_track(tmp_path / "track.npz", make_track(Story(), np.zeros(0)))
    assert len(load_track(tmp_path / "track.npz")) == 0


def test_saving_replaces_what_was_there(tmp_path: Path, track: PoseTrack) -> None:
    path = tmp_path / "track.npz"
    path.write_text("old")
    save_track(path, track)
    assert len(load_track(path)) == len(track)


def test_the_same_track_gives_the_same_bytes(tmp_path: Path, track: PoseTrack) -> None:
    save_track(tmp_path / "a.npz", track)
    save_track(tmp_path / "b.npz", track)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_failed_save_leaves_nothing_and_keeps_the_old(
    tmp_path: Path, track: PoseTrack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_written(temporary: Path, **_: object) -> None:
        temporary.write_bytes(b"PK half")
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "track.npz"
    path.write_text("old")
    monkeypatch.setattr(np, "savez_compressed", half_written)
    with pytest.raises(InputError, match="no room left"):
        save_track(path, track)
    assert [p.name for p in tmp_path.iterdir()] == ["track.npz"]
    assert path.read_text() == "old"


def test_saving_into_no_folder_fails(tmp_path: Path, track: PoseTrack) -> None:
    with pytest.raises(InputError, match="cannot be written to"):
        save_track(tmp_path / "nowhere" / "track.npz", track)


def refuse(path: Path) -> str:
    """Loading fails with one sentence and its fix; return what is said."""
    with pytest.raises(InputError) as caught:
        load_track(path)
    assert path.name in caught.value.problem
    assert "\n" not in str(caught.value)
    assert caught.value.fix.endswith(".")
    return str(caught.value)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_file(tmp_path: Path, track: PoseTrack, share: float) -> None:
    path = tmp_path / "track.npz"
    save_track(path, track)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    refuse(path)


def test_a_file_with_flipped_bytes_is_refused_or_reads(tmp_path: Path, track: PoseTrack) -> None:
    # Flipped bytes break the archive, the compression, an array's header or a checksum.
    path = tmp_path / "track.npz"
    save_track(path, track)
    whole = path.read_bytes()
    refused = 0
    for at in np.linspace(0, len(whole) - 2, 150).astype(int):
        flipped = bytes(255 - b for b in whole[at : at + 2])
        path.write_bytes(whole[:at] + flipped + whole[at + 2 :])
        try:
            load_track(path)
        except InputError:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 1000, b"PK\x03\x04" + b"x" * 500])
def test_something_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "track.npz"
    path.write_bytes(content)
    refuse(path)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    refuse(tmp_path / "missing.npz")
    refuse(tmp_path)


def test_a_single_array(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.arange(3))
    refuse(tmp_path / "array.npy")


def test_an_archive_of_other_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", a=np.arange(3))
    refuse(tmp_path / "other.npz")


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "evil.npz", header=np.array([{"schema_version": 1}], dtype=object))
    refuse(tmp_path / "evil.npz")


def rewrite_header(path: Path, **changes: object) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    header = json.loads(str(arrays.pop("header"))) | changes
    np.savez(path, header=np.array(json.dumps(header)), **arrays)


def test_a_newer_file_says_to_update(tmp_path: Path, track: PoseTrack) -> None:
    path = tmp_path / "track.npz"
    save_track(path, track)
    rewrite_header(path, schema_version=TRACK_SCHEMA_VERSION + 1)
    assert "Update slumpcv." in refuse(path)


@pytest.mark.parametrize("changes", [{"surprise": 1}, {"schema_version": "one"}, {"schema_version": None}])
def test_an_odd_header(tmp_path: Path, track: PoseTrack, changes: dict[str, object]) -> None:
    path = tmp_path / "track.npz"
    save_track(path, track)
    rewrite_header(path, **changes)
    refuse(path)


@pytest.mark.parametrize("header", ["[]", "3", "not json", '"text"'])
def test_a_header_that_is_no_header(tmp_path: Path, track: PoseTrack, header: str) -> None:
    path = tmp_path / "track.npz"
    np.savez(path, header=np.array(header), **{n: getattr(track, n) for n in array_names()})
    refuse(path)


# --- what a track must be -----------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in array_names() if n != "time_s"])
def test_every_array_must_have_its_shape(track: PoseTrack, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        replace(track, **{name: getattr(track, name)[1:]})


@pytest.mark.parametrize("bad", [[0.0, 0.0], [1.0, 0.5], [0.0, np.nan], [0.0, np.inf]])
def test_time_must_increase(track: PoseTrack, bad: list[float]) -> None:
    two = {n: getattr(track, n)[:2] for n in array_names()} | {"time_s": np.array(bad)}
    with pytest.raises(ValueError, match="strictly increasing"):
        PoseTrack(**two, source=track.source)


def test_landmarks_are_33(track: PoseTrack) -> None:
    assert track.landmarks_px.shape == (len(track), LANDMARKS, 2)
