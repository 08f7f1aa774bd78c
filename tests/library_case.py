"""A library for tests, on SQLite or PostgreSQL, on a folder or on S3; and results to bring into it."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from export_case import write_case

from slumpcv.export.run import export
from slumpcv.library.terms import Person
from slumpcv.terms import Strict

THERAPIST = Person("t1", "Dr T", "therapist")
ADMIN = Person("a1", "Admin", "admin")


class State(Strict):
    """Stands in for the corrections."""

    schema_version: int = 1
    note: str = ""


def patient_person(patient_id: str) -> Person:
    return Person("p1", "", "patient", patient_id)


@cache
def result_folder() -> Path:
    """A result folder and, in ``export``, its bundle; made once, not to be changed."""
    folder = Path(tempfile.mkdtemp(prefix="slumpcv-case-"))
    write_case(folder / "r")
    export(folder / "r", ["zip"])
    return folder / "r"


def other_result(folder: Path, note: str) -> Path:
    """A copy of the result that is not recognised as the same."""
    shutil.copytree(result_folder(), folder, ignore=shutil.ignore_patterns("export"))
    session = folder / "session.json"
    session.write_text(session.read_text() + " " * (1 + int(note)))
    return folder
