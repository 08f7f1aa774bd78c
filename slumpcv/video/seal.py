"""Give a recording that was written as it came an index and a duration, without encoding anew."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError

from slumpcv.errors import InputError
from slumpcv.files import atomic_write
from slumpcv.language import later
from slumpcv.video.decoding import CODEC_LIMITS, video_stream
from slumpcv.video.probe import check_file, demuxer_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Browsers record into these; the muxer that writes each one whole again.
MUXERS = {"matroska": "matroska", "mov": "mp4"}
# What webm may hold; Chromium records H.264 into the same container and calls it webm too.
WEBM_CODECS = ("vp8", "vp9", "av1")


def seal(path: Path) -> None:
    """Rewrite a browser's recording so that its duration is known and one can jump in it.

    Browsers write for a stream: a webm without duration or index, an mp4 in fragments. The pictures and
    their times stay as they are; sound, if there is any, is left out. What follows a damaged spot that
    cannot be read is lost, as it would be for every reader. The file keeps its date, which says when the
    recording ended.

    Parameters
    ----------
    path : Path
        The recording; replaced once the new file is complete, and untouched on any error.

    Raises
    ------
    InputError
        It is no recording of a browser, holds no picture, or the disk is full.
    """
    check_file(path)
    demuxer, ended = demuxer_of(path), path.stat()
    if demuxer not in MUXERS:
        raise InputError(later("trouble.not_recorded", path=path), later("trouble.fix.recorded"))
    with atomic_write(path) as part:
        try:
            copied = _copy(path, part, demuxer)
        except FFmpegError as error:
            raise InputError(later("trouble.unsealed", path=path), later("trouble.fix.record")) from error
        if copied == 0:
            raise InputError(later("trouble.nothing_filmed", path=path), later("trouble.fix.record"))
    os.utime(path, ns=(ended.st_atime_ns, ended.st_mtime_ns))


def _copy(path: Path, part: Path, demuxer: str) -> int:
    """Copy all pictures that can be read; return how many."""
    copied = 0
    options = {"protocol_whitelist": "file", **CODEC_LIMITS}
    with av.open(f"file:{path.absolute()}", format=demuxer, options=options) as source:
        pictures = video_stream(source, path)
        webm = demuxer == "matroska" and pictures.codec_context.name in WEBM_CODECS
        muxer = "webm" if webm else MUXERS[demuxer]
        with av.open(f"file:{part.absolute()}", "w", format=muxer) as target:
            stream = target.add_stream_from_template(pictures)
            for packet in _readable(source.demux(pictures)):
                packet.stream = stream
                target.mux(packet)
                copied += 1
    return copied


def _readable(packets: Iterator[av.Packet[Any]]) -> Iterator[av.Packet[Any]]:
    """Yield packets up to the first that cannot be read; the last, empty one ends the clip."""
    with suppress(FFmpegError):
        yield from (packet for packet in packets if packet.dts is not None)
