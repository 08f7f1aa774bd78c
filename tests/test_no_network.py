"""No command opens a network connection: the kernel's own record of it is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CLIP = Path(__file__).resolve().parents[1] / "samples" / "right_plain.mp4"

COMMANDS = {
    "help": ["--help"],
    "models": ["models"],
    "analyze": ["analyze", str(CLIP), "--fps", "5", "-o", "result"],
}


def sockets_opened(command: list[str], folder: Path) -> list[str]:
    """Run a command, which has to succeed, and return its calls that make a socket.

    Sockets of every kind count, also those that stay on the machine: behind such a one may
    be a service that talks to others.
    """
    record = folder / "strace.txt"
    trace = ["strace", "--follow-forks", "--seccomp-bpf", "-e", "trace=network", "-o", str(record)]
    done = subprocess.run([*trace, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [line for line in record.read_text().splitlines() if "socket(" in line]


def test_the_trap_catches_a_connection_of_a_child_process(tmp_path: Path) -> None:
    attempt = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {attempt!r}])"
    assert any("AF_INET" in line for line in sockets_opened([sys.executable, "-c", parent], tmp_path))


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command_opens_no_socket(arguments: list[str], tmp_path: Path) -> None:
    assert sockets_opened([sys.executable, "-m", "slumpcv.cli", *arguments], tmp_path) == []
