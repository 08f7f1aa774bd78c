"""A folder or pattern of numbered images, as a source of frames."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError

from slumpcv.errors import InputError
from slumpcv.video.base import MAX_PIXELS, ClipInfo, Frame, FrameSource, check_size, sha256_of
from slumpcv.video.picture import Developer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

DEMUXERS = {
    ".jpg": "jpeg_pipe",
    ".jpeg": "jpeg_pipe",
    ".png": "png_pipe",
    ".bmp": "bmp_pipe",
    ".tif": "tiff_pipe",
    ".tiff": "tiff_pipe",
    ".webp": "webp_pipe",
}
"""FFmpeg's reader for each suffix that counts as an image."""


class ImageSequence(FrameSource):
    """Images in the natural order of their names (``2.png`` before ``10.png``), evenly spaced in time.

    Parameters
    ----------
    where : Path
        A folder, or a glob pattern.
    fps : float
        Images per second.
    max_side_px : int or None
        Reduce frames to this on their longer side.

    Raises
    ------
    InputError
        No images there, or the first one cannot be read.
    """

    def __init__(self, where: Path, fps: float, max_side_px: int | None = None) -> None:
        super().__init__()
        self._fps = fps
        if where.is_dir():
            candidates = where.iterdir()
        else:
            candidates = Path(where.anchor).glob(str(where.relative_to(where.anchor)))
        self._paths = sorted(
            (path for path in candidates if path.suffix.lower() in DEMUXERS and path.is_file()),
            key=_natural_order,
        )
        if not self._paths:
            raise InputError(
                f"{where} holds no images", "Give a video file, or a folder of numbered jpg or png images."
            )
        first, self._codec = _decode(self._paths[0])
        if first is None:
            raise InputError(f"{self._paths[0]} is damaged or not an image", "Remove or replace it.")
        self._developer = Developer(first, None, max_side_px)
        check_size(str(where), *self._developer.size_px)

    @cached_property
    def info(self) -> ClipInfo:
        """Facts about the images; the first use reads them all once for the checksum."""
        width_px, height_px = self._developer.size_px
        return ClipInfo(
            width_px=width_px,
            height_px=height_px,
            rotation_deg=self._developer.orientation.rotation_deg,
            fps_nominal=self._fps,
            duration_s=len(self._paths) / self._fps,
            container="images",
            codec=self._codec,
            sha256=sha256_of(self._paths),
            mirrored=self._developer.orientation.mirrored,
        )

    def peek(self, count: int) -> list[Frame]:
        """Read up to `count` images spread over the sequence.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        list of Frame
            In order of time; unreadable images are left out.
        """
        total = len(self._paths)
        places = sorted({int(total * (place + 0.5) / count) for place in range(count)})
        decoded = ((place, _decode(self._paths[place])[0]) for place in places)
        return [Frame(place / self._fps, self._develop(raw)) for place, raw in decoded if raw is not None]

    def _timed(self, from_s: float) -> Iterator[tuple[float | None, Any]]:
        last_s, lost = 0.0, False
        for place, path in enumerate(self._paths):
            time_s = place / self._fps
            if time_s < from_s:
                continue
            raw = _decode(path)[0]
            if raw is not None:
                last_s, lost = time_s, False
                yield time_s, raw
            elif not lost:
                lost = True
                self._lost_after(last_s)

    def _develop(self, raw: Any) -> NDArray[np.uint8]:
        return self._developer.develop(raw)


def _decode(path: Path) -> tuple[av.VideoFrame | None, str | None]:
    try:
        with av.open(
            f"file:{path.absolute()}",
            mode="r",
            format=DEMUXERS[path.suffix.lower()],
            options={"protocol_whitelist": "file", "max_pixels": str(MAX_PIXELS)},
            metadata_errors="replace",
        ) as container:
            stream = container.streams.video[0]
            stream.thread_count = 1
            frame = next(container.decode(stream), None)
            return (None if frame is None or frame.is_corrupt else frame), stream.codec_context.name
    except (FFmpegError, OSError, ValueError, IndexError):
        return None, None


def _natural_order(path: Path) -> tuple[tuple[int, int | str], ...]:
    parts = re.split(r"(\d+)", path.name.lower())
    # Numbers sort before words; the leading 0 or 1 keeps the two from being compared.
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)
