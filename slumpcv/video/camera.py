"""A camera of this computer, as a source of frames."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from slumpcv.errors import InputError
from slumpcv.video.base import ClipInfo, Frame, FrameSource, check_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_SILENT = cv2.utils.logging.LOG_LEVEL_SILENT


class Camera(FrameSource):
    """Frames of a camera as they come; time counts from the first one read.

    Parameters
    ----------
    index : int
        The camera's number, 0 for the first.
    max_side_px : int or None
        Reduce frames to this on their longer side.

    Raises
    ------
    InputError
        There is no such camera, it is in use, or it shows nothing.
    """

    def __init__(self, index: int, max_side_px: int | None = None) -> None:
        super().__init__()
        # OpenCV reports a missing camera on the terminal by itself; the error below says it better.
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(_SILENT)
        try:
            self._capture = cv2.VideoCapture(index)
            shown, image = self._capture.read()
        finally:
            cv2.utils.logging.setLogLevel(level)
        if not shown:
            self._capture.release()
            raise InputError(
                f"Camera {index} cannot be opened", "Plug it in, close other programs that use it, or try 0."
            )
        height_px, width_px = image.shape[:2]
        check_size(f"Camera {index}", width_px, height_px)
        scale = min(1.0, max_side_px / max(width_px, height_px)) if max_side_px else 1.0
        self._size_px = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
        self._info = ClipInfo(
            width_px=width_px,
            height_px=height_px,
            rotation_deg=0,
            fps_nominal=self._capture.get(cv2.CAP_PROP_FPS) or None,
            duration_s=None,
            container=None,
            codec=None,
            sha256=None,
        )

    @property
    def info(self) -> ClipInfo:
        """Facts about the camera's pictures."""
        return self._info

    def peek(self, count: int) -> list[Frame]:  # noqa: ARG002 (the interface has it)
        """Give nothing: a camera cannot look ahead.

        Parameters
        ----------
        count : int
            Not used.

        Returns
        -------
        list of Frame
            Empty.
        """
        return []

    def close(self) -> None:
        """Switch the camera off."""
        self._capture.release()

    def _timed(self, from_s: float) -> Iterator[tuple[float | None, Any]]:
        begin_s = time.monotonic()
        while self._capture.grab():
            time_s = time.monotonic() - begin_s
            if time_s >= from_s:
                yield time_s, self._capture

    def _develop(self, raw: Any) -> NDArray[np.uint8]:
        shown, image = raw.retrieve()
        if not shown:
            raise InputError("The camera stopped sending pictures", "Plug it in again and restart.")
        if (image.shape[1], image.shape[0]) != self._size_px:
            image = cv2.resize(image, self._size_px, interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)
