"""A program that works on a library without end, to be killed at any moment.

    python library_worker.py DATA DATABASE_URL RESULT

For each number on its standard input it starts a process that does things at random, that number
being the seed, and says on standard output what it is about to do and what is done:

    begun PID | import ID | clip JOB | correct ID NUMBER | sign ID VERSION | deleting ID | deleted ID
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from library_case import THERAPIST, State

from slumpcv.library.clips import ANALYSE
from slumpcv.library.facts import facts_of
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.sessions import NewSession, insert_session
from slumpcv.library.store import staging
from slumpcv.library.terms import NotFound, Query
from slumpcv.library.work import Work
from slumpcv.session_file import load_session

if TYPE_CHECKING:
    from slumpcv.library.jobs import Task

SAMPLE = Path(__file__).parents[1] / "samples" / "right_plain.mp4"
FILES = ("session.json", "track.npz", "angles.csv", "report.pdf")


def tell(*words: object) -> None:
    """Say something in one piece: several processes share the pipe."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def analyse(library: Library, task: Task, reach: Any, result: Path) -> None:
    """Stand in for the analysis of a clip: the same writes, without the pose."""
    assert task.session_id is not None
    assert task.patient_id is not None
    with staging(library.store, library.presence) as staged:
        for name in FILES:
            shutil.copyfile(result / name, staged / name)
            reach(name, 0.5)
            library.store.put(task.session_id, name, staged / name)
    facts = facts_of(load_session(result))
    new = NewSession(task.patient_id, task.digest or "", "clip", facts, has_clip=True, id=task.session_id)
    with library.database.writing() as connection:
        library.end_step(connection, task, {"state": "done", "worker": None})
        insert_session(connection, new)


class Worker:
    """Does one thing after the other, and says so."""

    def __init__(self, library: Library, result: Path, seed: int) -> None:
        self.library, self.result, self.random = library, result, random.Random(seed)
        self.folder = Path(tempfile.mkdtemp(prefix="worker-", dir=result.parent))
        self.numbers = itertools.count(seed * 1_000_000)
        self.patient_id = library.patients(THERAPIST)[0].id
        self.work = Work(library, {ANALYSE: lambda *given: analyse(*given, result=result)})

    def bring(self) -> None:
        folder = self.folder / "next"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in FILES:
            shutil.copyfile(self.result / name, folder / name)
        session = folder / "session.json"
        session.write_text(session.read_text().rstrip() + self._spaces())
        tell("import", bring(self.library, THERAPIST, folder, self.patient_id).session_id)

    def _spaces(self) -> str:
        """Whitespace that no other session has."""
        return "".join(" \n"[int(bit)] for bit in f"{next(self.numbers):b}")

    def clip(self) -> None:
        clip = self.folder / "clip.mp4"
        clip.write_bytes(SAMPLE.read_bytes() + str(next(self.numbers)).encode())
        tell("clip", bring(self.library, THERAPIST, clip, self.patient_id).job_id)

    def any_session(self) -> str | None:
        rows = self.library.search(THERAPIST, Query(limit=1000)).rows
        return self.random.choice(rows).id if rows else None

    def change(self, session_id: str) -> None:
        match self.random.randrange(3):
            case 0:
                made = self.library.correct(THERAPIST, session_id, "edge", State(note="n"))
                tell("correct", session_id, made.number)
            case 1:
                report = self.folder / "report.pdf"
                report.write_bytes(b"%PDF-1.7 " + str(next(self.numbers)).encode())
                tell("sign", session_id, self.library.sign(THERAPIST, session_id, report).version)
            case 2:
                tell("deleting", session_id)
                self.library.delete_session(THERAPIST, session_id)
                tell("deleted", session_id)

    def step(self) -> None:
        match self.random.randrange(6):
            case 0 | 1:
                self.bring()
            case 2:
                self.clip()
            case 3:
                self.work.run_one()
            case _:
                session_id = self.any_session()
                if session_id is not None:
                    self.change(session_id)


def main() -> None:
    data, url, result = sys.argv[1:]
    for line in sys.stdin:
        if os.fork():
            continue
        worker = Worker(Library.open(url, data=Path(data)), Path(result), int(line))
        tell("begun", os.getpid())
        while True:
            try:
                worker.step()
            except NotFound:  # the other one has just deleted it
                continue


if __name__ == "__main__":
    main()
