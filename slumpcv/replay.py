"""A clip as every browser can play it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REPLAY = "replay.mp4"
# Large enough to see what the body does, small enough for a phone to jump about in. [E]
REPLAY_SIDE_PX = 960


def write_replay(
    clip: Path,
    replay: Path,
    progress: Callable[[float], None] | None = None,
    aspect: float | None = None,
) -> None:
    """Write a clip again so that every browser can play it and jump to any frame at once.

    Parameters
    ----------
    clip : the recording.
    replay : the mp4 file to make; its times are the recording's own.
    progress : called with the share done, 0 to 1.
    aspect : width over height of the picture, where more is drawn below it, as in an annotated video;
        None takes all.

    Raises
    ------
    InputError
        When the clip cannot be read, or the disk is full.
    """
    from slumpcv.video import H264Writer, open_clip

    with open_clip(clip, max_side_px=REPLAY_SIDE_PX) as source:
        frames = source.frames()
        first = next(frames)
        height_px, width_px = first.rgb.shape[:2]
        if aspect is not None:
            height_px = min(height_px, round(width_px / aspect / 2) * 2)
        with H264Writer(replay, width_px, height_px) as writer:
            writer.write(first.rgb[:height_px], first.time_s)
            for frame in frames:
                writer.write(frame.rgb[:height_px], frame.time_s)
                if progress is not None and source.info.duration_s:
                    progress(frame.time_s / source.info.duration_s)
