"""A library of many sessions: how long listing, searching, filtering, sorting and opening take.

    python -m benchmarks.library [--sessions 10000] [--rounds 30] [--database-url URL]

Rows are made up, ten to a patient, with notes, tags and corrections; the one that is opened is a real
session with its files. Opening reads row, corrections and folder, and parses its ``session.json``.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from sqlalchemy import insert

from benchmarks.tables import table
from slumpcv.library.core import new_id
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.models import CorrectionTable, PatientTable, SessionTable, TagTable, VisitTable
from slumpcv.library.terms import LOCAL, Query, Sort
from slumpcv.session import OutcomeCode
from slumpcv.session_file import load_session
from slumpcv.terms import Strict

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from export_case import write_case  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable

PER_PATIENT = 10
WORDS = ("pulls", "calf", "morning", "left", "after", "running", "tight", "better", "worse", "Übung")
TAGS = ("study", "again", "teaching", "unclear")
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


class State(Strict):
    """Stands in for corrections: about as long as three corrected phases."""

    words: str = "x" * 400


def fill(library: Library, sessions: int) -> None:
    """Insert made-up rows."""
    chance = random.Random(5)
    rows: dict[type, list[dict[str, Any]]] = {
        kind: [] for kind in (PatientTable, VisitTable, SessionTable, TagTable, CorrectionTable)
    }
    for number in range(sessions // PER_PATIENT):
        patient = {"id": new_id(), "code": f"P-{number:05d}", "initials": chance.choice(("AB", "C D", "ÄÖ"))}
        made_at = BEGIN + timedelta(hours=number)
        label = " ".join(chance.sample(WORDS, 2))
        rows[PatientTable].append({**patient, "label": label, "created_at": made_at, "deleted_at": None})
        for repeat in range(PER_PATIENT):
            add_session(rows, patient["id"], date(2024, 1, 1) + timedelta(days=number // 2 + repeat), chance)
    with library.database.writing() as connection:
        for kind, values in rows.items():
            connection.execute(insert(kind), values)


def add_session(rows: dict[type, list[dict[str, Any]]], patient_id: str, day: date, chance: Any) -> None:
    """Add the rows of one session on a day of its own."""
    visit = {"id": new_id(), "patient_id": patient_id, "day": day, "note": " ".join(chance.sample(WORDS, 3))}
    rows[VisitTable].append(visit)
    session_id = new_id()
    rows[SessionTable].append(
        {
            "id": session_id,
            "patient_id": patient_id,
            "visit_id": visit["id"],
            "side": chance.choice(("left", "right")),
            "status": chance.choice(("new", "reviewed", "signed")),
            "outcome": chance.choice((*get_args(OutcomeCode), None)),
            "isolation": "isolated",
            "usable": True,
            "duration_s": chance.uniform(20, 60),
            "knee_deg": chance.choice((None, chance.uniform(0, 60))),
            "head_lift_deg": chance.uniform(0, 60),
            "corrections": 1,
            "corrected_outcome": chance.choice((*get_args(OutcomeCode), None)),
            "corrected_isolation": None,
            "corrected_knee_deg": None,
            "corrected_head_lift_deg": None,
            "note": " ".join(chance.sample(WORDS, 6)),
            "recorded_at": None,
            "created_at": BEGIN + timedelta(minutes=len(rows[SessionTable])),
            "digest": session_id,
            "source": "bundle",
            "has_clip": False,
            "software": "0",
            "deleted_at": None,
        }
    )
    rows[TagTable].append({"session_id": session_id, "name": chance.choice(TAGS)})
    rows[CorrectionTable].append(
        {
            "id": new_id(),
            "session_id": session_id,
            "number": 1,
            "made_at": BEGIN,
            "made_by": "x",
            "why": "",
            "action": "edge",
            "state": State().model_dump(),
        }
    )


def measured(name: str, do: Callable[[], object], rounds: int) -> list[str]:
    """Return a line of the table: median and 95 % of the milliseconds, and the longest."""
    took_ms = []
    for _ in range(rounds):
        began_s = time.perf_counter()
        do()
        took_ms.append((time.perf_counter() - began_s) * 1000)
    p50, p95 = np.percentile(took_ms, (50, 95))
    return [name, f"{p50:.0f} ms", f"{p95:.0f} ms", f"{max(took_ms):.0f} ms"]


def open_session(library: Library, session_id: str) -> None:
    """Do what opening a review asks of the library."""
    library.session(LOCAL, session_id)
    library.corrections(LOCAL, session_id)
    library.signed(LOCAL, session_id)
    load_session(library.folder(LOCAL, session_id))


def asked(patient_id: str) -> dict[str, Query]:
    """Return what is measured: a page of fifty each time."""
    filters: dict[str, dict[str, Any]] = {
        "text, one word": {"text": "calf"},
        "text, three words": {"text": "calf P-0 übung"},
        "text, nothing found": {"text": "nowhere"},
        "side": {"side": "left"},
        "status": {"status": "new"},
        "outcome": {"outcome": "UNCHANGED"},
        "tag": {"tag": "study"},
        "patient": {"patient_id": patient_id},
        "days": {"day_from": date(2024, 6, 1), "day_to": date(2024, 9, 1)},
        "text, side, status, tag, days": {
            "text": "calf",
            "side": "left",
            "status": "new",
            "tag": "study",
            "day_from": date(2024, 6, 1),
        },
    }
    found = {"list, newest first": Query(), "list, last page": Query(offset=10**9)}
    found |= {f"filter: {name}": Query(**fields) for name, fields in filters.items()}
    for sort in get_args(Sort):
        found[f"sort: {sort}"] = Query(sort=sort, descending=False)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--database-url")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(given.database_url, data=Path(folder) / "data")
        write_case(Path(folder) / "result")
        patient = library.add_patient(LOCAL, "real")
        session_id = bring(library, LOCAL, Path(folder) / "result", patient.id).session_id or ""
        fill(library, given.sessions)
        total = library.search(LOCAL, Query()).total
        rows = [
            measured(name, lambda query=query: library.search(LOCAL, query), given.rounds)
            for name, query in asked(patient.id).items()
        ]
        rows += [
            measured("patients, all", lambda: library.patients(LOCAL), given.rounds),
            measured("open", lambda: open_session(library, session_id), given.rounds),
            measured("correct", lambda: library.correct(LOCAL, session_id, "edge", State()), given.rounds),
        ]
        print(f"{total} sessions, {library.database.url.get_backend_name()}\n")
        print(table(["what", "p50", "p95", "longest"], rows))
        library.close()


if __name__ == "__main__":
    main()
