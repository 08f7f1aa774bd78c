"""Writing one or several exports of a result folder, all of them or none."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slumpcv.errors import InputError
from slumpcv.export.bundle import BUNDLE_FILES, write_bundle
from slumpcv.export.fhir import write_fhir
from slumpcv.export.frames import write_frames
from slumpcv.export.measurements import write_measurements
from slumpcv.export.mot import write_mot
from slumpcv.export.source import open_result
from slumpcv.export.trc import write_trc
from slumpcv.files import atomic_write, remove_if_empty

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slumpcv.export.source import Result

Format = Literal["csv", "parquet", "trc", "mot", "fhir", "zip"]
FILE_NAMES: dict[Format, str] = {
    "csv": "measurements.csv",
    "parquet": "angles.parquet",
    "trc": "markers.trc",
    "mot": "angles.mot",
    "fhir": "fhir.json",
    "zip": "slumpcv.zip",
}
FOLDER_NAME = "export"


@dataclass(frozen=True)
class Options:
    """What some formats take: a pseudonym (fhir), a date (fhir, zip), whether the video goes along (zip)."""

    patient_id: str | None = None
    date: str | None = None
    video: bool = True


def export(
    where: str | Path,
    formats: Sequence[Format],
    output: Path | None = None,
    options: Options | None = None,
    overwrite: bool = False,
) -> list[Path]:
    """Write a result in one or several formats.

    Parameters
    ----------
    where : a result folder, or its ``session.json``.
    formats : what to write; given twice counts once.
    output : a file for a single format, or an existing folder; None is ``export`` in the
        result folder.
    options : what some formats take.
    overwrite : whether files that exist may be replaced.

    Returns
    -------
    list of Path
        The files, in the order of the formats.

    Raises
    ------
    InputError
        When something cannot be read, written or made; nothing is written then.
    """
    result = open_result(where)
    paths = _paths(result.folder, tuple(dict.fromkeys(formats)), output)
    for path in paths.values():
        _check(path, result.folder, overwrite)
    with ExitStack() as stack:
        _make_folder(next(iter(paths.values())).parent, stack)
        for chosen, path in paths.items():
            _write(chosen, stack.enter_context(atomic_write(path)), result, options or Options())
    return list(paths.values())


def _write(chosen: Format, path: Path, result: Result, options: Options) -> None:
    match chosen:
        case "csv":
            write_measurements(path, result.session)
        case "parquet":
            write_frames(path, result)
        case "trc":
            write_trc(path, result.angles)
        case "mot":
            write_mot(path, result.angles)
        case "fhir":
            write_fhir(path, result, options.patient_id, options.date)
        case "zip":
            write_bundle(path, result, options.video, options.date)


def _paths(folder: Path, formats: Sequence[Format], output: Path | None) -> dict[Format, Path]:
    if output is None:
        output = folder / FOLDER_NAME
    elif not output.is_dir():
        if len(formats) > 1:
            raise InputError(
                f"{output} is no folder, and {len(formats)} files are to be written",
                "Give an existing folder with -o, or one format at a time.",
            )
        return {formats[0]: output}
    return {chosen: output / FILE_NAMES[chosen] for chosen in formats}


def _check(path: Path, folder: Path, overwrite: bool) -> None:
    """Refuse a name that belongs to the result in the folder, or to a file that must not be replaced."""
    if path.name in BUNDLE_FILES and path.parent.resolve() == folder.resolve():
        raise InputError(f"{path} is part of the result itself", "Choose another name with -o.")
    if path.exists() and not overwrite:
        raise InputError(
            f"{path} exists already", "Choose another name with -o, or replace it with --overwrite."
        )


def _make_folder(folder: Path, stack: ExitStack) -> None:
    """Make the folder and those above it, to be removed again if nothing comes to stand in them."""
    try:
        for missing in reversed([part for part in (folder, *folder.parents) if not part.exists()]):
            missing.mkdir(exist_ok=True)
            stack.callback(remove_if_empty, missing)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be made ({error.strerror})", "Choose another place with -o."
        ) from error
