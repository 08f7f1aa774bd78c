"""Bad clips: one clear sentence with a fix, and what can be read is kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from clipmaker import make_clip, make_sound, read_index

from slumpcv.errors import InputError
from slumpcv.video import open_clip

if TYPE_CHECKING:
    from pathlib import Path

TIMES_S = [index / 30 for index in range(90)]


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        open_clip(path)
    assert str(path) in caught.value.problem
    assert caught.value.fix.endswith(".")
    assert "\n" not in str(caught.value)
    return caught.value.problem


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"just some words\n" * 99, "a text file"),
        (b"#EXTM3U\nhttp://127.0.0.1:9/clip.ts\n", "a text file"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04 ...", "a zip"),
        (b"\xff\xd8\xff\xe0 ...", "an image"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(99), "an image"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a sound"),
        (b"OggS" + bytes(99), "not supported"),
        (bytes(4096), "zeros"),
        (b"\x93\x11\xfe\x00" * 99, "unknown"),
        (b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat" + b"\x93" * 999, "its index is missing"),
        (b"\x1a\x45\xdf\xa3" + b"\x93" * 999, "damaged"),
        (b"RIFF\x00\x20\x00\x00AVI " + b"\x93" * 999, "damaged"),
        ((b"G" + b"\x93" * 187) * 9, "damaged"),
    ],
)
def test_not_a_video(tmp_path: Path, capfd: pytest.CaptureFixture[str], content: bytes, kind: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert kind in refusal(path)
    assert capfd.readouterr().err == ""


def test_what_is_no_ordinary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no file" in refusal(tmp_path / "missing.mp4")
    assert "no images" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "a pipe" in refusal(tmp_path / "pipe")
    locked = make_clip(tmp_path / "a.mp4", TIMES_S[:3])
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "may not be read" in refusal(locked)


def test_a_name_cannot_hold_a_zero_byte() -> None:
    with pytest.raises(InputError):
        open_clip("a\0b.mp4")


def test_the_content_counts_not_the_name(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", TIMES_S[:5]).rename(tmp_path / "http:report.txt")
    assert len(list(open_clip(path).frames())) == 5


def test_sound_only(tmp_path: Path) -> None:
    assert "only sound" in refusal(make_sound(tmp_path / "a.mp4"))


def test_encrypted(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", TIMES_S[:3])
    content = path.read_bytes()
    path.write_bytes(content.replace(b"avc1", b"encv"))
    assert "encrypted" in refusal(path)


@pytest.mark.parametrize("kept_bytes", [0, 40])
def test_no_frames_after_the_header(tmp_path: Path, kept_bytes: int) -> None:
    path = make_clip(tmp_path / "a.webm", TIMES_S[:9], codec="libvpx", muxer_options={"live": "1"})
    content = path.read_bytes()
    first_cluster = content.index(b"\x1f\x43\xb6\x75")
    path.write_bytes(content[: first_cluster + kept_bytes])
    refusal(path)


def test_sizes_beyond_the_limits(tmp_path: Path) -> None:
    tiny = make_clip(tmp_path / "a.avi", [0.0], codec="mjpeg", pix_fmt="yuvj444p", size_px=(1, 1))
    assert "1x1" in refusal(tiny)
    assert "16384x128" in refusal(make_clip(tmp_path / "b.mp4", [0.0], size_px=(16384, 128)))


def test_a_huge_picture_in_a_container_that_hides_it(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.avi", TIMES_S[:9], codec="mjpeg", pix_fmt="yuvj420p")
    small, huge = b"\x08\x00\xf0\x01\x40\x03", b"\x08\x40\x00\x40\x00\x03"
    content = path.read_bytes()
    assert small in content
    path.write_bytes(content.replace(small, huge))
    assert "no picture that can be decoded" in refusal(path)


@pytest.mark.parametrize("name", ["a.mp4", "b.webm", "c.mkv", "d.avi"])
def test_a_clip_cut_short_keeps_its_beginning(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    codec = {"b.webm": "libvpx-vp9", "d.avi": "mpeg4"}.get(name, "libx264")
    options = {"movflags": "faststart"} if name == "a.mp4" else None
    path = make_clip(tmp_path / name, TIMES_S, codec=codec, muxer_options=options)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    source = open_clip(path)
    frames = list(source.frames())
    assert 30 < len(frames) < 60
    assert [read_index(frame.rgb) for frame in frames] == list(range(len(frames)))
    assert source.damaged_at_s == [frames[-1].time_s]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_damage_in_the_middle_costs_no_more_than_to_the_next_key_frame(tmp_path: Path, codec: str) -> None:
    path = make_clip(tmp_path / "a.mp4", TIMES_S, codec=codec, gop=15)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 120] = bytes(range(120, 240))
    path.write_bytes(content)
    source = open_clip(path)
    seen = [(frame.time_s, read_index(frame.rgb)) for frame in source.frames()]
    assert all(index == round(time_s * 30) for time_s, index in seen)
    assert 60 <= len(seen) < 90
    assert len(source.damaged_at_s) == 1
    again = [(frame.time_s, read_index(frame.rgb)) for frame in source.frames()]
    assert again == seen


def test_a_clip_cut_before_its_index(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mov", TIMES_S)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    assert "its index is missing" in refusal(path)
