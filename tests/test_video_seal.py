"""A browser's recording gets a duration and an index, and keeps its pictures and times."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from clipmaker import make_clip, make_sound, read_index

from slumpcv.errors import InputError
from slumpcv.video import open_clip, seal

if TYPE_CHECKING:
    from pathlib import Path

# As a browser's clock gives them: uneven, with a pause.
TIMES_S = [*(0.033 * k for k in range(40)), *(2.0 + 0.034 * k for k in range(40))]
STREAMED = {
    "clip.webm": {"codec": "libvpx", "muxer_options": {"live": "1"}},
    "clip.mp4": {"muxer_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}},
}


def frames_of(path: Path) -> tuple[float | None, list[float], list[int | None]]:
    with open_clip(path) as source:
        frames = list(source.frames())
        return source.info.duration_s, [f.time_s for f in frames], [read_index(f.rgb) for f in frames]


def recording(folder: Path, name: str, **more: object) -> Path:
    return make_clip(folder / name, TIMES_S, **STREAMED[name], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", STREAMED)
def test_a_sealed_recording_has_a_duration_and_the_same_frames(tmp_path: Path, name: str) -> None:
    clip = recording(tmp_path, name)
    _, times_s, indices = frames_of(clip)
    os.utime(clip, (1_000_000_000, 1_000_000_000))
    seal(clip)
    assert clip.stat().st_mtime == 1_000_000_000
    duration_s, sealed_s, sealed_indices = frames_of(clip)
    assert duration_s == pytest.approx(TIMES_S[-1], abs=0.1)
    np.testing.assert_allclose(sealed_s, times_s, atol=0.0011)
    assert sealed_indices == indices == list(range(len(TIMES_S)))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_webm_has_no_duration_before(tmp_path: Path) -> None:
    assert frames_of(recording(tmp_path, "clip.webm"))[0] is None


@pytest.mark.parametrize("name", STREAMED)
def test_one_can_jump_in_a_sealed_recording(tmp_path: Path, name: str) -> None:
    clip = recording(tmp_path, name)
    seal(clip)
    with open_clip(clip) as source:
        late = [frame.time_s for frame in source.frames(start_s=2.5)]
        assert min(late) == pytest.approx(2.5, abs=0.04)
        assert len(source.peek(3)) == 3


@pytest.mark.parametrize("name", STREAMED)
def test_a_recording_that_was_cut_off_keeps_what_is_there(tmp_path: Path, name: str) -> None:
    clip = recording(tmp_path, name)
    clip.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * 0.7)])
    seal(clip)
    _, _, indices = frames_of(clip)
    assert len(indices) > 30
    assert indices == list(range(len(indices)))


def test_a_turned_picture_stays_turned(tmp_path: Path) -> None:
    clip = recording(tmp_path, "clip.mp4", display=(90.0, False, False))
    with open_clip(clip) as source:
        turned = source.info.rotation_deg
    seal(clip)
    with open_clip(clip) as source:
        assert source.info.rotation_deg == turned != 0


@pytest.mark.parametrize("kind", ["text", "sound"])
def test_what_is_no_recording_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    clip = tmp_path / "clip.webm"
    if kind == "text":
        clip.write_text("no video")
    else:
        clip = make_sound(tmp_path / "sound.mp4")
    before = clip.read_bytes()
    with pytest.raises(InputError):
        seal(clip)
    assert clip.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1
