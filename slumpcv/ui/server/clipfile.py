"""A recording on disk that grows while it is made."""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

GB = 1 << 30
LONGEST_BYTES = 2 * GB  # of a recording and of an uploaded clip
# The recordings of a test are clip.webm, clip-2.webm ...; nothing recorded is ever written over.
CLIP_NAME = re.compile(r"clip(?:-([1-9][0-9]*))?\.(?:webm|mp4|mov|mkv|avi)")


class TooLargeError(Exception):
    """The clip is larger than a clip may be."""


class OutOfOrderError(Exception):
    """A chunk before this one is missing."""


def new_clip(folder: Path, suffix: str) -> Path:
    """Return a name in a test's folder that no recording has yet."""
    number = max(map(_number, clips_in(folder)), default=0) + 1
    return folder / (f"clip{suffix}" if number == 1 else f"clip-{number}{suffix}")


def clips_in(folder: Path) -> list[Path]:
    """Return a test's recordings, oldest first."""
    return sorted((path for path in folder.glob("clip*.*") if CLIP_NAME.fullmatch(path.name)), key=_number)


def _number(clip: Path) -> int:
    found = CLIP_NAME.fullmatch(clip.name)
    return int((found and found[1]) or 1)


class ClipFile:
    """One recording: chunks come in order, and one that comes twice is written once.

    Parameters
    ----------
    path : the file, made with the first chunk; it must not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.next = 0
        self.size_bytes = 0
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()

    def add(self, number: int, chunk: bytes) -> int:
        """Append a chunk and return the number of the one to come next.

        Raises
        ------
        OutOfOrderError
            When the chunk before this one has not come.
        TooLargeError
            When the recording would be larger than `LONGEST_BYTES`.
        OSError
            When it could not be written; the file is then as it was before.
        """
        with self._lock:
            if number < self.next:
                return self.next
            if number > self.next:
                raise OutOfOrderError
            if self.size_bytes + len(chunk) > LONGEST_BYTES:
                raise TooLargeError
            self._append(chunk)
            self.size_bytes += len(chunk)
            self.next += 1
            return self.next

    def _append(self, chunk: bytes) -> None:
        if self._file is None:  # a recording may go on after it was put away
            self._file = self.path.open("ab" if self.next else "xb", buffering=0)
        try:
            view = memoryview(chunk)
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            self._file.truncate(self.size_bytes)
            self._file.seek(self.size_bytes)
            raise

    def finish(self) -> None:
        """Have everything on disk and let go of the file; harmless when repeated."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                with file:
                    os.fsync(file.fileno())
