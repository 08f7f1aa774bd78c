"""What every source of frames has in common: timestamps, thinning and limits."""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from bisect import insort
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from slumpcv.errors import InputError
from slumpcv.language import Later, later

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MIN_SIDE_PX = 120
"""Shorter sides than this leave a forearm or a foot some ten pixels: nothing to measure."""

MAX_SIDE_PX = 8192
"""8K video is 7680 wide; a larger side is a forged or broken header."""

MAX_PIXELS = 7680 * 4320
"""8K. One such RGB image takes 100 MB; twice the size would not fit beside the pose model."""

DUE_TOLERANCE_S = 0.002
"""Containers round timestamps to as little as 1 ms, so a frame may seem to come a little early."""

_HASH_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a clip.

    Attributes
    ----------
    time_s : float
        Its own presentation time in seconds, relative to the clip's start as a player shows it.
    rgb : (H, W, 3) uint8
        Contiguous, upright, with square pixels; smaller than ``ClipInfo`` says where the source
        was opened with ``max_side_px``.
    """

    time_s: float
    rgb: NDArray[np.uint8]


@dataclass(frozen=True)
class ClipInfo:
    """Facts about a clip; never its name.

    Attributes
    ----------
    width_px, height_px : int
        Size of the original, upright and with square pixels.
    rotation_deg : int
        Clockwise turn that the metadata asks for (already applied to frames): 0, 90, 180 or 270.
    fps_nominal : float or None
        What the container claims; never used for time.
    duration_s : float or None
        What the container claims; None where it does not say.
    container, codec : str or None
        Short names such as ``mp4`` and ``h264``; None for a camera.
    sha256 : str or None
        Of the file's bytes, or of all images' bytes in order; None for a camera.
    mirrored : bool
        Whether the metadata asks for a left-right mirror before the turn (already applied).
    recorded_at : datetime or None
        When the container says that it was recorded, with a time zone; None where it does not, or cannot
        be believed. It goes into no result.
    """

    width_px: int
    height_px: int
    rotation_deg: int
    fps_nominal: float | None
    duration_s: float | None
    container: str | None
    codec: str | None
    sha256: str | None
    mirrored: bool = False
    recorded_at: datetime | None = None


class FrameSource(ABC):
    """A clip, a folder of images or a camera; use it as a context manager.

    Attributes
    ----------
    damaged_at_s : list of float
        Filled while reading, in order and without repeats over several readings: times of the
        last good frame before each place where frames were lost.
    dropped_count : int
        Filled while reading: frames left out because their timestamp was missing, repeated or
        ran backwards.
    """

    def __init__(self) -> None:
        self.damaged_at_s: list[float] = []
        self.dropped_count = 0

    @property
    @abstractmethod
    def info(self) -> ClipInfo:
        """Facts about the clip; the first use reads a file once for its checksum."""

    @abstractmethod
    def peek(self, count: int) -> list[Frame]:
        """Fetch up to `count` frames spread over the clip, cheaply; none where seeking is impossible.

        Parameters
        ----------
        count : int
            How many; fewer come back where the clip has fewer places to jump to.

        Returns
        -------
        list of Frame
            In order of time.
        """

    @abstractmethod
    def _timed(self, from_s: float) -> Iterator[tuple[float | None, Any]]:
        """Yield (time in seconds or None, undeveloped picture) from `from_s` or earlier on."""

    @abstractmethod
    def _develop(self, raw: Any) -> NDArray[np.uint8]:
        """Turn an undeveloped picture into upright RGB."""

    def frames(
        self, fps: float | None = None, start_s: float | None = None, end_s: float | None = None
    ) -> Iterator[Frame]:
        """Read frames in order, one at a time.

        Which frames are kept depends on their timestamps alone, so reading a clip in pieces gives
        the same frames as reading it whole.

        Parameters
        ----------
        fps : float, optional
            Thin out to at most this rate: of each 1/fps of clip time, the first frame. All by default.
        start_s, end_s : float, optional
            Only frames with ``start_s <= time_s < end_s``.

        Yields
        ------
        Frame
            With strictly increasing ``time_s``.

        Raises
        ------
        ValueError
            `fps` is not positive.
        InputError
            The source broke down altogether.
        """
        if fps is not None and not fps > 0:
            raise ValueError("fps must be positive")
        self.dropped_count = 0
        begin_s = -math.inf if start_s is None else start_s
        # The first frame of the slot that start_s falls into may lie before start_s.
        from_s = begin_s - (0.0 if fps is None else 1.0 / fps + DUE_TOLERANCE_S)
        slots = _Slots(fps)
        for time_s, raw in self._increasing(from_s):
            if end_s is not None and time_s >= end_s:
                return
            if slots.take(time_s) and time_s >= begin_s:
                yield Frame(time_s, self._develop(raw))

    def _increasing(self, from_s: float) -> Iterator[tuple[float, Any]]:
        last_s = -math.inf
        for time_s, raw in self._timed(from_s):
            if time_s is None or time_s <= last_s:
                self.dropped_count += 1
                continue
            last_s = time_s
            yield time_s, raw

    def _lost_after(self, last_s: float) -> None:
        """Note damage, once however often it is met; several readings may run at once."""
        if last_s not in self.damaged_at_s:
            insort(self.damaged_at_s, last_s)

    def close(self) -> None:  # noqa: B027 (most sources hold nothing open between reads)
        """Let go of files and devices."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Close, whatever happened."""
        self.close()


class _Slots:
    """Takes the first frame of each slot of clip time."""

    def __init__(self, fps: float | None) -> None:
        self._fps = fps
        self._last: int | None = None

    def take(self, time_s: float) -> bool:
        if self._fps is None:
            return True
        slot = math.floor((time_s + DUE_TOLERANCE_S) * self._fps)
        taken = self._last is None or slot > self._last
        self._last = slot
        return taken


def check_size(name: str | Later, width_px: int, height_px: int) -> None:
    """Refuse pictures that are too small to measure or too large to hold.

    Parameters
    ----------
    name : str or Later
        What to call the clip in the message.
    width_px, height_px : int
        Its declared size.

    Raises
    ------
    InputError
        Outside the limits of this module.
    """
    size: dict[str, object] = {"name": name, "width": width_px, "height": height_px}
    if min(width_px, height_px) < MIN_SIDE_PX:
        raise InputError(later("trouble.too_small", **size), later("trouble.fix.larger"))
    if max(width_px, height_px) > MAX_SIDE_PX or width_px * height_px > MAX_PIXELS:
        raise InputError(later("trouble.too_large", **size), later("trouble.fix.smaller"))


def sha256_of(paths: Iterable[Path]) -> str:
    """Hash the bytes of files, one after the other, in constant memory.

    Parameters
    ----------
    paths : iterable of Path
        In the order that counts.

    Returns
    -------
    str
        Hexadecimal digest.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(_HASH_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
