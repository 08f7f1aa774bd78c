"""``slumpcv library ...``"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from library_case import result_folder
from typer.testing import CliRunner

from slumpcv import cli_library_parts
from slumpcv.cli import app
from slumpcv.errors import InputError

if TYPE_CHECKING:
    from click.testing import Result


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SLUMPCV_DATABASE_URL", raising=False)
    monkeypatch.delenv("SLUMPCV_STORAGE_URL", raising=False)
    return tmp_path / "data"


def run(*words: object, code: int = 0, answer: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["library", *map(str, words)], input=answer)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def listed(*words: str) -> list[dict[str, Any]]:
    found = json.loads(run("list", *words, "--json").stdout)
    assert isinstance(found, list)
    return found


def test_results_are_brought_listed_and_deleted(data: Path) -> None:
    with pytest.raises(InputError, match="import --new"):
        run("import", result_folder(), "--patient", "P-1")
    missing = result_folder() / "none.zip"
    bundle = result_folder() / "export" / "slumpcv.zip"
    said = run("import", result_folder(), bundle, missing, "--patient", "P-1", "--new", code=1)
    assert "added" in said.output
    assert "known already" in said.output
    assert "none.zip cannot be read" in said.output
    (row,) = listed("p-1", "--side", "right", "--since", "2020-01-01", "--status", "new", "--sort", "knee")
    assert row["outcome"] == "EASED_WITH_HEAD_LIFT"
    assert listed("--side", "left") == []
    assert "1 of 1 sessions" in run("list", "--patient", "P-1").output
    run("delete", row["id"], answer="n\n", code=1)
    assert len(listed()) == 1
    run("delete", row["id"], answer="y\n")
    assert listed() == []
    assert "with 0 sessions" in run("delete", "--patient", "P-1", "--yes").output
    assert list((data / "library" / "sessions").iterdir()) == []
    assert "delete_patient" in run("audit").output


def test_export_backup_and_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", result_folder(), "--patient", "P-1", "--new")
    run("export", "--patient", "P-1", "-o", tmp_path / "p.zip")
    assert "patient.json" in zipfile.ZipFile(tmp_path / "p.zip").namelist()
    for command in (("export", "--patient", "P-1", "-o"), ("backup",)):
        with pytest.raises(InputError, match="--overwrite"):
            run(*command, tmp_path / "p.zip")
        with pytest.raises(InputError, match="no folder"):
            run(*command, tmp_path / "none" / "p.zip")
    run("backup", tmp_path / "b.zip")
    before = listed()
    with pytest.raises(InputError, match="not empty"):
        run("restore", tmp_path / "b.zip")
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path / "other"))
    assert "1 patients, 1 sessions" in run("restore", tmp_path / "b.zip").output
    assert listed() == before


def test_accounts() -> None:
    run("import", result_folder(), "--patient", "P-1", "--new")
    run("account", "https://id", "dr.t", "--role", "therapist", "--name", "Dr T")
    run("account", "https://id", "pat", "--role", "patient", "--patient", "P-1")
    with pytest.raises(InputError, match="--patient"):
        run("account", "https://id", "x", "--role", "patient")
    assert "therapist  Dr T  dr.t" in run("accounts").output


def test_a_day_that_is_none_and_a_delete_of_nothing_are_refused() -> None:
    run("list", "--since", "yesterday", code=2)
    run("delete", code=2)


def test_without_the_app_s_packages_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_library_parts, "find_spec", lambda name: None if name == "sqlalchemy" else name)
    with pytest.raises(InputError, match=r"slumpcv\[app\]"):
        run("list")


def test_the_rest_works_without_the_app_s_packages() -> None:
    hidden = {"sqlalchemy", "alembic", "fsspec", "filelock", "platformdirs", "streamlit"}
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({hidden!r})); "
        "import slumpcv.cli, slumpcv.analysis, slumpcv.export.run; "
        "sys.argv = ['slumpcv', 'library', '--help']; slumpcv.cli.main()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "restore" in run.stdout
