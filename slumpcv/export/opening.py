"""Opening a bundle that somebody sent: checked first, unpacked beside, renamed at the end."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
import zlib
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pydantic import ValidationError

from slumpcv.errors import InputError
from slumpcv.export.bundle import BUNDLE_FILES, MANIFEST_NAME, Manifest
from slumpcv.export.contents import check_contents
from slumpcv.export.hostile import check_end, check_entries, largest_bytes, refused
from slumpcv.video.recorded import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slumpcv.export.bundle import BundledFile
    from slumpcv.session import Session

CHUNK_BYTES = 1 << 20
LARGEST_MANIFEST_BYTES = 100_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def open_bundle(source: str | Path, folder: Path | None = None) -> tuple[Session, list[Path]]:
    """Unpack a bundle into a new folder; the folder is there only if all is well.

    Parameters
    ----------
    source : the zip file.
    folder : where to; None takes the zip file's name, in the working directory. It must not
        exist, or be empty.

    Returns
    -------
    session : what the bundle is about.
    files : the unpacked files, in the order of interest.

    Raises
    ------
    InputError
        When the file is not exactly what ``slumpcv export --to zip`` writes, or the folder
        cannot be used. Nothing is left behind then.
    """
    source = Path(source)
    target = Path.cwd() / source.stem if folder is None else folder
    if target.resolve() == source.resolve() or (target.exists() and not _is_empty(target)):
        raise InputError(f"{target} exists already", "Choose another folder with -o.")
    with _opened(source) as bundle, _folder_beside(target) as temporary:
        _unpack(bundle, temporary)
        session = check_contents(temporary)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rmdir()  # Windows renames onto no folder, not even an empty one
        temporary.rename(target)
    return session, [target / name for name in BUNDLE_FILES if (target / name).exists()]


def recorded_on(source: Path) -> date | None:
    """Return the day of the test in a bundle that `open_bundle` takes.

    None where the bundle does not say, or says what cannot be: before there were cameras for this, or later
    than tomorrow, which it may be already where the test was done.
    """
    with _opened(source) as bundle:
        day = _manifest(bundle).recorded_on
    possible = day is not None and EARLIEST.date() <= day <= date.today() + timedelta(days=1)
    return day if possible else None


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip file whose tables have been checked."""
    try:
        file = source.open("rb")
    except OSError as error:
        raise InputError(
            f"{source} cannot be read ({error.strerror})", "Give the zip file that was sent to you."
        ) from error
    with file:
        check_end(file)
        try:
            bundle = zipfile.ZipFile(file)
        except _DAMAGED as error:
            raise refused("its table of contents is damaged") from error
        with bundle:
            check_entries(file, bundle.infolist())
            yield bundle


@contextmanager
def _folder_beside(target: Path) -> Iterator[Path]:
    """Make a folder on the same disk as the target; it is removed unless it was renamed."""
    around = next(parent for parent in target.absolute().parents if parent.is_dir())
    temporary = around / f".{target.name}.{os.getpid()}.part"
    try:
        temporary.mkdir()
        yield temporary
    except OSError as error:
        raise InputError(
            f"{target} cannot be written to ({error.strerror or error})", "Choose another folder with -o."
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _unpack(bundle: zipfile.ZipFile, folder: Path) -> None:
    manifest = _manifest(bundle)
    names = {entry.filename for entry in bundle.infolist()} - {MANIFEST_NAME}
    if names != set(manifest.files):
        raise refused("its manifest lists other files than it holds")
    for name, described in sorted(manifest.files.items()):
        with (folder / name).open("wb") as target:
            try:
                _copy(bundle, name, target, described)
            except _DAMAGED as error:
                raise refused(f"{name} in it is damaged") from error


def _copy(bundle: zipfile.ZipFile, name: str, target: IO[bytes], described: BundledFile) -> None:
    """Copy a file, counting what really comes out: sizes in a zip's tables are only claims."""
    digest, count = hashlib.sha256(), 0
    with bundle.open(name) as packed:
        while chunk := packed.read(CHUNK_BYTES):
            count += len(chunk)
            if count > min(described.bytes, largest_bytes(name)):
                raise refused(f"{name} in it is larger than its manifest says")
            digest.update(chunk)
            target.write(chunk)
    if count != described.bytes or digest.hexdigest() != described.sha256:
        raise refused(f"{name} in it is not the file that its manifest describes")


def _manifest(bundle: zipfile.ZipFile) -> Manifest:
    try:
        with bundle.open(MANIFEST_NAME) as packed:
            words = packed.read(LARGEST_MANIFEST_BYTES + 1)
        if len(words) > LARGEST_MANIFEST_BYTES:
            raise refused(f"{MANIFEST_NAME} in it is far too large")
        return Manifest.model_validate_json(words)
    except ValidationError as error:
        raise refused(f"{MANIFEST_NAME} in it is not one that this slumpcv reads") from error
    except _DAMAGED as error:
        raise refused(f"{MANIFEST_NAME} in it is damaged") from error
