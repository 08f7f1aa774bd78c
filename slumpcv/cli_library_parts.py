"""What the commands ``slumpcv library ...`` share."""

from __future__ import annotations

import time
from datetime import date
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import typer

from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slumpcv.library.library import Library
    from slumpcv.library.terms import Patient, SessionRow

LIBRARIES = ("sqlalchemy", "alembic", "fsspec", "filelock", "platformdirs")
LOOK_EVERY_S = 0.5


def open_library() -> Library:
    """Open the library, or say what is not installed."""
    if any(find_spec(name) is None for name in LIBRARIES):
        raise InputError(
            "The library needs packages that are not installed", "Install them: pip install 'slumpcv[app]'"
        )
    from slumpcv.library.library import Library

    return Library.open()


def me() -> Any:
    """Return who acts: the one user of this computer."""
    from slumpcv.library.terms import LOCAL

    return LOCAL


def find_patient(library: Library, code: str, new: bool = False) -> Patient:
    """Return the patient of a code; a new one, if there is none and that is wished."""
    for patient in library.patients(me()):
        if patient.code == code.strip():
            return patient
    if new:
        return library.add_patient(me(), code)
    raise InputError(f"There is no patient {code}", "Check the code; import --new adds a patient.")


def read_day(given: str | None) -> date | None:
    """Read a day, ISO 8601."""
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError as error:
        raise typer.BadParameter(f"{given!r} is not a day such as 2026-03-31") from error


def check_target(path: Path, overwrite: bool) -> None:
    """Refuse a file that must not, or cannot, be written."""
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists already", "Choose another name, or replace it with --overwrite.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"There is no folder {path.absolute().parent}", "Make it, or choose another place.")


def with_progress(words: str, run: Callable[[Callable[[float], None]], Any]) -> Any:
    """Show how far something is; ``run`` gets what to tell it with."""
    from rich.console import Console
    from rich.progress import Progress

    noise = Console(stderr=True)
    with Progress(console=noise, transient=True, disable=not noise.is_terminal) as bar:
        task = bar.add_task(words, total=1.0)
        return run(lambda share: bar.update(task, completed=share))


def analyse_now(library: Library, job_ids: list[str]) -> int:
    """Do the jobs, or wait for another program that is at them; return how many failed."""
    from slumpcv.library.work import Work

    work, failed = Work(library), 0
    for number, job_id in enumerate(job_ids):
        words = f"Analysing {number + 1} of {len(job_ids)}"
        job = with_progress(words, partial(_finish, library, work, job_id))
        if job.state == "failed":
            failed += 1
            typer.echo(f"{job_id}: {job.problem}. {job.fix}", err=True)
        else:
            typer.echo(f"{job_id}: analysed ({job.session_id})")
    return failed


def _finish(library: Library, work: Any, job_id: str, tell: Callable[[float], None]) -> Any:
    while True:
        job = library.job(me(), job_id)
        if job.state in ("done", "failed"):
            return job
        if not work.run_one(lambda _, share: tell(share)):
            tell(job.share)
            time.sleep(LOOK_EVERY_S)


def print_json(rows: tuple[SessionRow, ...]) -> None:
    """Print sessions for programs."""
    import json
    from dataclasses import asdict

    typer.echo(json.dumps([asdict(row) for row in rows], indent=2, default=str))


def print_table(rows: tuple[SessionRow, ...]) -> None:
    """Print sessions for people."""
    from rich.console import Console
    from rich.table import Table

    table = Table("day", "patient", "side", "status", "outcome", "knee", "lift", "tags")
    table.add_column("id", overflow="fold", min_width=12)
    for row in rows:
        outcome = row.corrected_outcome or row.outcome or "-"
        knee = row.knee_deg if row.corrected_knee_deg is None else row.corrected_knee_deg
        lift = row.head_lift_deg if row.corrected_head_lift_deg is None else row.corrected_head_lift_deg
        degrees = ["-" if value is None else f"{value:.0f}" for value in (knee, lift)]
        known = (str(row.day), row.code, row.side or "-", row.status, outcome, *degrees)
        table.add_row(*known, ", ".join(row.tags), row.id)
    Console().print(table)
