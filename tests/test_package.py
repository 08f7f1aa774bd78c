"""What is installed: the lock files, and the wheel that is built from the sdist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, str]:
    """Version of each package in a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)
    assert len(dict(pins)) == len(pins), "a package is locked twice"
    return dict(pins)


def names_of(requirements: list[str | dict[str, str]]) -> set[str]:
    return {re.split(r"[^\w.-]", text)[0] for text in requirements if isinstance(text, str)}


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_place(name: str) -> None:
    for requirement in re.sub(r"\\\n", "", (ROOT / name).read_text(encoding="utf-8")).splitlines()[1:]:
        assert re.fullmatch(r"[\w.-]+==[\w.]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", requirement)
        assert not re.search(r"https?:|file:|@", requirement)


@pytest.mark.parametrize("name", LOCKS)
def test_exactly_one_package_provides_cv2(name: str) -> None:
    assert [package for package in locked(name) if package.startswith("opencv")] == ["opencv-python"]


def test_the_locks_hold_all_that_the_project_asks_for() -> None:
    runtime, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    groups = PROJECT["dependency-groups"]
    assert names_of(PROJECT["project"]["dependencies"]) | names_of(groups["build"]) <= runtime.keys()
    assert names_of(groups["dev"]) <= dev.keys()
    assert runtime.items() <= dev.items(), "the tests would run with other versions than the users"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as built from the sdist, with the build backend that the lock holds."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_models_and_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for variant in ("lite", "full"):
        assert f"slumpcv/model_files/pose_landmarker_{variant}.task" in names
    for text in ("LICENSE", "NOTICE", "models/LICENSE", "models/NOTICE"):
        assert any(name.endswith(f".dist-info/licenses/{text}") for name in names)
    top_level = {name.split("/")[0] for name in names}
    assert {name for name in top_level if not name.endswith(".dist-info")} == {"slumpcv"}


def test_the_wheel_carries_what_the_app_shows_and_plays(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"slumpcv/ui/config.toml", "slumpcv/sample_files/NOTICE"} <= names
    for story in ("right_plain", "right_no_lift", "right_knee_bends"):
        assert {f"slumpcv/sample_files/{story}{suffix}" for suffix in (".mp4", ".json")} <= names
    parts = [*ROOT.glob("slumpcv/ui/**/*.js"), *ROOT.glob("slumpcv/ui/**/*.mp3")]
    assert {path.relative_to(ROOT).as_posix() for path in parts} <= names


def test_the_models_of_an_unpacked_wheel_are_found(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "from slumpcv.models import find_model; print(find_model('lite').path, find_model('full').path)"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.count(str(tmp_path / "slumpcv" / "model_files")) == 2


def test_names_of_the_package_are_functions_and_classes_whatever_was_imported_before() -> None:
    code = (
        "import slumpcv, slumpcv.analysis, slumpcv.segmentation, slumpcv.quality\n"
        "for name in slumpcv.__all__[1:]:\n"
        "    for _ in range(2):\n"  # a module of the same name would take the place after the first use
        "        assert callable(getattr(slumpcv, name)), name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
