"""The model files: found, checked, and built byte for byte."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from slumpcv import model_builder, models
from slumpcv.errors import InputError
from slumpcv.model_builder import LANDMARKS_SHA256, build_models
from slumpcv.models import SHIPPED, bundle_name, find_model, model_status, run_models_command
from slumpcv.tflite_metadata import FILE_ALIGNMENT, add_metadata, image_metadata

MODELS = Path(models.__file__).resolve().parents[1] / "models"


@pytest.fixture(autouse=True)
def empty_user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "user"
    monkeypatch.setattr(models, "user_model_folder", lambda: folder)
    return folder


def published_file(bundled: bytes, sha256: str) -> bytes:
    """The weights as published, which a bundled file ends with."""
    tails = (bundled[start:] for start in range(FILE_ALIGNMENT, len(bundled), FILE_ALIGNMENT))
    return next(tail for tail in tails if tail[4:8] == b"TFL3" and hashlib.sha256(tail).hexdigest() == sha256)


@pytest.fixture(scope="module")
def npm_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package file like the registry's, with the weights taken back out of our bundles."""
    contents = {}
    for variant in SHIPPED:
        with zipfile.ZipFile(MODELS / bundle_name(variant)) as bundle:
            contents["package/pose_solution_packed_assets.data"] = published_file(
                bundle.read("pose_detector.tflite"), model_builder.DETECTOR_SHA256["npm"]
            )
            contents[f"package/pose_landmark_{variant}.tflite"] = published_file(
                bundle.read("pose_landmarks_detector.tflite"), LANDMARKS_SHA256[variant]
            )
    path = tmp_path_factory.mktemp("npm") / "pose.tgz"
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("variant", SHIPPED)
def test_a_shipped_model_is_found_with_its_sha256(variant: models.Variant) -> None:
    found = find_model(variant)
    assert found.path == MODELS / bundle_name(variant)
    assert found.sha256 == hashlib.sha256(found.path.read_bytes()).hexdigest()
    assert found.sha256 in (MODELS / "PROVENANCE.md").read_text(encoding="utf-8")


def test_provenance_states_every_hash_that_the_code_relies_on() -> None:
    text = (MODELS / "PROVENANCE.md").read_text(encoding="utf-8")
    hashes = [*LANDMARKS_SHA256.values(), *model_builder.DETECTOR_SHA256.values()]
    hashes += [sha256 for bundles in models.BUNDLE_SHA256.values() for sha256 in bundles.values()]
    assert [sha256 for sha256 in hashes if sha256 not in text] == []


def test_a_missing_model_is_named_with_the_command_that_builds_it() -> None:
    with pytest.raises(
        InputError, match=r"pose_landmarker_heavy\.task is missing.*slumpcv models --build heavy"
    ):
        find_model("heavy")


def test_an_altered_model_is_named_with_its_path(tmp_path: Path) -> None:
    content = bytearray((MODELS / bundle_name("lite")).read_bytes())
    content[1000] ^= 1
    path = tmp_path / bundle_name("lite")
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        find_model("lite", [tmp_path])
    assert str(path) in error.value.problem
    assert "slumpcv models --build lite" in error.value.fix


def test_an_intact_copy_in_a_later_folder_makes_good_for_an_altered_one(tmp_path: Path) -> None:
    (tmp_path / bundle_name("lite")).write_bytes(b"altered")
    assert model_status("lite", [tmp_path]).state == "altered"
    assert find_model("lite", [tmp_path, MODELS]).path == MODELS / bundle_name("lite")


def test_models_are_rebuilt_byte_for_byte(npm_package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    for path in build_models(SHIPPED, folder, archive=npm_package):
        assert path.read_bytes() == (MODELS / path.name).read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        bundle_name(variant) for variant in SHIPPED
    )


def test_the_models_command_builds_into_the_user_folder_and_lists(
    npm_package: Path, empty_user_folder: Path
) -> None:
    lines: list[str] = []
    assert run_models_command(["lite"], archive=npm_package, echo=lines.append) == 0
    assert (empty_user_folder / bundle_name("lite")).is_file()
    assert [line.split()[:2] for line in lines[1:]] == [["lite", "ok"], ["full", "ok"], ["heavy", "missing"]]


def test_the_models_command_fails_when_a_model_is_altered(empty_user_folder: Path) -> None:
    empty_user_folder.mkdir()
    (empty_user_folder / bundle_name("heavy")).write_bytes(b"altered")
    assert run_models_command(echo=lambda _: None) == 1


def test_the_wheel_has_no_heavy_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pypi package has no heavy model"):
        build_models(["heavy"], tmp_path, source="pypi")


def test_a_package_with_other_weights_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "mediapipe.whl"
    with zipfile.ZipFile(package, "w") as wheel:
        wheel.writestr(model_builder.DETECTOR_MEMBER["pypi"], b"other weights")
    with pytest.raises(InputError, match="does not hold the detector as published"):
        build_models(["full"], tmp_path / "out", source="pypi", archive=package)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("source", ["npm", "pypi"])
@pytest.mark.parametrize("content", [b"", b"not an archive", None], ids=["empty", "text", "absent"])
def test_a_file_that_is_no_package_is_refused(
    source: models.Source, content: bytes | None, tmp_path: Path
) -> None:
    package = tmp_path / "package"
    if content is not None:
        package.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as the package"):
        build_models(["full"], tmp_path, source=source, archive=package)


def test_without_npm_the_fix_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"npm command.*Install Node\.js"):
        build_models(["heavy"], tmp_path)


def test_a_failed_download_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(InputError, match=r"mediapipe==0\.10\.21 .* could not be downloaded.*--archive"):
        build_models(["full"], tmp_path, source="pypi")


def test_a_folder_that_cannot_be_made_is_explained(npm_package: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written to"):
        build_models(["lite"], tmp_path / "file" / "folder", archive=npm_package)


def test_metadata_is_refused_for_what_is_no_model() -> None:
    with pytest.raises(ValueError, match="not a TFLite model"):
        add_metadata(b"some other file", image_metadata("x", 0.0, 255.0, 0.0, 1.0))
