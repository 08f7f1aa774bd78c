"""Make small clips whose every frame says which one it is."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TICK_S = Fraction(1, 90_000)
BITS = 8
ROWS = COLUMNS = 4
DARK, BRIGHT = 40, 215
QUIET_OPTIONS = {"hevc": {"x265-params": "log-level=none"}, "libvpx-vp9": {"cpu-used": "8"}}
FORMATS = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm", ".avi": "avi", ".ts": "mpegts"}


def picture(index: int, width_px: int = 320, height_px: int = 240) -> NDArray[np.uint8]:
    """Draw a number as a 4x4 checker: 8 bits and, below, the same bits inverted.

    Parameters
    ----------
    index : int
        0 to 255.
    width_px, height_px : int
        Size of the picture.

    Returns
    -------
    (height_px, width_px, 3) uint8
        Turned pictures cannot be read, mirrored ones read as another number.
    """
    bits = [index >> place & 1 for place in range(BITS)]
    cells = np.array(bits + [1 - bit for bit in bits]).reshape(ROWS, COLUMNS)
    rows = np.arange(height_px) * ROWS // height_px
    columns = np.arange(width_px) * COLUMNS // width_px
    grey = np.where(cells[np.ix_(rows, columns)], BRIGHT, DARK).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def read_index(rgb: NDArray[np.uint8]) -> int | None:
    """Read the number that `picture` drew.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
        Of any size.

    Returns
    -------
    int or None
        None where the picture is turned or smeared.
    """
    height_px, width_px = rgb.shape[:2]
    cells = np.empty((ROWS, COLUMNS))
    for row in range(ROWS):
        for column in range(COLUMNS):
            y, x = (2 * row + 1) * height_px // (2 * ROWS), (2 * column + 1) * width_px // (2 * COLUMNS)
            cells[row, column] = rgb[y - 3 : y + 4, x - 3 : x + 4].mean()
    bits = (cells > (DARK + BRIGHT) / 2).ravel()
    if (bits[:BITS] == bits[BITS:]).any() or np.abs(cells - (DARK + BRIGHT) / 2).min() < 40:
        return None
    return int(sum(1 << place for place in range(BITS) if bits[place]))


def make_clip(
    path: Path,
    times_s: Sequence[float],
    *,
    codec: str = "libx264",
    size_px: tuple[int, int] = (320, 240),
    pix_fmt: str = "yuv420p",
    gop: int = 12,
    b_frames: int = 0,
    display: tuple[float, bool, bool] | None = None,
    pixel_stretch: Fraction | None = None,
    sound_s: tuple[float, float] | None = None,
    muxer_options: dict[str, str] | None = None,
    pictures: Sequence[NDArray[np.uint8]] | None = None,
) -> Path:
    """Encode numbered pictures with given timestamps.

    Parameters
    ----------
    path : Path
        Its suffix chooses the container.
    times_s : sequence of float
        Presentation time of each frame; the container may round them.
    codec, pix_fmt : str
        FFmpeg's names.
    size_px : (int, int)
        Width and height as stored.
    gop, b_frames : int
        Key frame distance and frames stored out of order.
    display : (float, bool, bool), optional
        Counterclockwise turn in degrees, horizontal and vertical flip, for the metadata.
    pixel_stretch : Fraction, optional
        Sample aspect ratio.
    sound_s : (float, float), optional
        Add a sound track from one time to another.
    muxer_options : dict, optional
        For the container.
    pictures : sequence of arrays, optional
        Instead of numbers 0, 1, 2...

    Returns
    -------
    Path
        The same path.
    """
    with av.open(str(path), "w", format=FORMATS[path.suffix], options=muxer_options or {}) as container:
        stream: Any = container.add_stream(codec, rate=30, options=dict(QUIET_OPTIONS.get(codec, {})))
        stream.width, stream.height = size_px
        stream.pix_fmt = pix_fmt
        stream.gop_size = gop
        stream.max_b_frames = b_frames
        # AVI and old codecs know frame numbers only.
        coarse = path.suffix == ".avi" or codec in ("mpeg4", "mjpeg")
        stream.codec_context.time_base = stream.time_base = Fraction(1, 30) if coarse else TICK_S
        if pixel_stretch is not None:
            stream.codec_context.sample_aspect_ratio = pixel_stretch
        if display is not None:
            stream.set_display_rotation(display[0], hflip=display[1], vflip=display[2])
        sound_codec = "libopus" if path.suffix == ".webm" else "aac"
        sound = container.add_stream(sound_codec, rate=48_000) if sound_s else None
        images = [picture(index, *size_px) for index in range(len(times_s))] if pictures is None else pictures
        _add_pictures(container, stream, images, times_s)
        if sound is not None and sound_s is not None:
            _add_silence(container, sound, *sound_s)
    return path


def make_sound(path: Path, until_s: float = 0.5) -> Path:
    """Make an mp4 with a silent sound track and nothing else.

    Parameters
    ----------
    path : Path
        To write to.
    until_s : float
        Its length.

    Returns
    -------
    Path
        The same path.
    """
    with av.open(str(path), "w", format="mp4") as container:
        _add_silence(container, container.add_stream("aac", rate=48_000), 0.0, until_s)
    return path


def _add_pictures(container: Any, stream: Any, images: Any, times_s: Sequence[float]) -> None:
    tick_s = stream.codec_context.time_base
    for image, time_s in zip(images, times_s, strict=True):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        frame = frame.reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = round(time_s / tick_s), tick_s
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _add_silence(container: Any, stream: Any, from_s: float, until_s: float) -> None:
    for start in range(round(from_s * 48_000), round(until_s * 48_000), 960):
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 960), np.float32), format="fltp", layout="stereo")
        frame.sample_rate = 48_000
        frame.pts, frame.time_base = start, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def dated_copy(clip: Path, path: Path, at: str) -> Path:
    """A clip as a camera would have written it that says when that was."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as target:
        (pictures,) = source.streams.video
        copy = target.add_stream_from_template(pictures)
        target.metadata["creation_time"] = at
        for packet in source.demux(pictures):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    return path
