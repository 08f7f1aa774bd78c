"""Processes that work on a library are killed at any moment: nothing is lost, and nothing is left half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from library_case import THERAPIST, result_folder
from library_worker import FILES
from sqlalchemy import func, select, text

from slumpcv.library.library import Library
from slumpcv.library.models import CorrectionTable, JobTable, PendingTable, SessionTable

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 12
LONGEST_S = 1.2
LONGEST_WAIT_S = 60
WORKER = Path(__file__).with_name("library_worker.py")

Told = defaultdict[str, list[tuple[str, ...]]]


class Workers:
    """The program of which each process works on the library until it is killed."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.told: Told = defaultdict(list)
        self._writing = (folder / "said").open("a")
        self._said = (folder / "said").open()
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, str(WORKER), str(folder / "data"), database_url, str(result_folder())]
        self.program = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=self._writing, text=True, env=environment
        )

    def start(self, *seeds: int) -> list[int]:
        """Start a process for each seed, and return their numbers once all are at work."""
        assert self.program.stdin is not None
        begun = len(self.told["begun"])
        until_s = time.monotonic() + LONGEST_WAIT_S
        print(*seeds, sep="\n", file=self.program.stdin, flush=True)
        while len(self.told["begun"]) < begun + len(seeds):
            assert self.program.poll() is None
            assert time.monotonic() < until_s
            time.sleep(0.02)
            self.listen()
        return [int(pid) for (pid,) in self.told["begun"][begun:]]

    def listen(self) -> None:
        """Note what was said meanwhile; a process says each thing in one piece."""
        for line in self._said.read().splitlines():
            what, *words = line.split()
            self.told[what].append(tuple(words))

    def end(self) -> None:
        self.program.kill()
        self.program.communicate()
        self._said.close()
        self._writing.close()


@pytest.fixture
def workers(database_url: str, tmp_path: Path) -> Iterator[Workers]:
    started = Workers(database_url, tmp_path)
    yield started
    started.end()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        time.sleep(0.01)


def test_whatever_is_killed_nothing_is_lost_and_nothing_is_half(
    workers: Workers, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(20)
    first = Library.open(database_url, data=tmp_path / "data")
    first.add_patient(THERAPIST, "P-1")
    first.close()
    for number in range(ROUNDS):
        one, other = workers.start(2 * number, 2 * number + 1)
        time.sleep(chance.uniform(0, LONGEST_S))
        kill(one)
        # The next start tidies up while the other process is still writing.
        Library.open(database_url, data=tmp_path / "data").close()
        time.sleep(chance.uniform(0, LONGEST_S / 4))
        kill(other)
        workers.listen()
        library = Library.open(database_url, data=tmp_path / "data")
        check_nothing_is_half(library)
        check_nothing_is_lost(library, workers.told)
        library.close()
    counts = {what: len(said) for what, said in workers.told.items()}
    assert counts.keys() >= {"import", "clip", "correct", "sign", "deleted"}, counts


def check_nothing_is_half(library: Library) -> None:
    root = library.store.scratch.parent / "sessions"
    stored = {path.name for path in root.iterdir()}
    with library.database.reading() as connection:
        sessions = {row["id"]: row for row in connection.execute(select(SessionTable)).mappings()}
        jobs = connection.execute(select(JobTable).where(JobTable.state != "done")).mappings().all()
        assert connection.scalar(select(func.count()).select_from(PendingTable)) == 0
        if library.database.is_sqlite:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    assert list(library.store.scratch.iterdir()) == []
    assert stored == sessions.keys() | {job["session_id"] for job in jobs}, "files and rows go together"
    for session_id, row in sessions.items():
        assert row["deleted_at"] is None
        names = set(library.store.names(session_id))
        assert set(FILES) <= names
        assert ("recording.mp4" in names) == (row["source"] == "clip")
        for signed in library.signed(THERAPIST, session_id):
            assert signed.artefact in names
            assert library.signed_report(THERAPIST, session_id, signed.version)
        signed_files = {name for name in names if name.startswith("signed/")}
        assert len(signed_files) == len(library.signed(THERAPIST, session_id))
        assert [c.number for c in library.corrections(THERAPIST, session_id)] == [
            *range(1, row["corrections"] + 1)
        ]
    for job in jobs:
        assert "recording.mp4" in library.store.names(job["session_id"])


def check_nothing_is_lost(library: Library, told: Told) -> None:
    with library.database.reading() as connection:
        sessions = set(connection.scalars(select(SessionTable.id)))
        jobs = set(connection.scalars(select(JobTable.id)))
        of_session = (CorrectionTable.session_id, func.max(CorrectionTable.number))
        newest = dict(connection.execute(select(*of_session).group_by(CorrectionTable.session_id)).all())
    may_be_gone = {session_id for (session_id,) in told["deleting"]}
    assert not sessions & {session_id for (session_id,) in told["deleted"]}
    assert {session_id for (session_id,) in told["import"]} - may_be_gone <= sessions
    for session_id, number in told["correct"]:
        assert session_id in may_be_gone or newest[session_id] >= int(number)
    for session_id, version in told["sign"]:
        assert session_id in may_be_gone or len(library.signed(THERAPIST, session_id)) >= int(version)
    for (job_id,) in told["clip"]:
        # A job that is done goes when its session is deleted.
        assert job_id in jobs or may_be_gone
