"""Reading clips: every frame once, at its own time, upright, whatever the container."""

from __future__ import annotations

import gc
import weakref
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from clipmaker import make_clip, picture, read_index
from hypothesis import given, settings
from hypothesis import strategies as st

from slumpcv.video import ClipInfo, Frame, FrameSource, open_clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

CFR_S = [index / 30 for index in range(90)]
# Every third frame comes 10 ms late, and one is missing.
VFR_S = [index / 30 + 0.01 * (index % 3 == 0) for index in range(90) if index != 41]

KINDS: dict[str, dict[str, Any]] = {
    "a.mp4": {},
    "b.mp4": {"b_frames": 3},
    "c.mov": {"codec": "hevc", "b_frames": 3},
    "d.mp4": {"codec": "hevc", "pix_fmt": "yuv420p10le"},
    "e.webm": {"codec": "libvpx"},
    "f.webm": {"codec": "libvpx-vp9"},
    "g.mkv": {"b_frames": 2},
    "h.ts": {"b_frames": 2},
}
FRAME_COUNTED_KINDS: dict[str, dict[str, Any]] = {
    "i.avi": {"codec": "mpeg4", "b_frames": 2},
    "j.avi": {"b_frames": 3},
    "k.mov": {"codec": "mjpeg", "pix_fmt": "yuvj420p"},
    "l.mp4": {"codec": "mpeg4"},
}


def read(source: FrameSource, **how: Any) -> tuple[list[float], list[int | None]]:
    seen = [(frame.time_s, read_index(frame.rgb)) for frame in source.frames(**how)]
    return [time_s for time_s, _ in seen], [index for _, index in seen]


@pytest.mark.parametrize("name", KINDS)
def test_every_frame_has_its_own_time(tmp_path: Path, name: str) -> None:
    source = open_clip(make_clip(tmp_path / name, VFR_S, **KINDS[name]))
    times_s, indices = read(source)
    assert indices == list(range(len(VFR_S)))
    # A clip starts at 0 whatever its first timestamp; Matroska keeps whole milliseconds.
    expected_s = np.subtract(VFR_S, VFR_S[0])
    assert np.abs(np.subtract(times_s, expected_s)).max() <= 0.001
    assert (source.damaged_at_s, source.dropped_count) == ([], 0)


@pytest.mark.parametrize("name", FRAME_COUNTED_KINDS)
def test_containers_that_count_frames(tmp_path: Path, name: str) -> None:
    times_s, indices = read(open_clip(make_clip(tmp_path / name, CFR_S, **FRAME_COUNTED_KINDS[name])))
    assert indices == list(range(90))
    assert times_s == pytest.approx(CFR_S)


@pytest.mark.parametrize("fps", [8, 120])
def test_slow_and_fast_cameras(tmp_path: Path, fps: int) -> None:
    expected_s = [index / fps for index in range(40)]
    times_s, indices = read(open_clip(make_clip(tmp_path / "a.mp4", expected_s)))
    assert indices == list(range(40))
    assert times_s == pytest.approx(expected_s, abs=1e-5)


@pytest.mark.parametrize("turn_deg", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_orientation_from_metadata(tmp_path: Path, turn_deg: int, mirrored: bool) -> None:
    upright = picture(0b10010011, 160, 240)
    shown = upright[:, ::-1] if mirrored else upright
    stored = np.rot90(shown, turn_deg // 90)
    size_px = (stored.shape[1], stored.shape[0])
    path = make_clip(
        tmp_path / "a.mp4", [0.0], size_px=size_px, display=(-turn_deg, mirrored, False), pictures=[stored]
    )
    source = open_clip(path)
    (frame,) = source.frames()
    assert frame.rgb.shape == (240, 160, 3)
    assert frame.rgb.flags.c_contiguous
    assert read_index(frame.rgb) == (0b10010011 if not mirrored else read_index(upright))
    # The metadata mirrors after the turn, ClipInfo tells of a mirror before it.
    assert source.info.rotation_deg == ((-turn_deg if mirrored else turn_deg) % 360)
    assert (source.info.width_px, source.info.height_px, source.info.mirrored) == (160, 240, mirrored)


@pytest.mark.parametrize(("stretch", "width_px"), [(Fraction(64, 45), 455), (Fraction(3, 4), 240)])
def test_pixels_become_square(tmp_path: Path, stretch: Fraction, width_px: int) -> None:
    source = open_clip(make_clip(tmp_path / "a.mp4", [0.0], pixel_stretch=stretch))
    (frame,) = source.frames()
    assert frame.rgb.shape == (240, width_px, 3)
    assert source.info.width_px == width_px


def test_frames_are_reduced_but_the_original_size_is_told(tmp_path: Path) -> None:
    source = open_clip(make_clip(tmp_path / "a.mp4", CFR_S[:5], size_px=(640, 360)), max_side_px=320)
    assert [frame.rgb.shape for frame in source.frames()] == [(180, 320, 3)] * 5
    assert (source.info.width_px, source.info.height_px) == (640, 360)
    assert read(source)[1] == [0, 1, 2, 3, 4]


def test_colours_survive(tmp_path: Path) -> None:
    patches = np.zeros((240, 320, 3), np.uint8)
    patches[:, :80], patches[:, 80:160], patches[:, 160:240] = (255, 0, 0), (0, 255, 0), (30, 60, 200)
    path = make_clip(tmp_path / "a.avi", [0.0], codec="mjpeg", pix_fmt="yuvj420p", pictures=[patches])
    (frame,) = open_clip(path).frames()
    for x_px in (40, 120, 200, 280):
        assert np.abs(frame.rgb[120, x_px].astype(int) - patches[120, x_px]).max() <= 8


@pytest.mark.parametrize("name", [*KINDS, *FRAME_COUNTED_KINDS])
def test_a_piece_equals_the_same_piece_of_the_whole(tmp_path: Path, name: str) -> None:
    counted = name in FRAME_COUNTED_KINDS
    how = (FRAME_COUNTED_KINDS if counted else KINDS)[name]
    source = open_clip(make_clip(tmp_path / name, CFR_S if counted else VFR_S, **how))
    for fps in (None, 12.0):
        whole = list(source.frames(fps))
        for start_s, end_s in ((0.0, 0.5), (1.31, 2.4), (2.2, 9.0)):
            expected = [frame for frame in whole if start_s <= frame.time_s < end_s]
            piece = list(source.frames(fps, start_s, end_s))
            assert [frame.time_s for frame in piece] == [frame.time_s for frame in expected]
            assert all((a.rgb == b.rgb).all() for a, b in zip(piece, expected, strict=True))
            assert source.damaged_at_s == []


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_a_browser_recording_declares_no_duration(tmp_path: Path, codec: str) -> None:
    path = make_clip(tmp_path / "a.webm", CFR_S, codec=codec, gop=30, muxer_options={"live": "1"})
    source = open_clip(path)
    assert source.info.duration_s is None
    assert read(source)[1] == list(range(90))
    assert [read_index(frame.rgb) for frame in source.peek(3)] == [0, 30, 60]


def test_time_counts_from_the_start_of_the_container(tmp_path: Path) -> None:
    late_s = [2 + time_s for time_s in CFR_S[:30]]
    times_s, _ = read(open_clip(make_clip(tmp_path / "a.mkv", late_s)))
    assert times_s[0] == 0
    times_s, _ = read(open_clip(make_clip(tmp_path / "b.mkv", late_s, sound_s=(1.0, 3.0))))
    assert times_s[0] == pytest.approx(1.0, abs=0.03)


def test_a_turned_phone_keeps_proportions(tmp_path: Path) -> None:
    landscape = make_clip(tmp_path / "a.ts", CFR_S[:10]).read_bytes()
    later_s = [1 + time_s for time_s in CFR_S[:10]]
    portrait = make_clip(tmp_path / "b.ts", later_s, size_px=(240, 320)).read_bytes()
    (tmp_path / "c.ts").write_bytes(landscape + portrait)
    last = list(open_clip(tmp_path / "c.ts").frames())[-1]
    assert last.rgb.shape == (240, 320, 3)
    assert last.rgb[:, :65].max() < 30
    assert read_index(np.ascontiguousarray(last.rgb[:, 70:250])) == 9


def test_facts_about_a_clip(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "Erika Mustermann.mp4", CFR_S)
    info = open_clip(path).info
    assert (info.container, info.codec, info.fps_nominal) == ("mp4", "h264", 30)
    assert info.duration_s == pytest.approx(3.0)
    assert info.sha256 is not None
    assert len(info.sha256) == 64
    assert "Erika" not in repr(info)


def test_peek_jumps_through_the_clip(tmp_path: Path) -> None:
    frames = open_clip(make_clip(tmp_path / "a.mp4", CFR_S, gop=10)).peek(5)
    assert len(frames) == 5
    assert frames[-1].time_s > 2
    for frame in frames:
        assert read_index(frame.rgb) == round(frame.time_s * 30)


def test_no_frame_is_kept_back(tmp_path: Path) -> None:
    given_out: list[weakref.ref[NDArray[np.uint8]]] = []
    gc.disable()
    try:
        for frame in open_clip(make_clip(tmp_path / "a.mp4", CFR_S)).frames():
            given_out.append(weakref.ref(frame.rgb))
            assert sum(array() is not None for array in given_out) <= 2
    finally:
        gc.enable()


def test_images_in_natural_order(tmp_path: Path) -> None:
    for index in range(12):
        cv2.imwrite(str(tmp_path / f"image{index}.png"), picture(index))
    (tmp_path / "notes.txt").write_text("not an image")
    (tmp_path / "image5.png").write_bytes(b"broken")
    for where in (tmp_path, tmp_path / "image*.png"):
        source = open_clip(where, images_fps=10)
        times_s, indices = read(source)
        assert indices == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
        assert times_s == pytest.approx([index / 10 for index in range(12) if index != 5])
        assert source.damaged_at_s == pytest.approx([0.4])
    assert [read_index(frame.rgb) for frame in source.peek(2)] == [3, 9]
    assert (source.info.container, source.info.fps_nominal) == ("images", 10)


class FakeCapture:
    """What OpenCV gives for a camera."""

    def __init__(self, index: int) -> None:
        self.left = 5 if index == 0 else 0

    def grab(self) -> bool:
        self.left -= 1
        return self.left > 0

    def retrieve(self) -> tuple[bool, NDArray[np.uint8]]:
        return True, np.full((480, 640, 3), (0, 0, 255), np.uint8)

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        return (True, self.retrieve()[1]) if self.grab() else (False, None)

    def get(self, _what: int) -> float:
        return 30.0

    def release(self) -> None:
        self.left = 0


@pytest.mark.parametrize("camera", [0, "0"])
def test_a_camera(monkeypatch: pytest.MonkeyPatch, camera: int | str) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", FakeCapture)
    with open_clip(camera, max_side_px=320) as source:
        frames = list(source.frames())
        assert source.peek(3) == []
    assert [frame.rgb.shape for frame in frames] == [(240, 320, 3)] * 3
    assert frames[0].rgb[0, 0].tolist() == [255, 0, 0]
    assert (source.info.width_px, source.info.sha256) == (640, None)


class Timestamps(FrameSource):
    """A source of nothing but timestamps."""

    def __init__(self, times_s: list[float | None]) -> None:
        super().__init__()
        self.times_s = times_s

    @property
    def info(self) -> ClipInfo:
        raise NotImplementedError

    def peek(self, count: int) -> list[Frame]:
        raise NotImplementedError

    def _timed(self, from_s: float) -> Iterator[tuple[float | None, Any]]:
        yield from ((time_s, None) for time_s in self.times_s if time_s is None or time_s >= from_s)

    def _develop(self, _raw: Any) -> NDArray[np.uint8]:
        return np.zeros((1, 1, 3), np.uint8)


TIMES_S = st.lists(st.one_of(st.none(), st.floats(0, 20)), max_size=60)


@settings(max_examples=60, deadline=None)
@given(TIMES_S, st.one_of(st.none(), st.floats(0.5, 60)))
def test_times_always_increase(times_s: list[float | None], fps: float | None) -> None:
    source = Timestamps(times_s)
    kept_s = [frame.time_s for frame in source.frames(fps)]
    assert all(a < b for a, b in pairwise(kept_s))
    if fps is None:
        assert len(kept_s) + source.dropped_count == len(times_s)
    else:
        # Never two from one slot, and no slot with a frame in it stays empty.
        assert len(kept_s) <= (kept_s[-1] - kept_s[0]) * fps + 2 if kept_s else True


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 20), max_size=60), st.floats(0.5, 60), st.floats(0, 20))
def test_thinning_in_two_pieces_is_thinning_the_whole(times_s: list[float], fps: float, cut_s: float) -> None:
    source = Timestamps(sorted(times_s))
    pieces = [*source.frames(fps, end_s=cut_s), *source.frames(fps, start_s=cut_s)]
    assert [f.time_s for f in pieces] == [f.time_s for f in source.frames(fps)]


def test_thinning_is_even_though_webm_rounds_to_milliseconds() -> None:
    source = Timestamps([round(index / 30, 3) for index in range(90)])
    steps_s = np.diff([frame.time_s for frame in source.frames(fps=15)])
    assert len(steps_s) == 44
    assert np.abs(steps_s - 1 / 15).max() < 0.002


def test_a_rate_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        list(Timestamps([0.0]).frames(fps=0))
