"""What the review player is given and what it may change: one session with the corrections beside it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from slumpcv.analysis import Analysis
from slumpcv.corrections import Corrections
from slumpcv.language import language
from slumpcv.replay import REPLAY
from slumpcv.review import history
from slumpcv.review.apply import answers_in, apply
from slumpcv.review.hand import measured_deg
from slumpcv.review.history import NOTHING
from slumpcv.ui.server.review_language import in_spoken_language
from slumpcv.ui.stored import read_stored, written_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from slumpcv.language import Language
    from slumpcv.review.history import Edit
    from slumpcv.session import Session
    from slumpcv.terms import Side


class Row(Protocol):
    """A correction as it is kept: the whole state after an edit, and who made it, when and why."""

    @property
    def number(self) -> int:
        """Its place among the corrections of the session, from 1."""

    @property
    def made_at(self) -> datetime:
        """When it was made, in UTC."""

    @property
    def made_by(self) -> str:
        """Name of who made it."""

    @property
    def action(self) -> str:
        """One word for what was done."""

    @property
    def state(self) -> Corrections:
        """Everything that is corrected after it."""


class Overtaken(Exception):  # noqa: N818 (that somebody was quicker is no error)
    """Another correction was kept meanwhile, by whomever."""


class Ledger(Protocol):
    """Keeps the corrections of one session, for the person who reviews it now; rows are never removed."""

    def rows(self) -> Sequence[Row]:
        """Return all corrections so far, oldest first."""

    def append(self, action: str, state: Corrections, why: str, after: int, result: Session) -> None:
        """Keep another one; who and when is the ledger's to say.

        Parameters
        ----------
        action, why : what was done, and the reason if one was given.
        state : everything that is corrected now.
        after : number of the row that it was made from, 0 for none.
        result : the session that follows from it.

        Raises
        ------
        Overtaken
            When there is a row after that one.
        InputError
            When it cannot be kept, or this person may not change the session.
        """


@dataclass(frozen=True)
class Reviewed:
    """A session as it stands.

    Attributes
    ----------
    automatic : what the machine and the patient's answers came to.
    corrected : what follows from the corrections.
    state : the corrections; ``number`` counts each change of them, 0 is none yet.
    may_undo, may_redo : whether there is something to take back, or to do again.
    last : the last change, None before the first.
    """

    automatic: Analysis
    corrected: Analysis
    state: Corrections
    number: int
    may_undo: bool
    may_redo: bool
    last: Row | None


class Outdated(Exception):  # noqa: N818 (a newer state is no error)
    """Somebody changed the session meanwhile; holds it as it is now."""

    def __init__(self, now: Reviewed) -> None:
        super().__init__(f"the state is number {now.number} by now")
        self.now = now


class ReviewSource(Protocol):
    """One session under review. All methods may be called from several threads.

    ``number`` is that of the state that a change was made on; when there is a newer one,
    `Outdated` is raised and nothing is kept. Corrections that no clip can have, or that cannot be
    kept, raise `InputError`.
    """

    def data(self) -> Reviewed:
        """Return the session as it stands."""

    def edit(self, number: int, state: Corrections, action: str, why: str) -> Reviewed:
        """Keep a new state."""

    def undo(self, number: int) -> Reviewed:
        """Go back to the state before the last change; nothing happens when there is none."""

    def redo(self, number: int) -> Reviewed:
        """Do again what was taken back last."""

    def video(self) -> Path | None:
        """Return the clip to play, in which every frame can be jumped to; None without one."""


# Of a clip of a minute, an analysis takes some 5 MB: enough for more reviewers than one server has. [E]
MOST_ANALYSES = 48
_locks: dict[Path, threading.RLock] = {}
_locks_lock = threading.Lock()


class FolderReview:
    """A review of the result in a folder, with its corrections in a ledger.

    Parameters
    ----------
    folder : with session, track and, where there is one, the clip to replay.
    ledger : where the corrections are kept.
    side : the leg that was said to be tested, None when nobody said.
    """

    def __init__(self, folder: Path, ledger: Ledger, side: Side | None = None) -> None:
        self._folder, self._ledger, self._side = folder, ledger, side
        with _locks_lock:  # two windows on one session change it one after the other
            self._lock = _locks.setdefault(folder, threading.RLock())

    def data(self) -> Reviewed:
        """Return the session as it stands."""
        with self._lock:
            return self._reviewed(self._ledger.rows())

    def edit(self, number: int, state: Corrections, action: str, why: str) -> Reviewed:
        """Keep a new state, once it is certain that a result follows from it."""
        with self._lock:
            self._check(number, self._ledger.rows())
            facing = self._corrected(NOTHING).angles.facing
            for measure in state.measures:
                measured_deg(measure, facing)
            return self._keep(number, state, action, why)

    def undo(self, number: int) -> Reviewed:
        """Go back to the state before the last change; nothing happens when there is none."""
        return self._turn(number, history.undo)

    def redo(self, number: int) -> Reviewed:
        """Do again what was taken back last."""
        return self._turn(number, history.redo)

    def video(self) -> Path | None:
        """Return the clip to play; None without one."""
        replay = self._folder / REPLAY
        return replay if replay.is_file() else None

    def _turn(self, number: int, way: Callable[[Sequence[Row], str, datetime], Edit | None]) -> Reviewed:
        with self._lock:
            rows = self._ledger.rows()
            self._check(number, rows)
            turned = way(rows, "", datetime.now(UTC))
            if turned is None:
                return self._reviewed(rows)
            return self._keep(number, turned.state, turned.action, turned.why)

    def _check(self, number: int, rows: Sequence[Row]) -> None:
        if number != (rows[-1].number if rows else 0):
            raise Outdated(self._reviewed(rows))

    def _keep(self, number: int, state: Corrections, action: str, why: str) -> Reviewed:
        result = self._corrected(state).session
        try:
            self._ledger.append(action, state, why, number, result)
        except Overtaken:
            raise Outdated(self._reviewed(self._ledger.rows())) from None
        return self._reviewed(self._ledger.rows())

    def _reviewed(self, rows: Sequence[Row]) -> Reviewed:
        last = rows[-1] if rows else None
        state = history.current(rows)
        return Reviewed(
            automatic=self._corrected(NOTHING),
            corrected=self._corrected(state),
            state=state,
            number=0 if last is None else last.number,
            may_undo=history.undoable(rows) is not None,
            may_redo=history.redoable(rows) is not None,
            last=last,
        )

    def _corrected(self, state: Corrections) -> Analysis:
        """Return what follows from a state; without corrections, what is in the folder."""
        written = written_at(self._folder)
        if not state.changes_result:
            return _automatic(self._folder, written, self._side, language())
        return _applied(self._folder, written, self._side, state.model_dump_json(), language())


def forget() -> None:
    """Let go of all that was read: it may be of a session that was deleted."""
    _automatic.cache_clear()
    _applied.cache_clear()


@lru_cache(MOST_ANALYSES)
def _automatic(folder: Path, _written: tuple[int, ...], side: Side | None, _spoken: Language) -> Analysis:
    stored = read_stored(folder)
    return in_spoken_language(Analysis(stored.track, stored.angles, stored.spans, stored.session, side))


@lru_cache(MOST_ANALYSES)
def _applied(
    folder: Path, written: tuple[int, ...], side: Side | None, state: str, spoken: Language
) -> Analysis:
    automatic = _automatic(folder, written, side, spoken)
    return apply(automatic, Corrections.model_validate_json(state), answers_in(automatic.session))
