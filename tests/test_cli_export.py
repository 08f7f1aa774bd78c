"""The commands export and open: what they write, what they say, and what they leave alone."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from export_case import write_case

from slumpcv import cli
from slumpcv.errors import InputError
from slumpcv.export.run import FILE_NAMES, export

if TYPE_CHECKING:
    from pathlib import Path

ALL = [word for name in FILE_NAMES for word in ("--to", name)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("made")
    write_case(folder)
    return folder


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "case")
    return tmp_path / "case"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["slumpcv", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_all_formats_at_once_beside_the_result(
    case: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "export", case, *ALL) == 0
    written = sorted(path.name for path in (case / "export").iterdir())
    assert written == sorted(FILE_NAMES.values())
    said = capsys.readouterr().out.splitlines()
    assert said == [f"Wrote {case / 'export' / name}" for name in FILE_NAMES.values()]


def test_a_session_file_and_a_name_for_the_output(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = case.parent / "new" / "er" / "table.csv"
    assert run(monkeypatch, "export", case / "session.json", "--to", "csv", "-o", target) == 0
    assert [path.name for path in target.parent.iterdir()] == ["table.csv"]
    assert not (case / "export").exists()


def test_what_exists_is_kept_unless_told_otherwise(
    case: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (case / "export").mkdir()
    old = case / "export" / "angles.mot"
    old.write_text("mine")
    assert run(monkeypatch, "export", case, "--to", "csv", "--to", "mot") == 1
    assert "exists already" in capsys.readouterr().err
    assert [path.name for path in old.parent.iterdir()] == ["angles.mot"]
    assert old.read_text() == "mine"
    assert run(monkeypatch, "export", case, "--to", "csv", "--to", "mot", "--overwrite") == 0
    assert old.read_text().startswith("slumpcv\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "csv", "--to", "mot", "-o", "one.file"], "is no folder"),
        (["--to", "csv", "-o", "case/session.json", "--overwrite"], "part of the result itself"),
        (["--to", "fhir", "--date", "soon"], "'soon' is not a date"),
        (["--to", "csv", "--to", "fhir", "--patient-id", " "], "pseudonym"),
        (["--to", "csv", "-o", "case/session.json/deep/a.csv"], "cannot be made"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence_and_nothing_is_written(
    arguments: list[str],
    said: str,
    case: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(case.parent)
    before = {path: path.read_bytes() for path in case.parent.rglob("*") if path.is_file()}
    assert run(monkeypatch, "export", "case", *arguments) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert {p: p.read_bytes() for p in case.parent.rglob("*") if p.is_file()} == before
    assert not (case / "export").exists()


def test_a_missing_extra_leaves_no_other_format_behind(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match="pyarrow"):
        export(case, ["csv", "parquet"])
    assert not (case / "export").exists()


@pytest.mark.parametrize(
    "arguments", [["export", "."], ["export", ".", "--to", "docx"], ["export"], ["open"]]
)
def test_wrong_usage(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, *arguments) == 2


def test_what_one_sends_the_other_opens(
    case: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(case.parent)
    assert run(monkeypatch, "export", case, "--to", "zip", "--no-video", "-o", "sent.zip") == 0
    assert run(monkeypatch, "open", "sent.zip", "-o", "received") == 0
    said = capsys.readouterr().out
    assert "Slump test, right side" in said
    assert "received/session.json" in said.replace("\\", "/")
    assert (case.parent / "received" / "report.pdf").exists()
    assert run(monkeypatch, "open", "sent.zip", "-o", "received") == 1
    assert "exists already" in capsys.readouterr().err


def test_a_hostile_zip_is_one_sentence_and_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.zip").write_bytes(b"not a zip file at all, but long enough to be one")
    assert run(monkeypatch, "open", tmp_path / "a.zip") == 1
    said = capsys.readouterr().err
    assert said.startswith("slumpcv: The file is not opened: it is no zip file")
    assert said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
