"""What the list of files says: of each file that was brought, how far it and its analysis are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slumpcv.errors import InputError
from slumpcv.language import numeral, text
from slumpcv.ui.components.bring import Line, Tone
from slumpcv.ui.desk import paths, rows
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.library.library import Library, Person
    from slumpcv.library.terms import Job
    from slumpcv.ui.server.incoming import Item, State

PARTS = {"following", "replay", "writing"}
UNDER_WAY = {"uploaded", "bringing"}
TONES: dict[State, Tone] = {"uploaded": "busy", "ready": "ready", "bringing": "busy", "brought": "done"}


@dataclass(frozen=True)
class Shown:
    """A file, and its analysis while that is not over."""

    item: Item
    job: Job | None = None

    @property
    def refused(self) -> bool:
        """Whether it cannot be used, or its analysis failed."""
        return self.item.state == "refused" or (self.job is not None and self.job.state == "failed")


def shown(who: Person, library: Library) -> list[Shown]:
    """Return somebody's files, each with its analysis where there is one."""
    jobs = {job.id: job for job in library.jobs(who)}
    found = []
    for item in hub.incoming().of(who.id):
        job = jobs.get(item.job_id or "")
        found.append(Shown(_after_its_job(who, library, item) if item.job_id and job is None else item, job))
    return found


def moving(files: Sequence[Shown]) -> bool:
    """Return whether anything happens by itself, so that it is worth looking again."""
    return any(
        one.item.state in UNDER_WAY or (one.job is not None and one.job.state != "failed") for one in files
    )


def line(one: Shown) -> Line:
    """Return what the list says of a file."""
    item, job = one.item, one.job
    session = {"session": item.session_id} if item.session_id else {}
    busy = job is not None and not one.refused
    return Line(
        id=item.id,
        name=item.name or text("desk.bring.no_name"),
        tone="refused" if one.refused else "busy" if busy else TONES[item.state],
        words=_words(one),
        detail=_detail(item),
        share=job.share if job is not None and busy else None,
        choosing=item.state in {"uploaded", "ready"},
        patient=item.patient_id or "",
        side=item.side or "",
        day=item.day.isoformat() if item.day else "",
        again=one.refused and (job is not None or hub.incoming().path(item).is_file()),
        go={"at": "review", **session} if session else None,
        href=paths.address("review", **session) if session else "",
        open=text("desk.bring.open"),
    )


def _after_its_job(who: Person, library: Library, item: Item) -> Item:
    """Note what became of a file's analysis, which is over or was given up."""
    changes: dict[str, object] = {"job_id": None}
    try:
        changes["session_id"] = library.job(who, item.job_id or "").session_id
    except InputError:
        given_up = {"problem": text("desk.bring.given_up"), "fix": text("desk.bring.given_up_fix")}
        changes |= {"state": "refused", **given_up}
    return hub.incoming().change(item.id, **changes) or item


def _words(one: Shown) -> str:
    item, job = one.item, one.job
    if job is not None and job.state == "failed":
        return text("app.problem", problem=job.problem, fix=job.fix)
    if job is not None:
        return text(f"desk.job.{part_of(job)}")
    if item.state == "refused":
        return text("app.problem", problem=item.problem, fix=item.fix)
    if item.already:
        return text("desk.bring.state.already")
    return text(f"desk.bring.state.{item.state}")


def part_of(job: Job) -> str:
    """Return the part that an analysis has come to, of those that there are words for."""
    return (
        job.part if job.state == "running" and job.part in {"following", "replay", "writing"} else "waiting"
    )


def _detail(item: Item) -> str:
    said = [text("desk.bring.bundle") if item.is_bundle else text("desk.bring.clip")]
    said.append(f"{numeral(item.size_bytes / (1 << 20), '.1f')} MB")
    if item.duration_s is not None:
        said.append(text("desk.bring.seconds", seconds=round(item.duration_s)))
    if item.found_day is not None:
        said.append(text("desk.bring.found_day", day=rows.day(item.found_day)))
    if item.found_side:
        said.append(text(f"app.leg.{item.found_side}"))
    if item.usable is False:
        said.append(text("desk.usable.no"))
    return " · ".join(said)
