"""Writing clips: own timestamps, same bytes every time, all or nothing."""

from __future__ import annotations

import resource
import signal
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from clipmaker import picture, read_index

from slumpcv.errors import InputError
from slumpcv.video import H264Writer, open_clip

if TYPE_CHECKING:
    from pathlib import Path

TIMES_S = [index / 30 + 0.007 * (index % 4 == 0) for index in range(60)]


def write(path: Path, width_px: int = 320, height_px: int = 240) -> Path:
    with H264Writer(path, width_px, height_px) as writer:
        for index, time_s in enumerate(TIMES_S):
            writer.write(picture(index, width_px, height_px), time_s)
    return path


def write_times(path: Path, times_s: list[float | BaseException], height_px: int = 240) -> None:
    with H264Writer(path, 320, height_px) as writer:
        for time_s in times_s:
            if isinstance(time_s, BaseException):
                raise time_s
            writer.write(picture(0), time_s)


def write_noise(path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    with H264Writer(path, 320, 240) as writer:
        for index in range(60):
            writer.write(np.roll(noise, index * 37, axis=0), index / 30)


def test_times_and_pictures_come_back(tmp_path: Path) -> None:
    frames = list(open_clip(write(tmp_path / "a.mp4")).frames())
    times_s = [frame.time_s + TIMES_S[0] for frame in frames]
    assert times_s == pytest.approx(TIMES_S, abs=1e-5)
    assert [read_index(frame.rgb) for frame in frames] == list(range(60))


def test_players_can_play_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", 321, 241)
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (320, 240)
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert [index for index, packet in enumerate(packets) if packet.is_keyframe] == list(range(0, 60, 10))
    assert all(packet.pts == packet.dts for packet in packets)


def test_same_input_same_bytes(tmp_path: Path) -> None:
    contents = {write(tmp_path / f"{index}.mp4").read_bytes() for index in range(4)}
    assert len(contents) == 1


def test_white_stays_white(tmp_path: Path) -> None:
    with H264Writer(tmp_path / "a.mp4", 320, 240) as writer:
        writer.write(np.full((240, 320, 3), (250, 40, 90), np.uint8), 0.0)
    (frame,) = open_clip(tmp_path / "a.mp4").frames()
    assert np.abs(frame.rgb.astype(int) - (250, 40, 90)).max() <= 6


def test_nothing_is_left_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"older")
    with pytest.raises(KeyboardInterrupt):
        write_times(tmp_path / "a.mp4", [0.0, KeyboardInterrupt()])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"older"]


def test_misuse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        write_times(tmp_path / "a.mp4", [])
    with pytest.raises(ValueError, match="does not move on"):
        write_times(tmp_path / "a.mp4", [1.0, 1.0])
    with pytest.raises(ValueError, match="shape"):
        write_times(tmp_path / "a.mp4", [1.0], height_px=200)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        H264Writer(tmp_path / "missing" / "a.mp4", 320, 240)


def test_a_full_disk(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A limit on file size stops the writer as a full disk does.
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        with pytest.raises(InputError, match="cannot be written"):
            write_noise(tmp_path / "a.mp4")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []
