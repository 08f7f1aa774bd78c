"""One program for each data folder; the second says so and goes, and a crash locks nobody out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from slumpcv.errors import InputError
from slumpcv.ui.server import alone

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
HOLD = "from slumpcv.ui.server import alone; alone.keep_alone(); print('held', flush=True); input()"
COMMANDS = {
    "slumpcv app": ["-m", "slumpcv.cli", "app", "--no-browser", "--port", "8597"],
    "streamlit run": ["-m", "streamlit", "run", "app.py", "--server.headless", "true"],
}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    monkeypatch.setattr(alone, "_held", {})
    return tmp_path


@pytest.fixture
def taken(data: Path) -> Iterator[Path]:
    """A data folder that another program runs with; to the operating system it is no matter which."""
    (data / alone.ADDRESS_FILE).write_text("http://localhost:8599")
    with FileLock(data / alone.LOCK_FILE):
        yield data


@pytest.mark.usefixtures("taken")
def test_the_second_says_where_the_first_is() -> None:
    with pytest.raises(InputError) as caught:
        alone.keep_alone()
    assert "already runs" in caught.value.problem
    assert "http://localhost:8599" in caught.value.fix
    assert "SLUMPCV_DATA" in caught.value.fix


@pytest.mark.parametrize("name", COMMANDS)
def test_a_second_program_ends_with_one_sentence(taken: Path, name: str) -> None:
    ended = subprocess.run(
        [sys.executable, *COMMANDS[name]],
        cwd=ROOT,
        env={**os.environ, "SLUMPCV_DATA": str(taken), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert ended.stderr.count("already runs with the data folder") == 1
    assert "Traceback" not in ended.stderr + ended.stdout


def test_a_program_that_was_killed_locks_nobody_out(data: Path) -> None:
    environment = {**os.environ, "SLUMPCV_DATA": str(data), "PYTHONPATH": str(ROOT)}
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(InputError):
            alone.keep_alone()
        first.send_signal(signal.SIGKILL)
    finally:
        first.kill()
        first.communicate()
    alone.keep_alone()
    alone.keep_alone()  # the server asks again


def test_a_folder_that_may_not_be_written_to_is_said(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    blocked = data / "file"
    blocked.write_text("")
    monkeypatch.setenv("SLUMPCV_DATA", str(blocked / "data"))
    with pytest.raises(InputError, match="cannot be written to"):
        alone.keep_alone()
