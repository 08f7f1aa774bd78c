"""Video files, read with PyAV in presentation order, by their own timestamps."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.video.base import ClipInfo, Frame, FrameSource, check_size, sha256_of
from slumpcv.video.decoding import CODEC_LIMITS, Clock, decoded, duration_s, video_stream
from slumpcv.video.picture import Developer
from slumpcv.video.probe import check_file, demuxer_of, lacks_index
from slumpcv.video.recorded import recorded_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

CUT_SHORT_S = 1.0
"""A clip that ends this much before its declared end was cut; less is rounding or a last long frame."""

SEEK_MARGIN_S = 1.0
"""Jump to a key frame this much before the time wanted: frames are stored out of order by up to
16 places, which is 0.7 s at 24 frames per second."""

RECORD_AGAIN = later("trouble.fix.record_or_convert")
_CONTAINER_NAMES = {"mov": "mp4", "matroska": "matroska", "avi": "avi", "mpegts": "mpegts"}


class VideoFile(FrameSource):
    """A video file; each reading opens it anew, so several may run at once.

    Parameters
    ----------
    path : Path
        The file.
    max_side_px : int or None
        Reduce frames to this on their longer side.

    Raises
    ------
    InputError
        It is no video, or nothing in it can be decoded.
    """

    def __init__(self, path: Path, max_side_px: int | None = None) -> None:
        super().__init__()
        check_file(path)
        self._path = path
        self._demuxer = demuxer_of(path)
        with self._open() as container:
            if not container.streams:
                raise self._unopened()
            stream = video_stream(container, path)
            first = next((frame for frame in decoded(container, stream) if frame is not None), None)
            if first is None:
                raise InputError(later("trouble.no_picture", path=path), RECORD_AGAIN)
            self._developer = Developer(first, stream.sample_aspect_ratio, max_side_px)
            check_size(str(path), *self._developer.size_px)
            self._clock = Clock.of(container, stream, first, self._demuxer)
            self._duration_s = duration_s(container, stream)
            # Sound may go on after the last picture, so only the picture's own length shows a cut.
            alone = stream.duration is not None or len(container.streams) == 1
            self._declared_end_s = self._duration_s if alone else None
            self._fps_nominal = float(stream.average_rate) if stream.average_rate else None
            self._codec = stream.codec_context.name
            self._recorded_at = recorded_at(container.metadata)

    @cached_property
    def info(self) -> ClipInfo:
        """Facts about the clip; the first use reads the file once for its checksum."""
        width_px, height_px = self._developer.size_px
        return ClipInfo(
            width_px=width_px,
            height_px=height_px,
            rotation_deg=self._developer.orientation.rotation_deg,
            fps_nominal=self._fps_nominal,
            duration_s=self._duration_s,
            container=_CONTAINER_NAMES[self._demuxer],
            codec=self._codec,
            sha256=sha256_of([self._path]),
            mirrored=self._developer.orientation.mirrored,
            recorded_at=self._recorded_at,
        )

    def peek(self, count: int) -> list[Frame]:
        """Fetch up to `count` frames spread over the clip, from the key frames nearest before.

        Parameters
        ----------
        count : int
            How many; fewer come back where the clip has fewer key frames.

        Returns
        -------
        list of Frame
            In order of time, without repeats.
        """
        found: list[Frame] = []
        with self._open() as container:
            stream = video_stream(container, self._path)
            # Nothing to decode ahead: each jump needs one frame.
            stream.codec_context.thread_count = 1
            end_s = self._duration_s or self._last_packet_s(container, stream)
            for place in range(count):
                frame = self._key_frame(container, stream, end_s * (place + 0.5) / count)
                if frame is not None and (not found or frame.time_s > found[-1].time_s):
                    found.append(frame)
        return found

    def _last_packet_s(self, container: InputContainer, stream: VideoStream) -> float:
        """Read through a clip that declares no duration; this also shows FFmpeg its key frames."""
        try:
            ticks = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
        except FFmpegError:
            return 0.0
        return self._clock.seconds(max(ticks, default=self._clock.start_ticks))

    def _key_frame(self, container: InputContainer, stream: VideoStream, time_s: float) -> Frame | None:
        try:
            container.seek(self._clock.ticks(time_s), stream=stream)
            for frame in decoded(container, stream):
                if frame is not None and frame.key_frame and not frame.is_corrupt:
                    at_s = self._clock.time_s(frame)
                    return None if at_s is None else Frame(at_s, self._develop(frame))
        except FFmpegError:
            pass
        return None

    def _develop(self, raw: Any) -> NDArray[np.uint8]:
        return self._developer.develop(raw)

    def _timed(self, from_s: float) -> Iterator[tuple[float | None, av.VideoFrame]]:
        jump_s = from_s - SEEK_MARGIN_S
        jumps = jump_s > 0 and self._can_jump(jump_s)
        last_s = max(from_s, 0.0) if jumps else 0.0
        # After a jump as after a loss, pictures are smeared until the next key frame.
        lost = jumps
        with self._open() as container:
            stream = video_stream(container, self._path)
            if jumps:
                container.seek(self._clock.ticks(jump_s), stream=stream)
            for frame in decoded(container, stream):
                if frame is None or frame.is_corrupt or (lost and not frame.key_frame):
                    if not lost:
                        self._lost_after(last_s)
                    lost = True
                    continue
                lost = False
                time_s = self._clock.time_s(frame, last_s)
                last_s = last_s if time_s is None else time_s
                yield time_s, frame
        if not lost and self._declared_end_s and last_s + CUT_SHORT_S < self._declared_end_s:
            self._lost_after(last_s)

    def _can_jump(self, jump_s: float) -> bool:
        """Try whether seeking leads to a key frame at or before a time, as it should."""
        if self._clock.counts_packets:
            return False
        ticks = self._clock.ticks(jump_s)
        try:
            with self._open() as container:
                stream = video_stream(container, self._path)
                container.seek(ticks, stream=stream)
                packet = next(container.demux(stream))
                return packet.is_keyframe and packet.pts is not None and packet.pts <= ticks
        except FFmpegError:
            return False

    def _open(self) -> InputContainer:
        try:
            return av.open(
                # The prefix keeps FFmpeg from reading a protocol into a file's name.
                f"file:{self._path.absolute()}",
                mode="r",
                format=self._demuxer,
                options={"protocol_whitelist": "file", **CODEC_LIMITS},
                metadata_errors="replace",
            )
        except (FFmpegError, OSError, ValueError) as error:
            raise self._unopened() from error

    def _unopened(self) -> InputError:
        if self._demuxer == "mov" and lacks_index(self._path):
            return InputError(later("trouble.no_index", path=self._path), later("trouble.fix.camera_copy"))
        return InputError(later("trouble.damaged", path=self._path), RECORD_AGAIN)
