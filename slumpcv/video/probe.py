"""Look at a file before a decoder does: is it there, is it a video, what is it instead."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from slumpcv.errors import InputError
from slumpcv.language import later

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES = 1024
"""Enough for every signature below, the transport streams' repeated sync byte included."""

_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_RIFF_KINDS = {b"WAVE": "wav", b"WEBP": "webp"}
_TS_PACKET_BYTES = 188
_M2TS_PACKET_BYTES = 192
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"ID3", "mp3"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"FLV", "flash"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "windows"),
    (b"\x00\x00\x01\xba", "mpeg"),
)
_CONVERTIBLE = ("ogg", "flash", "windows", "mpeg")


def check_file(path: Path) -> None:
    """Make sure that a path leads to a readable, ordinary file with something in it.

    Parameters
    ----------
    path : Path
        As the user gave it.

    Raises
    ------
    InputError
        Missing, a folder, a device or pipe, empty, or not readable.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise InputError(later("trouble.missing", path=path), later("trouble.fix.name_and_folder")) from None
    except (OSError, ValueError) as error:
        raise InputError(
            later("trouble.unopened", path=path, reason=_reason(error)), later("trouble.fix.name")
        ) from None
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{path} is a folder", "Give the video file inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            f"{path} is a device or a pipe, which cannot be read from the start again",
            "Save the video to a file first, or give a camera's number.",
        )
    if not os.access(path, os.R_OK):
        raise InputError(later("trouble.refused", path=path), later("trouble.fix.permissions"))
    if status.st_size == 0:
        raise InputError(later("trouble.empty", path=path), later("trouble.fix.copy_or_record"))


def demuxer_of(path: Path) -> str:
    """Tell from a file's first bytes which demuxer reads it.

    Naming the demuxer keeps FFmpeg from guessing: a playlist that poses as a video could make it
    open other files or the network.

    Parameters
    ----------
    path : Path
        A file that passed `check_file`.

    Returns
    -------
    str
        FFmpeg's name: ``mov``, ``matroska``, ``avi`` or ``mpegts``.

    Raises
    ------
    InputError
        Not a video, with what it is instead where that can be told.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(
            later("trouble.unread", path=path, reason=_reason(error)), later("trouble.fix.copy")
        ) from None
    demuxer = _video_demuxer(head)
    if demuxer is not None:
        return demuxer
    name = _other_kind(head)
    kind = later(f"trouble.kind.{name}")
    if name in _CONVERTIBLE:
        raise InputError(later("trouble.unsupported", path=path, kind=kind), later("trouble.fix.mp4"))
    raise InputError(later("trouble.no_video", path=path, kind=kind), later("trouble.fix.video"))


def _video_demuxer(head: bytes) -> str | None:
    if head[4:8] in _MP4_BOXES and head[8:12] not in _PICTURE_BRANDS:
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    if head[0 : 3 * _TS_PACKET_BYTES : _TS_PACKET_BYTES] == b"GGG":
        return "mpegts"
    # Camcorders put four bytes of clock before each packet.
    if head[4 : 4 + 3 * _M2TS_PACKET_BYTES : _M2TS_PACKET_BYTES] == b"GGG":
        return "mpegts"
    return None


def _other_kind(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return "heic"
    if head.startswith(b"RIFF"):
        return _RIFF_KINDS.get(head[8:12], "riff")
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if not head.strip(b"\x00"):
        return "zeros"
    try:
        # Cut off a character that the end of `head` may have split.
        head[:-4].decode()
    except UnicodeDecodeError:
        return "unknown"
    return "unknown" if b"\x00" in head else "words"


def lacks_index(path: Path) -> bool:
    """Tell whether an mp4 or mov file ends before its index (the moov box) was written.

    Parameters
    ----------
    path : Path
        A file of the ``mov`` demuxer.

    Returns
    -------
    bool
        True where no complete moov box is among the top-level boxes.
    """
    total = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        while at + 8 <= total:
            file.seek(at)
            header = file.read(16)
            size = int.from_bytes(header[:4], "big")
            if size == 1:
                size = int.from_bytes(header[8:16], "big")
            if header[4:8] == b"moov":
                return at + size > total
            if size < 8:
                return True
            at += size
    return True


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) else None
    return (text or "its name is not valid").lower()
