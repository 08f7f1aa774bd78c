"""Visits of patients who test themselves: what has been answered and recorded, kept on disk.

    DATA/visits/VISIT_ID/visit.json          how far the visit is, and all answers
    DATA/visits/VISIT_ID/1-right/clip.webm   the recording of the first test, and beside it
                        /report.pdf ...      what was made of it

Every change is on disk before the next step begins, so that a reload or a crash loses nothing.
"""

from __future__ import annotations

import secrets
import shutil
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from slumpcv.answers import Answers, Intake, Screen
from slumpcv.errors import InputError
from slumpcv.files import atomic_write
from slumpcv.language import Language, later
from slumpcv.live.record import GuidedTest
from slumpcv.terms import Side, Strict

if TYPE_CHECKING:
    from pathlib import Path

Step = Literal[
    "consent", "screen", "intake", "prepare", "camera", "upload", "analysis", "questions", "result"
]
ClipSource = Literal["camera", "upload", "demo"]
VISIT_FILE = "visit.json"
PARTS = ("*/.*.part*", "*/*/.*.part*", "*/*/*.upload")  # files that were to take another name once whole
DELETED = ".deleted-"  # in front of the name of a visit's folder while it is being removed
# Tests of the same leg within this time change each other's result (docs/protocol.md, repeat_attempt).
DAY = timedelta(hours=24)
FOR_THE_USER_ONLY = 0o700  # recordings of patients are nothing for other users of the machine


# Version 1 had no room for earlier takes; it reads as a test without any.
SchemaVersion = Annotated[Literal[2], BeforeValidator(lambda version: 2 if version == 1 else version)]


class Take(Strict):
    """What belongs to one recording that a later one has followed: what was noted in it, and answered."""

    live: GuidedTest | None = None
    answers: Answers | None = None


class VisitTest(Strict):
    """One leg's test within a visit.

    ``clip`` is the recording's name in the test's folder, ``live`` what the guided test noted,
    ``answers`` what was asked afterwards (screen and intake are the visit's own). ``sample`` is the
    clip that a demonstration plays, ``earlier_24h`` how many tests of this leg came shortly before,
    ``earlier_takes`` what belongs to the recordings before ``clip``, by their names.
    """

    number: int
    side: Side
    source: ClipSource
    started_at: AwareDatetime
    sample: str | None = None
    earlier_24h: int = 0
    clip: str | None = None
    live: GuidedTest | None = None
    analysed: bool = False
    answers: Answers | None = None
    answered: bool = False
    earlier_takes: dict[str, Take] = Field(default_factory=dict)

    def changed(self, **changes: object) -> VisitTest:
        """Return the test with changes; what belongs to a recording stays with it when another comes."""
        clip = changes.get("clip")
        if clip is not None and self.clip is not None and clip != self.clip:
            before = Take(live=self.live, answers=self.answers)
            anew = {"live": None, "answers": None, "analysed": False, "answered": False}
            changes = anew | {"earlier_takes": {**self.earlier_takes, self.clip: before}} | changes
        return VisitTest.model_validate({**dict(self), **changes})


class Visit(Strict):
    """One person's way through the tests of one day; ``owner`` is the browser it belongs to."""

    schema_version: SchemaVersion = 2
    id: str
    owner: str
    language: Language
    created_at: AwareDatetime
    step: Step = "consent"
    consented_at: AwareDatetime | None = None
    screen: Screen | None = None
    intake: Intake | None = None
    tests: tuple[VisitTest, ...] = ()

    @property
    def test(self) -> VisitTest | None:
        """Return the latest test."""
        return self.tests[-1] if self.tests else None

    @property
    def is_demo(self) -> bool:
        """Return whether samples stand in for the person."""
        return any(test.source == "demo" for test in self.tests)


