"""No command opens a network connection: the kernel's own record of it is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from export_case import write_case
from fake_result import fake_result

from slumpcv.export.bundle import write_bundle
from slumpcv.export.source import open_result
from slumpcv.report.tables import write_session_json
from slumpcv.track import save_track

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
CLIP = SAMPLES / "right_plain.mp4"
ANSWERS = SAMPLES / "answers" / "EASED_WITH_HEAD_LIFT.yaml"

COMMANDS = {
    "help": ["--help"],
    "models": ["models"],
    "answers": ["answers", "--template", "-o", "answers.yaml"],
    "analyze": ["analyze", str(CLIP), "--fps", "5", "-o", "result"],
    "analyze with answers": [
        *["analyze", str(CLIP), "--fps", "5", "-o", "result"],
        *["--answers", str(ANSWERS), "--blur-face"],
    ],
    "batch": ["batch", str(CLIP), "--fps", "5", "--workers", "2", "-o", "result"],
    # An empty line passes a question over; there are fewer questions than lines.
    "ask": ["ask", str(CLIP), "--fps", "5", "--no-overlay", "-o", "result"],
}


def sockets_opened(command: list[str], folder: Path) -> list[str]:
    """Run a command, which has to succeed, and return its calls that make a socket.

    Sockets of every kind count, also those that stay on the machine: behind such a one may
    be a service that talks to others.
    """
    record = folder / "strace.txt"
    trace = ["strace", "--follow-forks", "--seccomp-bpf", "-e", "trace=network", "-o", str(record)]
    done = subprocess.run(
        [*trace, *command], cwd=folder, input="\n" * 100, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [line for line in record.read_text().splitlines() if "socket(" in line]


def test_the_trap_catches_a_connection_of_a_child_process(tmp_path: Path) -> None:
    attempt = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {attempt!r}])"
    assert any("AF_INET" in line for line in sockets_opened([sys.executable, "-c", parent], tmp_path))


def test_comparing_opens_no_socket(tmp_path: Path) -> None:
    result = fake_result()
    for name in ("left", "right"):
        (tmp_path / name).mkdir()
        write_session_json(tmp_path / name / "session.json", result.session)
        save_track(tmp_path / name / "track.npz", result.track)
    command = [sys.executable, "-m", "slumpcv.cli", "compare", "left", "right", "-o", "both"]
    assert sockets_opened(command, tmp_path) == []
    assert (tmp_path / "both" / "compare.pdf").exists()


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("result")
    write_case(folder)
    return folder


@pytest.mark.parametrize("form", ["csv", "parquet", "trc", "mot", "fhir", "zip"])
def test_an_export_opens_no_socket(form: str, result: Path, tmp_path: Path) -> None:
    export = ["export", str(result), "--to", form, "-o", f"a.{form}"]
    assert sockets_opened([sys.executable, "-m", "slumpcv.cli", *export], tmp_path) == []


def test_opening_what_somebody_sent_opens_no_socket(result: Path, tmp_path: Path) -> None:
    write_bundle(tmp_path / "a.zip", open_result(result))
    assert sockets_opened([sys.executable, "-m", "slumpcv.cli", "open", "a.zip"], tmp_path) == []


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command_opens_no_socket(arguments: list[str], tmp_path: Path) -> None:
    assert sockets_opened([sys.executable, "-m", "slumpcv.cli", *arguments], tmp_path) == []
