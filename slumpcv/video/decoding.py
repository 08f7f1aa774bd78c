"""Steps of reading a video stream: its clock, its decoded frames, its size and kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.codec.context import Flags
from av.error import FFmpegError
from av.stream import Disposition

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.video.base import MAX_PIXELS, check_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

DECODER_THREADS = 1
"""A second one decodes ahead, which clips of 4K gain 8 % by and others nothing, as they are read in two
pieces side by side; but of damaged clips it then sees other pictures."""

MAX_READ_ERRORS = 20
"""Broken reads in a row after which the rest of the file counts as lost."""

ROUNDING_S = Fraction(2, 1_000_000)
"""Start times this close are the same: containers keep them in microseconds."""

CODEC_LIMITS = {"max_pixels": str(MAX_PIXELS)}
"""Makes decoders refuse a huge picture before they allocate it, whatever the container declared."""

_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Clock:
    """Turns a stream's timestamps into seconds since the clip's start, as a player shows them.

    Attributes
    ----------
    tick_s : Fraction
        Unit of the timestamps.
    start_ticks : int
        Timestamp of time 0.
    counts_packets : bool
        The container stores no presentation times (AVI): a frame's time is its place in the file,
        in order of output.
    """

    tick_s: Fraction
    start_ticks: int
    counts_packets: bool

    @classmethod
    def of(cls, container: InputContainer, stream: VideoStream, first: av.VideoFrame, demuxer: str) -> Clock:
        """Set the clock of a freshly opened container.

        Parameters
        ----------
        container, stream
            Where the frames come from.
        first : av.VideoFrame
            The first frame decoded.
        demuxer : str
            FFmpeg's name of the container.

        Returns
        -------
        Clock
            With time 0 where the earliest of the streams starts.
        """
        tick_s = stream.time_base or Fraction(1, _MICROSECONDS)
        if demuxer == "avi":
            return cls(tick_s, first.dts or 0, True)
        own_start = stream.start_time
        if container.start_time is None:
            return cls(tick_s, own_start or first.pts or 0, False)
        start_s = Fraction(container.start_time, _MICROSECONDS)
        if own_start is not None and abs(own_start * tick_s - start_s) < ROUNDING_S:
            return cls(tick_s, own_start, False)
        return cls(tick_s, round(start_s / tick_s), False)

    def time_s(self, frame: av.VideoFrame, last_s: float | None = None) -> float | None:
        """Tell when a frame is shown.

        Parameters
        ----------
        frame : av.VideoFrame
            Decoded just now.
        last_s : float, optional
            Time of the frame before.

        Returns
        -------
        float or None
            Seconds; None where the frame carries no timestamp.
        """
        if not self.counts_packets:
            return None if frame.pts is None else self.seconds(frame.pts)
        if frame.dts is not None:
            return self.seconds(frame.dts)
        # The last frames come out of the decoder with no packet of their own.
        return None if last_s is None else last_s + float(self.tick_s)

    def seconds(self, ticks: int) -> float:
        """Convert a timestamp to seconds since the clip's start."""
        return float((ticks - self.start_ticks) * self.tick_s)

    def ticks(self, time_s: float) -> int:
        """Convert seconds since the clip's start to a timestamp, rounded down."""
        return math.floor(time_s / self.tick_s) + self.start_ticks


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """Pick the moving picture of a container and set its decoder up.

    Parameters
    ----------
    container : InputContainer
        Just opened.
    path : Path
        For messages.

    Returns
    -------
    VideoStream
        Ready to decode; cover images do not count.

    Raises
    ------
    InputError
        No video, encrypted, an unknown codec, or a size beyond the limits.
    """
    cover = Disposition.attached_pic
    streams = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not streams:
        found = "trouble.only_sound" if container.streams.audio else "trouble.no_stream"
        raise InputError(later(found, path=path), later("trouble.fix.person"))
    context = streams[0].codec_context
    if context is None:
        raise InputError(later("trouble.codec", path=path), later("trouble.fix.h264"))
    if context.width and context.height:
        check_size(str(path), context.width, context.height)
    context.options = dict(CODEC_LIMITS)
    # Damaged frames must be seen to be counted; without this some decoders hide them.
    context.flags |= Flags.output_corrupt
    context.thread_type = "AUTO"
    context.thread_count = DECODER_THREADS
    return streams[0]


def decoded(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame | None]:
    """Decode a stream from where the container stands.

    Parameters
    ----------
    container, stream
        As opened.

    Yields
    ------
    av.VideoFrame or None
        Frames in order of presentation; None wherever something could not be read or decoded.
    """
    errors = 0
    while errors < MAX_READ_ERRORS:
        try:
            for packet in container.demux(stream):
                errors = 0
                yield from _frames_of(packet)
            return
        except FFmpegError:
            errors += 1
            yield None


def _frames_of(packet: av.Packet[VideoStream]) -> Sequence[av.VideoFrame | None]:
    if packet.is_corrupt:
        return [None]
    try:
        return packet.decode()
    except FFmpegError:
        return [None]


def duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    """Read the declared duration.

    Parameters
    ----------
    container, stream
        As opened.

    Returns
    -------
    float or None
        Seconds; None where nothing is declared.
    """
    if stream.duration and stream.time_base:
        # Of an AVI that was cut off, FFmpeg reports the length left; its header still counts the frames.
        counted = stream.frames if container.format.name == "avi" else 0
        return float(max(stream.duration, counted) * stream.time_base)
    if not container.duration:
        return None
    # Matroska declares the time of its end, not how long it lasts.
    return (container.duration - max(0, container.start_time or 0)) / _MICROSECONDS
