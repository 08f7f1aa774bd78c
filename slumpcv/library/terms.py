"""What goes into the library and comes out of it: plain values, never rows that are still tied to SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from slumpcv.errors import InputError
from slumpcv.language import later

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from slumpcv.session import IsolationStatus, OutcomeCode
    from slumpcv.terms import Side

Role = Literal["patient", "therapist", "admin"]
Status = Literal["new", "reviewed", "signed"]
Source = Literal["bundle", "folder", "clip", "guided"]
Thing = Literal["session", "patient", "account", "signed_report", "job", "visit"]
JobState = Literal["queued", "running", "done", "failed"]
Sort = Literal["day", "code", "side", "status", "outcome", "knee", "head_lift", "duration", "created"]


class NotFound(InputError):  # noqa: N818
    """There is no such thing, or nothing of it may be known to whoever asked."""

    def __init__(self, what: Thing) -> None:
        super().__init__(later(f"library.none.{what}"), later("library.fix.look"))


class NotAllowed(InputError):  # noqa: N818
    """Whoever asked may not do this."""

    def __init__(self) -> None:
        super().__init__(later("library.not_allowed"), later("library.fix.ask"))


class Conflict(InputError):  # noqa: N818
    """Somebody else has changed the same thing meanwhile."""

    def __init__(self) -> None:
        super().__init__(later("library.changed"), later("library.fix.repeat"))


@dataclass(frozen=True)
class Person:
    """Who acts; ``patient_id`` is whose sessions a person of the role patient may see."""

    id: str
    name: str
    role: Role
    patient_id: str | None = None


LOCAL = Person("local", "", "admin")
"""The one user of a library that nobody logs in to."""


@dataclass(frozen=True)
class Patient:
    """A patient, by a code and at most initials; ``label`` is free, ``sessions`` how many there are."""

    id: str
    code: str
    initials: str
    label: str
    created_at: datetime
    sessions: int = 0


@dataclass(frozen=True)
class VisitRow:
    """One day of one patient."""

    id: str
    patient_id: str
    day: date
    note: str


@dataclass(frozen=True)
class SessionRow:
    """What the list shows of one test, without opening any of its files.

    ``outcome`` to ``head_lift_deg`` are the automatic result, ``corrected_*`` the same after
    ``corrections`` changes by hand (None before the first). Whole degrees are for whoever shows them.
    None is not seen or not known. ``has_clip`` says whether there is ``replay.mp4`` to play. A person
    of the role patient sees ``label``, the notes and ``tags`` empty: they are the therapist's own.
    """

    id: str
    patient_id: str
    visit_id: str
    code: str
    initials: str
    label: str
    day: date
    visit_note: str
    side: Side | None
    status: Status
    outcome: OutcomeCode | None
    isolation: IsolationStatus
    usable: bool
    duration_s: float
    knee_deg: float | None
    head_lift_deg: float | None
    corrections: int
    corrected_outcome: OutcomeCode | None
    corrected_isolation: IsolationStatus | None
    corrected_knee_deg: float | None
    corrected_head_lift_deg: float | None
    note: str
    recorded_at: datetime | None
    created_at: datetime
    source: Source
    has_clip: bool
    software: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """What to list: each field narrows it down, None and "" do not.

    ``text`` is words, each of which must be in the code, the initials, the label, a note or a tag.
    ``outcome`` is the one that counts: corrected, else automatic. Days are included.
    """

    text: str = ""
    side: Side | None = None
    status: Status | None = None
    outcome: OutcomeCode | None = None
    tag: str | None = None
    patient_id: str | None = None
    day_from: date | None = None
    day_to: date | None = None
    sort: Sort = "day"
    descending: bool = True
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class Page:
    """Some of the sessions that a query finds, and how many it finds in all."""

    rows: tuple[SessionRow, ...]
    total: int


@dataclass(frozen=True)
class Correction:
    """One change by hand: ``state`` is everything that was corrected once it was made."""

    id: str
    session_id: str
    number: int
    made_at: datetime
    made_by: str
    why: str
    action: str
    state: Mapping[str, Any]


@dataclass(frozen=True)
class Rating:
    """What one rater made of a session, blind to the others; the newest of a rater counts."""

    id: str
    session_id: str
    rater: str
    made_at: datetime
    state: Mapping[str, Any]
    outcome: OutcomeCode | None


@dataclass(frozen=True)
class Signed:
    """A frozen report with ``corrections`` changes by hand; ``artefact`` is its file in the session."""

    id: str
    session_id: str
    version: int
    made_at: datetime
    made_by: str
    sha256: str
    artefact: str
    corrections: int


@dataclass(frozen=True)
class Job:
    """Work in the background; ``share`` of it is done, 0 to 1, and it is at ``part``."""

    id: str
    kind: str
    state: JobState
    part: str
    share: float
    problem: str
    fix: str
    attempts: int
    created_at: datetime
    patient_id: str | None
    session_id: str | None


@dataclass(frozen=True)
class Account:
    """Somebody who logs in: who they are at their provider, and what they are here.

    Without a ``role`` they may do nothing. ``patient_id`` is which patient they are, if they are one.
    """

    id: str
    issuer: str
    subject: str
    name: str
    role: Role | None
    patient_id: str | None
    created_at: datetime


@dataclass(frozen=True)
class AuditEntry:
    """Who did what, and when; entries are never changed or removed."""

    id: int
    at: datetime
    who: str
    role: str
    action: str
    patient_id: str | None
    session_id: str | None
    detail: str


@dataclass(frozen=True)
class Brought:
    """What became of something that was brought in: a session, or a job that will make one.

    ``already`` says that it had been brought before, and that nothing was added.
    """

    session_id: str | None
    job_id: str | None
    already: bool = False
