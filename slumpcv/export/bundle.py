"""A result folder as one zip file, to send to somebody."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Literal

from slumpcv import __version__
from slumpcv.errors import InputError
from slumpcv.export.moment import moment_of
from slumpcv.files import RESULT_FILES
from slumpcv.language import later
from slumpcv.terms import Strict

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.export.source import Result

MANIFEST_NAME = "manifest.json"
VIDEO_NAME = "overlay.mp4"
BUNDLE_FILES: tuple[str, ...] = RESULT_FILES
"""The files that may be in a bundle, beside the manifest."""

# Packed already; to deflate them again would only take time.
_STORED = {".mp4", ".npz", ".png", ".pdf"}
# Zip knows no earlier date. The same folder has to give the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


class BundledFile(Strict):
    """What the manifest says of one file."""

    sha256: str
    bytes: int


class Manifest(Strict):
    """Contents of ``manifest.json``; the checksums find damage, they are no signature.

    ``recorded_on`` is the day of the test, where whoever packed it knew; version 1 had none.
    """

    schema_version: Literal[1, 2] = 2
    slumpcv: str
    recorded_on: date | None = None
    files: dict[str, BundledFile]


def write_bundle(path: Path, result: Result, video: bool = True, recorded: str | None = None) -> None:
    """Write all result files that exist, and a manifest; the same files and day give the same bytes.

    Parameters
    ----------
    path : the file to write.
    result : the result folder. Its session has been read; its track is, before anything is written.
    video : whether ``overlay.mp4``, in which the person can be seen, goes with it.
    recorded : when the test was recorded, ISO 8601; the zip file tells the day. None where nobody knows.

    Raises
    ------
    InputError
        When there is no usable track, a file cannot be read, or ``recorded`` is no date.
    """
    day = None if recorded is None else moment_of(recorded).date()
    _ = result.track  # a bundle without a usable one would not be opened
    names = sorted(n for n in BUNDLE_FILES if (video or n != VIDEO_NAME) and (result.folder / n).is_file())
    files = {name: _described(result.folder / name) for name in names}
    manifest = Manifest(slumpcv=__version__, recorded_on=day, files=files)
    words = json.dumps(manifest.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(_entry(MANIFEST_NAME), words)
        for name in names:
            with (result.folder / name).open("rb") as source, bundle.open(_entry(name), "w") as target:
                shutil.copyfileobj(source, target)


def _described(path: Path) -> BundledFile:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return BundledFile(sha256=digest, bytes=path.stat().st_size)
    except OSError as error:
        raise InputError(
            later("trouble.unknown_file", path=path, reason=error.strerror), later("trouble.fix.readable")
        ) from error


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    stored = any(name.endswith(suffix) for suffix in _STORED)
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.create_system = 3  # else it is that of the machine
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry
