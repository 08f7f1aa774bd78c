"""Where results go: new folders, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import threading
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.errors import InputError
from slumpcv.language import later

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

RESULT_FILES = (
    "report.pdf",
    "session.json",
    "angles.csv",
    "phases.csv",
    "track.npz",
    "timeline.png",
    "overlay.mp4",
)
COMPARISON_FILES = ("compare.pdf", "compare.png", "compare.csv", "compare.json")

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


def _as_input_error(error: OSError, folder: Path, name: str) -> InputError | None:
    """Turn an error about our own folder into one that a user can act on."""
    if error.errno in _FULL:
        return InputError(
            later("trouble.disk_full", name=name, folder=folder), later("trouble.fix.space_or_o")
        )
    elsewhere = error.filename is not None and not Path(os.fsdecode(error.filename)).is_relative_to(folder)
    if error.errno in _REFUSED and not elsewhere:
        return InputError(
            later("trouble.unwritable", folder=folder, reason=os.strerror(error.errno or 0)),
            later("trouble.fix.folder_o"),
        )
    return None


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Write a file under a temporary name that takes its real name only once it is complete.

    Yields a path in the same folder and with the same suffix, to be written by the caller. On
    leaving, the file is flushed to disk and renamed; on any error or interruption it is removed
    and a file that was there before stays as it was.

    Parameters
    ----------
    path : Path
        The final name.

    Raises
    ------
    InputError
        When the disk is full or the folder cannot be written to.
    """
    writer = f"{os.getpid()}-{threading.get_ident()}"  # two that write the same file keep apart
    temporary = path.with_name(f".{path.stem}.{writer}.part{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        readable = _as_input_error(error, path.parent, path.name)
        if readable is None:
            raise
        raise readable from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def new_result_folder(
    base: Path | None,
    overwrite: bool = False,
    now: datetime | None = None,
    kind: str = "",
    names: Collection[str] = RESULT_FILES,
) -> Path:
    """Make the folder that a result goes into.

    Parameters
    ----------
    base : the folder to use; None makes a new dated one in the working directory.
    overwrite : whether a folder that already holds results may be used again.
    now : local time for the dated name; None takes the clock's.
    kind : stands in the dated name, for results other than those of one clip.
    names : the files that will be written.

    Returns
    -------
    Path
        An existing folder that can be written to.

    Raises
    ------
    InputError
        When the folder holds results already, is a file, or cannot be made or written to.
    """
    try:
        if base is None:
            folder = _dated_folder(now or datetime.now(), kind)
        else:
            folder = _given_folder(base, overwrite, names)
        _probe(folder)
    except OSError as error:
        raise InputError(
            f"{base or Path.cwd()} cannot be used as a folder for results ({error.strerror})",
            "Choose another folder with -o.",
        ) from error
    return folder


def remove_stale_results(folder: Path, written: Collection[str]) -> None:
    """Remove results of an earlier run that this run did not write again.

    Without this, running again without an overlay would leave the old overlay beside new
    numbers. Only slumpcv's own file names are touched.

    Parameters
    ----------
    folder : Path
        The result folder.
    written : collection of str
        Names of the files that belong to this run.
    """
    for name in set(RESULT_FILES).difference(written):
        (folder / name).unlink(missing_ok=True)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder for results into which nothing was written."""
    with suppress(OSError):
        folder.rmdir()


def _dated_folder(now: datetime, kind: str) -> Path:
    stem = f"slumpcv-{f'{kind}-' if kind else ''}{now:%Y%m%d-%H%M%S}"
    number = 1
    while True:
        folder = Path.cwd() / (stem if number == 1 else f"{stem}-{number}")
        with suppress(FileExistsError):
            folder.mkdir()
            return folder
        number += 1


def _given_folder(base: Path, overwrite: bool, names: Collection[str]) -> Path:
    base.mkdir(parents=True, exist_ok=True)
    held = [name for name in names if (base / name).exists()]
    if held and not overwrite:
        raise InputError(
            f"{base} already holds results ({', '.join(held)})",
            "Choose another folder with -o, or replace them with --overwrite.",
        )
    return base


def _probe(folder: Path) -> None:
    """Find out before the slow part whether the folder takes a file."""
    probe = folder / f".slumpcv.{os.getpid()}.part"
    try:
        probe.write_bytes(b"slumpcv")
    finally:
        probe.unlink(missing_ok=True)
