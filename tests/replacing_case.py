"""The program is killed while a session of the library is replaced, at each of its steps in turn."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from library_case import other_result
from sqlalchemy import func, select

from slumpcv.export.bundle import VIDEO_NAME
from slumpcv.library.audit import AuditQuery
from slumpcv.library.facts import facts_of
from slumpcv.library.intake import bring
from slumpcv.library.models import PendingTable
from slumpcv.library.pending import sweep
from slumpcv.library.presence import Presence
from slumpcv.library.replacing import Replacement
from slumpcv.library.terms import LOCAL
from slumpcv.report.tables import write_session_json
from slumpcv.session_file import load_session

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.library.library import Library

MOST_STEPS = 40


class Killed(BaseException):
    """Stands in for kill -9."""


class Life:
    """Ends before the step of a number; from then on nothing is done any more."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed


class Doomed:
    """A store, or a database, whose user is killed."""

    def __init__(self, real: Any, life: Life, steps: tuple[str, ...]) -> None:
        self._real, self._life, self._steps = real, life, steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name not in self._steps:
            return found

        def stepping(*given: Any, **named: Any) -> Any:
            self._life.step()
            return found(*given, **named)

        return stepping


def doomed(library: Library, life: Life) -> Library:
    """The same library in a process that is going to be killed."""
    database: Any = Doomed(library.database, life, ("writing", "reading"))
    store: Any = Doomed(library.store, life, ("put", "remove", "names", "local"))
    return type(library)(database, store, Presence(library.presence.folder), library.data)


def replacement(folder: Path, number: int) -> Replacement:
    """A result of another version, to take the place of one."""
    session = load_session(folder)
    software = session.software.model_copy(update={"slumpcv": f"{number}.0"})
    session = session.model_copy(update={"software": software})
    write_session_json(folder / "session.json", session)
    (folder / "angles.csv").write_text(f"{number}.0")
    files = [folder / name for name in ("session.json", "angles.csv", "track.npz")]
    return Replacement(files, facts_of(session), 0, f"to {number}.0")


def check_kills(library: Library, tmp_path: Path) -> None:
    """Whatever the step, files and row are both the old or both the new; the rest of the files stays."""
    patient = library.add_patient(LOCAL, "P-1")
    folder = other_result(tmp_path / "r", "1")
    (folder / VIDEO_NAME).write_bytes(b"the old angles")
    (folder / "replay.mp4").write_bytes(b"the picture")
    session_id = bring(library, LOCAL, folder, patient.id).session_id or ""
    software, outcomes = library.session(LOCAL, session_id).software, []
    names = set(library.store.names(session_id))
    for steps in range(MOST_STEPS):
        life, new = Life(steps), replacement(folder, steps + 100)
        other = doomed(library, life)
        with suppress(Killed):
            other.replace_session(LOCAL, session_id, new)
        other.presence.leave()  # as the end of its process does
        sweep(library)
        after = library.session(LOCAL, session_id).software
        outcomes.append(after != software)
        assert after == (f"{steps + 100}.0" if outcomes[-1] else software)
        assert load_session(library.folder(LOCAL, session_id)).software.slumpcv == after
        if any(outcomes):
            assert (library.folder(LOCAL, session_id) / "angles.csv").read_text() == after
        assert set(library.store.names(session_id)) == names - ({VIDEO_NAME} if any(outcomes) else set())
        with library.database.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(PendingTable)) == 0
        software = after
        if life.left >= 0:
            break
    assert outcomes == sorted(outcomes), "once it counts, it is finished"
    assert 1 < sum(outcomes) < len(outcomes), "killed before it counts, and after"
    entries = library.audit_entries(LOCAL, AuditQuery(action="reanalyze")).entries
    assert len(entries) == sum(outcomes)
