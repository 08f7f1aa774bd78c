"""Whether the files of a bundle are what their names say, once they are unpacked."""

from __future__ import annotations

import math
import re
import unicodedata
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from slumpcv.errors import InputError
from slumpcv.export.hostile import largest_bytes, refused
from slumpcv.export.source import TRACK_NAME, check_they_belong_together
from slumpcv.session_file import load_session
from slumpcv.track import UNREADABLE, array_names, load_track

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slumpcv.session import Session

# The first bytes of a file of each kind, and where they are.
_MAGIC = {".png": (0, b"\x89PNG\r\n\x1a\n"), ".pdf": (0, b"%PDF-"), ".mp4": (4, b"ftyp")}
# All that our tables are made of. Formulas, which spreadsheets would run, need more.
_TABLE_LINE = re.compile(rb"[A-Za-z0-9_., -]*\r?\n?")
# Far above every angle, time in seconds, and picture size.
LARGEST_NUMBER = 1e9
_LONGEST_LINE = 10_000
_LARGEST_TRACK_HEADER = 1_000_000


def check_contents(folder: Path) -> Session:
    """Check the unpacked files of a bundle.

    Parameters
    ----------
    folder : where they were unpacked, and nothing else is.

    Returns
    -------
    Session
        What ``session.json`` holds.

    Raises
    ------
    InputError
        When a file is something else than its name says.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix in _MAGIC:
            _check_magic(path)
        elif path.suffix == ".csv":
            _check_table(path)
    session = load_session(folder)
    _check_values(session)
    _check_packed_track(folder / TRACK_NAME)
    check_they_belong_together(session, load_track(folder / TRACK_NAME))
    return session


def _check_magic(path: Path) -> None:
    at, magic = _MAGIC[path.suffix]
    with path.open("rb") as file:
        if file.read(at + len(magic))[at:] != magic:
            raise refused(f"{path.name} in it is something else than its name says")


def _check_table(path: Path) -> None:
    with path.open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            if not _TABLE_LINE.fullmatch(line):
                raise refused(f"{path.name} in it is no table that slumpcv writes")


def _check_values(session: Session) -> None:
    """Refuse numbers that cannot be shown, and characters that could take over a terminal."""
    for value in _leaves(session.model_dump()):
        if isinstance(value, (int, float)) and not abs(value) <= LARGEST_NUMBER:  # NaN is not
            raise refused("session.json in it holds a number that no test gives")
        # Format characters can show a text reversed or hide a part of it.
        if isinstance(value, str) and any(map(_is_control, value)):
            raise refused("session.json in it holds control characters")


def _is_control(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in ("Cc", "Cf")


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _check_packed_track(path: Path) -> None:
    """Refuse a track that unpacks to more than it should: it is a zip file in the zip file."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
            known = {f"{name}.npy" for name in ("header", *array_names())}
            if sorted(e.filename for e in entries) != sorted(known):
                raise refused(f"{TRACK_NAME} in it is no pose track")
            if sum(e.file_size for e in entries) > largest_bytes(TRACK_NAME):
                raise refused(f"{TRACK_NAME} in it is far too large")
            for entry in entries:
                _check_array(packed, entry)
    except InputError:
        raise
    except (*UNREADABLE, RecursionError) as error:
        raise refused(f"{TRACK_NAME} in it is damaged") from error


def _check_array(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse an array that claims more elements than follow, for which NumPy would make room."""
    with packed.open(entry) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise refused(f"{TRACK_NAME} in it is no pose track")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    claimed = math.prod(shape) * dtype.itemsize
    too_long = entry.filename == "header.npy" and claimed > _LARGEST_TRACK_HEADER
    if dtype.hasobject or claimed > entry.file_size or too_long:
        raise refused(f"{TRACK_NAME} in it is no pose track")
