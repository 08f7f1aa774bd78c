"""From a decoded picture to upright RGB with square pixels."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from av import VideoFrame
    from numpy.typing import NDArray

MAX_PIXEL_STRETCH = 4.0
"""Real non-square pixels are stretched by at most 2 (anamorphic film); beyond 4 the header is wrong."""

SAME_SHAPE_TOLERANCE = 0.02
"""Relative change of aspect ratio within a clip that is rounding, not a turned phone."""

CONVERTER_THREADS = 2
"""As many as for decoding; fixed, so that no computer rounds differently where stripes meet."""

_FULL_RANGE = 2


@dataclass(frozen=True)
class Orientation:
    """How a stored picture must be turned: transposed first, then flipped.

    Attributes
    ----------
    transposed, flipped_x, flipped_y : bool
        Rows and columns exchanged; left and right exchanged; top and bottom exchanged.
    """

    transposed: bool = False
    flipped_x: bool = False
    flipped_y: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> Orientation:
        """Read the display matrix of a decoded frame, rounded to quarter turns.

        Parameters
        ----------
        frame : av.VideoFrame
            Carries the matrix as side data, or nothing when it is upright.

        Returns
        -------
        Orientation
            Upright for a missing or empty matrix.
        """
        # PyAV's type stubs know of one kind of side data only.
        side_data = cast("Mapping[str, Any]", frame.side_data).get("DISPLAYMATRIX")
        if side_data is None:
            return cls()
        # 3x3, row vectors: x' = a x + c y, y' = b x + d y, with y downwards.
        a, b, _, c, d = (int(value) for value in np.frombuffer(bytes(side_data), np.int32)[:5])
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(True, c < 0, b < 0)
        return cls(False, a < 0, d < 0)

    @property
    def mirrored(self) -> bool:
        """Whether a left-right mirror comes before the turn."""
        return self.transposed == (self.flipped_x == self.flipped_y)

    @property
    def rotation_deg(self) -> int:
        """The clockwise turn, after the mirror if there is one."""
        if self.transposed:
            return 90 if self.flipped_x else 270
        return 180 if self.flipped_y else 0

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn a picture upright.

        Parameters
        ----------
        image : (H, W, 3) uint8
            As stored.

        Returns
        -------
        (H, W, 3) or (W, H, 3) uint8
            Contiguous; the same array where nothing had to be turned.
        """
        turned = np.asarray(cv2.transpose(image), np.uint8) if self.transposed else image
        if self.flipped_x or self.flipped_y:
            # OpenCV's code: 0 exchanges top and bottom, positive left and right, negative both.
            code = int(self.flipped_x) - 2 * int(self.flipped_x and self.flipped_y)
            turned = np.asarray(cv2.flip(turned, code), np.uint8)
        return np.ascontiguousarray(turned)


class Developer:
    """Makes every picture of a clip the same upright size.

    Parameters
    ----------
    first : av.VideoFrame
        Sets size and orientation for the whole clip.
    pixel_stretch : Fraction or None
        Width of a stored pixel over its height; None or absurd values count as 1.
    max_side_px : int or None
        Reduce pictures to this on their longer side.
    """

    def __init__(self, first: VideoFrame, pixel_stretch: Fraction | None, max_side_px: int | None) -> None:
        stretch = float(pixel_stretch) if pixel_stretch else 1.0
        self._stretch = stretch if 1 / MAX_PIXEL_STRETCH <= stretch <= MAX_PIXEL_STRETCH else 1.0
        self.orientation = Orientation.of(first)
        width_px, height_px = max(1, round(first.width * self._stretch)), first.height
        longer_px = max(width_px, height_px)
        scale = min(1.0, max_side_px / longer_px) if max_side_px else 1.0
        self._width_px = max(1, round(width_px * scale))
        self._height_px = max(1, round(height_px * scale))
        turned = self.orientation.transposed
        self.size_px = (height_px, width_px) if turned else (width_px, height_px)
        # Readings of one clip may run at once, and a converter serves one thread only.
        self._converters = threading.local()

    def develop(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Convert one decoded frame.

        Parameters
        ----------
        frame : av.VideoFrame
            Of any size: a clip may change it midway (a phone was turned), and then keeps its
            proportions inside black bars.

        Returns
        -------
        (H, W, 3) uint8
            Contiguous, upright RGB.
        """
        width_px, height_px = self._fit(frame)
        image = self._rgb(frame, width_px, height_px)
        if (width_px, height_px) != (self._width_px, self._height_px):
            canvas = np.zeros((self._height_px, self._width_px, 3), np.uint8)
            top, left = (self._height_px - height_px) // 2, (self._width_px - width_px) // 2
            canvas[top : top + height_px, left : left + width_px] = image
            image = canvas
        return self.orientation.apply(image)

    def _fit(self, frame: VideoFrame) -> tuple[int, int]:
        shape = frame.width * self._stretch / frame.height
        ratio = shape / (self._width_px / self._height_px)
        if abs(ratio - 1) <= SAME_SHAPE_TOLERANCE:
            return self._width_px, self._height_px
        if ratio > 1:
            return self._width_px, max(1, round(self._width_px / shape))
        return max(1, round(self._height_px * shape)), self._height_px

    def _rgb(self, frame: VideoFrame, width_px: int, height_px: int) -> NDArray[np.uint8]:
        if not hasattr(self._converters, "own"):
            self._converters.own = VideoReformatter()
        rgb = self._converters.own.reformat(
            frame, width_px, height_px, "rgb24", dst_color_range=_FULL_RANGE, threads=CONVERTER_THREADS
        )
        return np.ascontiguousarray(rgb.to_ndarray(), dtype=np.uint8)