class Visits:
    """All visits in one folder.

    Parameters
    ----------
    root : where the visits' folders are; made, for this user only, when it is not there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        # Pages, recordings and analyses change the same visit from different threads.
        self._lock = threading.RLock()

    def new(self, owner: str, language: Language) -> Visit:
        """Begin a visit and keep it."""
        visit = Visit(
            id=secrets.token_urlsafe(16), owner=owner, language=language, created_at=datetime.now(UTC)
        )
        self.save(visit)
        return visit

    def folder(self, visit: Visit, test: VisitTest | None = None) -> Path:
        """Return the folder of a visit, or of one of its tests; it exists unless the visit was deleted."""
        folder = self.root / visit.id
        return folder if test is None else folder / f"{test.number}-{test.side}"

    def save(self, visit: Visit) -> None:
        """Write a visit whole or not at all, and make its folders.

        Raises
        ------
        InputError
            When the disk is full or the folder cannot be written to.
        """
        try:
            self.root.mkdir(mode=FOR_THE_USER_ONLY, parents=True, exist_ok=True)
            for folder in (self.folder(visit), *(self.folder(visit, test) for test in visit.tests)):
                folder.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(
                later("trouble.unwritable", folder=self.root, reason=error.strerror),
                later("trouble.fix.space_or_allow"),
            ) from error
        with atomic_write(self.folder(visit) / VISIT_FILE) as path:
            path.write_text(visit.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")

    def load(self, visit_id: str, owner: str) -> Visit | None:
        """Return a visit of this owner, None when there is none by that name or it is unreadable."""
        if not visit_id or not visit_id.replace("-", "").replace("_", "").isalnum():
            return None
        try:
            text = (self.root / visit_id / VISIT_FILE).read_text(encoding="utf-8")
            visit = Visit.model_validate_json(text)
        except (OSError, ValidationError):
            return None
        return visit if secrets.compare_digest(visit.owner.encode(), owner.encode()) else None

    def of_owner(self, owner: str) -> list[Visit]:
        """Return an owner's visits, newest first."""
        names = [path.parent.name for path in self.root.glob(f"*/{VISIT_FILE}")]
        found = [visit for name in names if (visit := self.load(name, owner)) is not None]
        return sorted(found, key=lambda visit: visit.created_at, reverse=True)

    def everybodys(self) -> list[Visit]:
        """Return the visits of all owners, newest first."""
        found: list[Visit] = []
        for path in self.root.glob(f"*/{VISIT_FILE}"):
            with suppress(OSError, ValidationError):
                found.append(Visit.model_validate_json(path.read_text(encoding="utf-8")))
        return sorted(found, key=lambda visit: visit.created_at, reverse=True)

    def update(self, visit: Visit, **changes: object) -> Visit:
        """Return a visit with changes, once they are on disk.

        What others have changed since this visit was read stays as they left it, and a visit that was
        deleted stays deleted.
        """
        with self._lock:
            latest = self.load(visit.id, visit.owner)
            changed = Visit.model_validate((latest or visit).model_dump() | changes)
            if latest is not None:
                self.save(changed)
            return changed

    def add_test(self, visit: Visit, side: Side, source: ClipSource, sample: str | None = None) -> Visit:
        """Return a visit with one more test, begun now."""
        with self._lock:
            tests = (self.load(visit.id, visit.owner) or visit).tests
            test = VisitTest(
                number=len(tests) + 1,
                side=side,
                source=source,
                started_at=datetime.now(UTC),
                sample=sample,
                earlier_24h=self.tested_lately(visit.owner, side),
            )
            return self.update(visit, tests=(*tests, test))

    def begin_again(self, visit: Visit, number: int, source: ClipSource) -> Visit:
        """Return a visit with one of its tests begun now: one that was left before anything was recorded."""
        (test,) = (test for test in visit.tests if test.number == number)
        earlier = self.tested_lately(visit.owner, test.side)
        changes = {"source": source, "started_at": datetime.now(UTC), "earlier_24h": earlier}
        return self.update_test(visit, number, **changes)

    def update_test(self, visit: Visit, number: int, **changes: object) -> Visit:
        """Return a visit with changes to one of its tests, once they are on disk."""
        with self._lock:
            tests = tuple(
                test.changed(**changes) if test.number == number else test
                for test in (self.load(visit.id, visit.owner) or visit).tests
            )
            return self.update(visit, tests=tests)

    def tested_lately(self, owner: str, side: Side, now: datetime | None = None) -> int:
        """Return how many tests of one leg, demonstrations aside, were begun in the last 24 h."""
        since = (now or datetime.now(UTC)) - DAY
        return sum(
            test.side == side and test.source != "demo" and test.clip is not None and test.started_at >= since
            for visit in self.of_owner(owner)
            for test in visit.tests
        )

    def delete(self, visit: Visit) -> None:
        """Remove a visit with all its recordings and results.

        It takes another name first, so that nothing that is still being written can come back.

        Raises
        ------
        InputError
            When a file cannot be removed.
        """
        folder = self.folder(visit)
        try:
            with self._lock:
                folder = folder.rename(folder.with_name(f"{DELETED}{visit.id}"))
            shutil.rmtree(folder)
        except OSError as error:
            raise InputError(
                later("trouble.unremoved", folder=folder, reason=error.strerror),
                later("trouble.fix.by_hand"),
            ) from error

    def clear_up(self) -> None:
        """Remove what the end of the program left: visits that were being deleted, files half written."""
        for folder in self.root.glob(f"{DELETED}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for part in (path for pattern in PARTS for path in self.root.glob(pattern)):
            with suppress(OSError):
                part.unlink()
