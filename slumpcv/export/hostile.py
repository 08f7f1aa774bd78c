"""Looking at a zip file from a stranger before anything in it is unpacked.

Only what ``slumpcv export --to zip`` writes is let through. Everything here reads the zip's
own tables; what they claim is checked again while unpacking.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from slumpcv.errors import InputError
from slumpcv.export.bundle import BUNDLE_FILES, MANIFEST_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

MEGABYTE = 1_000_000
# By suffix, at most so much unpacked: a generous multiple of what an hour's clip gives.
LARGEST_BYTES = {
    ".json": 20 * MEGABYTE,
    ".csv": 100 * MEGABYTE,
    ".npz": 300 * MEGABYTE,
    ".png": 50 * MEGABYTE,
    ".pdf": 100 * MEGABYTE,
    ".mp4": 1_500 * MEGABYTE,
}
LARGEST_TOTAL_BYTES = 1_800 * MEGABYTE
# Tables of numbers shrink to a tenth, deflated zeros to a thousandth.
LARGEST_RATIO = 100
# A bundle has no ten files; so many may be named before one of them is found to be none of ours.
MOST_ENTRIES = 100
LARGEST_TABLE_BYTES = 100_000

_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
# Encrypted, in one of the three ways that zip knows.
_ENCRYPTED = 0x1 | 0x40 | 0x2000


class Refused(InputError):  # noqa: N818
    """A bundle that is not opened: no zip file, or not just what slumpcv writes."""


def refused(why: str) -> Refused:
    """Return the error for a bundle that is not opened."""
    return Refused(
        f"The file is not opened: {why}", "Ask for a new one, made with slumpcv export SESSION --to zip."
    )


def check_end(file: IO[bytes]) -> None:
    """Check the zip's last record by hand, before a library reads a table of any size.

    Raises
    ------
    InputError
        When the file does not end as a bundle does.
    """
    size = file.seek(0, os.SEEK_END)
    if size > LARGEST_TOTAL_BYTES:
        raise refused("it is far too large")
    if size < _END.size:
        raise refused("it is no zip file")
    file.seek(size - _END.size)
    signature, disk, first_disk, here, entries, table, start, comment = _END.unpack(file.read(_END.size))
    if signature != _END_SIGNATURE or comment:
        raise refused("it is no zip file, or something was added to it")
    if entries > MOST_ENTRIES or table > LARGEST_TABLE_BYTES:
        raise refused("it holds too many files")
    if disk or first_disk or here != entries or start + table + _END.size != size:
        raise refused("its table of contents is not where it should be")


def check_entries(file: IO[bytes], entries: Sequence[zipfile.ZipInfo]) -> None:
    """Check names, kinds, sizes and places of all files in a bundle.

    Raises
    ------
    InputError
        At the first thing that a bundle never has.
    """
    for entry in entries:
        _check_name(entry.orig_filename)
        _check_kind(entry)
        _check_size(entry)
    names = [entry.orig_filename for entry in entries]
    if len(set(names)) < len(names):
        raise refused("it holds a file twice")
    for needed in (MANIFEST_NAME, "session.json", "track.npz"):
        if needed not in names:
            raise refused(f"it holds no {needed}")
    if sum(entry.file_size for entry in entries) > LARGEST_TOTAL_BYTES:
        raise refused("unpacked it would be far too large")
    _check_places(file, entries)


def largest_bytes(name: str) -> int:
    """Return how large a known file may be."""
    return LARGEST_BYTES[PurePosixPath(name).suffix]


def _check_name(name: str) -> None:
    if name in (MANIFEST_NAME, *BUNDLE_FILES):
        return
    shown = ascii(name[:60])
    if "/" in name or "\\" in name or ":" in name or name in (".", ".."):
        raise refused(f"{shown} in it would be written outside of its folder or below it")
    if name.casefold() in (known.casefold() for known in (MANIFEST_NAME, *BUNDLE_FILES)):
        raise refused(f"{shown} in it is written in other letters than slumpcv writes")
    raise refused(f"{shown} in it is no file that slumpcv writes")


def _check_kind(entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise refused(f"{entry.orig_filename} in it is a link")
    if kind not in (0, stat.S_IFREG) or entry.external_attr & 0x10:
        raise refused(f"{entry.orig_filename} in it is no ordinary file")
    if entry.flag_bits & _ENCRYPTED:
        raise refused("it is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused(f"{entry.orig_filename} in it is packed in an unknown way")


def _check_size(entry: zipfile.ZipInfo) -> None:
    if entry.file_size > largest_bytes(entry.orig_filename):
        raise refused(f"{entry.orig_filename} in it is far too large")
    if entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1):
        raise refused(f"{entry.orig_filename} in it unpacks to far more than its size")


def _check_places(file: IO[bytes], entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse entries that share bytes, with which a small file can unpack to a huge one."""
    end = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < end:
            raise refused("files in it overlap")
        file.seek(entry.header_offset)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGNATURE):
            raise refused("its table of contents is wrong")
        name_bytes, extra_bytes = _LOCAL.unpack(header)[-2:]
        end = entry.header_offset + _LOCAL.size + name_bytes + extra_bytes + entry.compress_size
    file.seek(0, os.SEEK_END)
    if end > file.tell():
        raise refused("it is cut off")
