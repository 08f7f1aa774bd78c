"""One way in for every kind of clip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.video.camera import Camera
from slumpcv.video.files import VideoFile
from slumpcv.video.images import ImageSequence

if TYPE_CHECKING:
    from slumpcv.video.base import FrameSource

IMAGES_FPS = 30.0
"""Rate at which a sequence of images counts as taken, unless the caller knows better."""


def open_clip(
    path_or_index: str | Path | int, *, max_side_px: int | None = None, images_fps: float = IMAGES_FPS
) -> FrameSource:
    """Open a clip of any kind for reading frame by frame.

    Parameters
    ----------
    path_or_index : str, Path or int
        A video file (mp4, mov, webm, mkv, avi, MPEG transport stream); a folder or a glob pattern
        of images, read in the natural order of their names; or a camera's number (as text too,
        where no file has that name).
    max_side_px : int, optional
        Reduce frames to this on their longer side; full size by default.
    images_fps : float, optional
        Images per second, for a folder or pattern only: sets their timestamps.

    Returns
    -------
    FrameSource
        Use it in a ``with`` statement.

    Raises
    ------
    InputError
        It cannot be used, with the reason and what to do.
    ValueError
        `max_side_px` or `images_fps` is not positive.
    """
    if max_side_px is not None and max_side_px < 1:
        raise ValueError("max_side_px must be positive")
    if not images_fps > 0:
        raise ValueError("images_fps must be positive")
    if isinstance(path_or_index, int):
        return Camera(path_or_index, max_side_px)
    path = Path(path_or_index)
    name = str(path_or_index)
    if name.isascii() and name.isdigit() and not path.exists():
        return Camera(int(name), max_side_px)
    if path.is_dir() or (any(sign in name for sign in "*?[") and not path.exists()):
        return ImageSequence(path, images_fps, max_side_px)
    return VideoFile(path, max_side_px)
