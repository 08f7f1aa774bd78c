"""Write clips that browsers and phones play: H.264 in mp4."""

from __future__ import annotations

import contextlib
import errno
import secrets
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Self

import av
import numpy as np
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter

from slumpcv.errors import InputError
from slumpcv.language import later

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray

TICK_S = Fraction(1, 90_000)
"""Fine enough for any camera's timestamps, and the usual clock of video."""

ENCODER_THREADS = 2
"""Fixed, since each number of threads gives other bytes; each thread also holds more frames."""

X264_OPTIONS = {
    "preset": "superfast",
    # Nothing is kept back to look ahead at, and one picture to refer to: bounded memory and delay.
    # x264's sync-lookahead and lookahead-threads stay at their defaults: setting them to 0 and 1
    # gave other bytes on every run.
    "x264-params": "rc-lookahead=0:mbtree=0:ref=1:bframes=0:scenecut=0",
}

_BT709 = 1
_LIMITED_RANGE = 1
_YUV = "yuv420p"


class H264Writer:
    """Writes frames with their own timestamps; use it as a context manager.

    The file appears under its name only when everything was written, replacing one that was there;
    after an error nothing is left.

    Parameters
    ----------
    path : str or Path
        The mp4 file to make.
    width_px, height_px : int
        Size of the frames; an odd last column or row is cut off, as players need even sizes.
    gop : int, optional
        Frames from one key frame to the next: small numbers make seeking exact and fast.
    crf : int, optional
        x264's quality, 18 (fine) to 28 (small).

    Raises
    ------
    InputError
        The file cannot be made there.
    ValueError
        A side is shorter than two pixels.
    """

    def __init__(
        self, path: str | Path, width_px: int, height_px: int, *, gop: int = 10, crf: int = 23
    ) -> None:
        if min(width_px, height_px) < 2:
            raise ValueError(f"a clip cannot be {width_px}x{height_px} pixels")
        self._path = Path(path)
        self._part = self._path.with_name(f".{secrets.token_hex(6)}.part")
        self._width_px, self._height_px = width_px - width_px % 2, height_px - height_px % 2
        self._last_tick: int | None = None
        self._reformatter = VideoReformatter()
        try:
            # PyAV opens the file with the first frame; a folder that is missing or locked shows now.
            self._part.touch(exist_ok=False)
            self._container = av.open(
                f"file:{self._part.absolute()}", "w", format="mp4", options={"movflags": "+faststart"}
            )
        except (FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        self._stream = self._add_stream(gop, crf)

    def write(self, rgb: NDArray[np.uint8], time_s: float) -> None:
        """Add one frame.

        Parameters
        ----------
        rgb : (H, W, 3) uint8
            Of the size given at the start.
        time_s : float
            Later than the frame before.

        Raises
        ------
        ValueError
            Wrong size, or time does not move on.
        InputError
            The disk is full.
        """
        if (rgb.shape[0] & ~1, rgb.shape[1] & ~1) != (self._height_px, self._width_px):
            raise ValueError(f"frame of shape {rgb.shape} in a {self._width_px}x{self._height_px} clip")
        tick = round(time_s / TICK_S)
        if self._last_tick is not None and tick <= self._last_tick:
            raise ValueError(f"time does not move on at {time_s} s")
        self._last_tick = tick
        image = np.ascontiguousarray(rgb[: self._height_px, : self._width_px])
        frame = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(image, format="rgb24"),
            format=_YUV,
            dst_colorspace=_BT709,
            dst_color_range=_LIMITED_RANGE,
            threads=1,
        )
        frame.pts, frame.time_base = tick, TICK_S
        try:
            self._container.mux(self._stream.encode(frame))
        except (FFmpegError, OSError) as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Finish the file and give it its name.

        Raises
        ------
        InputError
            The disk is full.
        ValueError
            No frame was written.
        """
        try:
            if self._last_tick is None:
                raise ValueError("a clip needs at least one frame")
            self._container.mux(self._stream.encode(None))
            self._container.close()
            self._part.replace(self._path)
        except (FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        finally:
            self.discard()

    def discard(self) -> None:
        """Give up and leave nothing behind; does nothing after `close`."""
        # Closing tries to finish the file, which fails again on a full disk.
        with contextlib.suppress(FFmpegError, OSError):
            self._container.close()
        self._part.unlink(missing_ok=True)

    def _add_stream(self, gop: int, crf: int) -> av.VideoStream:
        # The rate is only a hint to the encoder: every frame carries its own time.
        stream = self._container.add_stream("libx264", rate=30, options={**X264_OPTIONS, "crf": str(crf)})
        stream.width, stream.height, stream.pix_fmt = self._width_px, self._height_px, _YUV
        stream.gop_size = gop
        context = stream.codec_context
        context.thread_count = ENCODER_THREADS
        context.time_base = stream.time_base = TICK_S
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED_RANGE
        return stream

    def _unwritable(self, error: FFmpegError | OSError) -> InputError:
        if error.errno == errno.ENOSPC:
            return InputError(later("trouble.video_full", path=self._path), later("trouble.fix.space"))
        reason = (error.strerror or "unknown error").lower()
        return InputError(
            later("trouble.video_unwritten", path=self._path, reason=reason),
            later("trouble.fix.other_folder"),
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file, or after an error leave nothing."""
        if kind is None:
            self.close()
        else:
            self.discard()
