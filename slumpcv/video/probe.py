"""Look at a file before a decoder does: is it there, is it a video, what is it instead."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from slumpcv.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES = 1024
"""Enough for every signature below, the transport streams' repeated sync byte included."""

USE_A_VIDEO = "Give a video file (mp4, mov, webm, mkv or avi)."

_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_RIFF_KINDS = {b"WAVE": "a sound recording (WAV)", b"WEBP": "an image (WebP)"}
_TS_PACKET_BYTES = 188
_M2TS_PACKET_BYTES = 192
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"\x89PNG", "an image (PNG)"),
    (b"GIF8", "an image (GIF)"),
    (b"BM", "an image (BMP)"),
    (b"II*\x00", "an image (TIFF)"),
    (b"MM\x00*", "an image (TIFF)"),
    (b"ID3", "a sound recording (MP3)"),
    (b"fLaC", "a sound recording (FLAC)"),
    (b"OggS", "an Ogg file"),
    (b"FLV", "a Flash video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
)
_CONVERTIBLE = ("an Ogg file", "a Flash video", "a Windows Media file", "an MPEG program stream")


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
        raise InputError(f"There is no file {path}", "Check the name and the folder.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be opened: {_reason(error)}", "Check the name.") from None
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{path} is a folder", "Give the video file inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            f"{path} is a device or a pipe, which cannot be read from the start again",
            "Save the video to a file first, or give a camera's number.",
        )
    if not os.access(path, os.R_OK):
        raise InputError(f"{path} may not be read by you", "Change its permissions or copy it.")
    if status.st_size == 0:
        raise InputError(f"{path} is empty (0 bytes)", "Copy or record it again.")


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
        raise InputError(f"{path} cannot be read: {_reason(error)}", "Copy it again.") from None
    demuxer = _video_demuxer(head)
    if demuxer is not None:
        return demuxer
    kind = _other_kind(head)
    if kind in _CONVERTIBLE:
        raise InputError(f"{path} is {kind}, which is not supported", "Convert it to mp4.")
    raise InputError(f"{path} is not a video but {kind}", USE_A_VIDEO)


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
        return "an image (HEIC or AVIF)"
    if head.startswith(b"RIFF"):
        return _RIFF_KINDS.get(head[8:12], "an unknown RIFF file")
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if not head.strip(b"\x00"):
        return "zeros only (a copy that failed)"
    try:
        # Cut off a character that the end of `head` may have split.
        head[:-4].decode()
    except UnicodeDecodeError:
        return "something unknown"
    return "something unknown" if b"\x00" in head else "a text file"


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
