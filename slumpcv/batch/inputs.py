"""Which clips are meant: by files, folders, patterns, lists of them, or addresses that fsspec knows."""

from __future__ import annotations

import glob
import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slumpcv.batch.dest import MARKER_NAME, is_url
from slumpcv.batch.dest_remote import connect
from slumpcv.errors import InputError
from slumpcv.session_file import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# What a folder is searched for; a file that is named is taken whatever its suffix.
SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".ts", ".mts", ".m2ts", ".npz"},
)
LIST_SUFFIX = ".txt"
# Videos that slumpcv itself wrote beside a session are no clips.
OWN_VIDEOS = frozenset({"overlay.mp4", "replay.mp4"})
# What file systems say of a file that changes with its content, the surest first.
_STAMPS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated", "created")
# Copies of one clip agree in this much of their beginnings and ends; other clips of one size hardly do. [E]
FINGERPRINT_BYTES = 1 << 16


@dataclass(frozen=True, order=True)
class Clip:
    """A clip that was found.

    Attributes
    ----------
    url : an absolute path, or an address with ``://``.
    size_bytes : None where the file system does not say.
    stamp : changes with the content: time of the last change, or what the file system has for it.
    """

    url: str
    size_bytes: int | None
    stamp: str


def find_clips(patterns: Sequence[str]) -> list[Clip]:
    """Return the clips that patterns mean, sorted, each once.

    Parameters
    ----------
    patterns : files, folders (searched with all folders inside by `SUFFIXES`), patterns such as
        ``clips/**/*.mp4``, ``.txt`` files with one of these a line, addresses such as ``s3://bucket/clips``.

    Raises
    ------
    InputError
        When a pattern finds nothing, or cannot be read.
    """
    found: dict[str, Clip] = {}
    for pattern in patterns:
        clips = [clip for one in _listed(pattern) for clip in _found(one)]
        found.update((clip.url, clip) for clip in clips)
    return sorted(found.values())


@lru_cache(maxsize=1024)
def fingerprint(clip: Clip) -> object:
    """Return what copies of one clip have in common, without reading them: size, beginning and end.

    Of a clip elsewhere only the size is known.
    """
    if is_url(clip.url) or clip.size_bytes is None:
        return clip.size_bytes or clip.url
    try:
        with Path(clip.url).open("rb") as file:
            head = file.read(FINGERPRINT_BYTES)
            file.seek(max(0, clip.size_bytes - FINGERPRINT_BYTES))
            tail = file.read(FINGERPRINT_BYTES)
    except OSError:  # the worker meets it as well, and says so
        return clip.url
    return clip.size_bytes, hashlib.sha256(head + tail).digest()


def absolute(pattern: str) -> str:
    """Return a pattern that means the same from any folder."""
    return pattern if is_url(pattern) else str(Path(pattern).absolute())


def _listed(pattern: str) -> Iterator[str]:
    """Give the lines of a list, or the pattern itself; lines are relative to the list's own folder."""
    path = Path(pattern)
    if is_url(pattern) or path.suffix.lower() != LIST_SUFFIX:
        yield pattern
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The list {path} cannot be read ({error})", "Give a text file with one clip a line."
        ) from error
    named = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not named:
        raise InputError(f"The list {path} names no clip", "Write one clip a line.")
    for name in named:
        yield name if is_url(name) else str(path.parent / name)


def _found(pattern: str) -> list[Clip]:
    clips = list(_remote(pattern) if is_url(pattern) else _local(pattern))
    if not clips:
        raise InputError(
            f"{pattern} finds no clip",
            f"Check the name; folders are searched for {', '.join(sorted(SUFFIXES))}.",
        )
    return clips


def _local(pattern: str) -> Iterator[Clip]:
    path = Path(pattern)
    if path.is_dir():
        yield from map(_clip, _in_folder(path))
    elif path.is_file():
        yield _clip(path)
    elif glob.has_magic(pattern):
        for name in glob.iglob(pattern, recursive=True):  # noqa: PTH207 (Path.glob refuses absolute ones)
            match = Path(name)
            if match.is_file():
                yield _clip(match)


def _in_folder(folder: Path) -> Iterator[Path]:
    """Give the clips in a folder and all folders inside, except what slumpcv wrote there itself."""
    for place, folders, names in os.walk(folder):
        if MARKER_NAME in names:  # the destination of a batch
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        own = OWN_VIDEOS if FILE_NAME in names else frozenset()
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES and name not in own and not name.startswith("."):
                yield Path(place, name)


def _clip(path: Path) -> Clip:
    status = path.stat()
    return Clip(str(path.absolute()), status.st_size, str(status.st_mtime_ns))


def _remote(pattern: str) -> Iterable[Clip]:
    fs, path = connect(pattern)
    try:
        if glob.has_magic(path):
            infos = fs.glob(path, detail=True)
        else:
            whole = fs.info(path)
            if whole["type"] != "directory":
                return [_remote_clip(fs, path, whole)]
            infos = {
                name: info
                for name, info in fs.find(path, detail=True).items()
                if Path(name).suffix.lower() in SUFFIXES
            }
    except FileNotFoundError:
        return []
    except Exception as error:  # each kind of server has errors of its own
        raise InputError(
            f"{pattern} cannot be listed ({type(error).__name__}: {error})",
            "Check the address and what it needs to let you in.",
        ) from error
    return [_remote_clip(fs, name, info) for name, info in infos.items() if info["type"] == "file"]


def _remote_clip(fs: Any, path: str, info: dict[str, Any]) -> Clip:
    stamp = next((str(info[name]) for name in _STAMPS if info.get(name) is not None), None)
    return Clip(fs.unstrip_protocol(path), info.get("size"), fs.ukey(path) if stamp is None else stamp)
