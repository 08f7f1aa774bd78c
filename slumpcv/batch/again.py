"""Measuring sessions again: from their tracks, or from clips for another pose model.

Where the sessions are is a `Place`: the destination of a batch (``again_dest``), or the therapist's library.
New sessions go into a destination of their own, the draft, where they can be compared with the old ones, and
take their places only when that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from slumpcv.batch.dest import open_dest, session_path
from slumpcv.batch.engine import drive
from slumpcv.batch.run import check_seen, row_of
from slumpcv.batch.task import Order, guarded, known_row
from slumpcv.errors import InputError
from slumpcv.replay import REPLAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slumpcv.analysis import Analysis
    from slumpcv.batch.dest import Dest
    from slumpcv.batch.differences import Change
    from slumpcv.batch.engine import Engine
    from slumpcv.batch.inputs import Clip
    from slumpcv.batch.row import Row
    from slumpcv.batch.task import Job, Options
    from slumpcv.corrections import Corrections
    from slumpcv.session import Session

TRACK = "track.npz"
CORRECTED = "corrected.json"
"""Of a session in the draft: the result that follows from corrections that are kept apart from it."""

Way = Literal["track", "clip", "gone", "signed", "replaced"]


@dataclass(frozen=True)
class Again:
    """A session that is to be measured again.

    Attributes
    ----------
    name : its own in the draft; ``shown`` is what people know it by.
    way : ``track`` where the track that was saved does, ``clip`` where another pose model is to see the clip.
        The others are not measured: ``gone`` where the clip would be needed and is not there any more,
        ``signed`` where what was signed must stay what it was, ``replaced`` where only the new session is
        whole, as the program ended while it took its place.
    options, made_by : how it is to be made.
    clip : what it was made of, and ``sha256`` of that.
    corrections : a reviewer's, where they are kept apart from the session.
    """

    name: str
    shown: str
    way: Way
    options: Options
    made_by: str
    clip: Clip
    sha256: str
    corrections: Corrections | None = None

    @property
    def is_measured(self) -> bool:
        """Return whether there is something that it can be measured from."""
        return self.way in ("track", "clip")


class Place(Protocol):
    """Where sessions are that can be measured again."""

    home: Dest
    """Where what changed is told."""
    draft: Dest
    """Where new sessions wait."""

    def sessions(self) -> list[Again]:
        """Return all sessions, each once."""

    def hand_out(self, one: Again) -> Handed:
        """Have a worker find a session's files, until `take_back`."""

    def take_back(self, one: Again) -> None:
        """Let go of what `hand_out` made."""

    def old(self, one: Again, scratch: Path) -> Session:
        """Read a session as it is; ``scratch`` is an empty folder for a copy."""

    def changes_apart(self, one: Again, folder: Path) -> list[Change]:
        """Compare what is kept apart from a session with that of the new one, in ``folder``."""

    def replace(self, one: Again, row: Row, folder: Path) -> None:
        """Have a new session take the place of the old one, which stays until that is certain.

        Parameters
        ----------
        one : the session.
        row, folder : the new one; the files are only to be read.

        Raises
        ------
        InputError
            When the old one has to stay.
        """

    def finish(self) -> None:
        """Bring up to date what tells of all sessions, once those that could be were replaced."""


@dataclass(frozen=True)
class Handed:
    """Where a worker finds a session: the address of a destination, the folder in it, and the clip."""

    dest: str
    folder: str
    clip: Clip


@dataclass(frozen=True)
class AgainOrder(Order):
    """An order for `measure_again`; ``dest`` is the draft, ``handed`` where the old session is."""

    again: Again
    handed: Handed


def measure_again(order: AgainOrder) -> Row:
    """Measure a session again and put the new one into the draft; what people added is taken along.

    Parameters
    ----------
    order : what to do.

    Returns
    -------
    Row
        As of :func:`slumpcv.batch.task.measure_clip`.
    """
    return guarded(order, _measure_again)


def run_again(place: Place, sessions: Sequence[Again], engine: Engine) -> Iterator[tuple[Again, Row]]:
    """Measure sessions again into the draft; give each with its new row as it is done.

    Parameters
    ----------
    place : where the old ones are.
    sessions : all of them; those in the draft already, made the same way, are given as they are.
    engine : what does the work; the caller closes it.

    Raises
    ------
    InputError
        When the workers do not see the draft.
    """
    place.draft.prepare()
    whole, todo = place.draft.whole(), []
    for one in (one for one in sessions if one.is_measured):
        known = _new(place, one, whole)
        if known is None:
            todo.append(one)
        else:
            yield one, known
    orders = (_order(place, one) for one in todo)
    seen = False
    for order, future in drive(engine, measure_again, orders, lambda order: order.again.name):
        row = row_of(order, future)
        place.take_back(order.again)
        if row.status == "done" and not seen:
            check_seen(place.draft, row)
            seen = True
        yield order.again, row


def differences(place: Place, sessions: Sequence[Again]) -> list[Change]:
    """Compare each session that has a new one with that.

    Parameters
    ----------
    place, sessions : as for `run_again`.
    """
    from slumpcv.batch.differences import changes
    from slumpcv.session_file import load_session

    whole, found = place.draft.whole(), []
    for one in sessions:
        if one.way == "replaced" or _new(place, one, whole) is None:
            continue
        with place.draft.staging() as scratch:
            copies = scratch / "old", scratch / "new"
            for copy in copies:
                copy.mkdir()
            folder = place.draft.folder(session_path(one.name), copies[1])
            found += changes(one.name, place.old(one, copies[0]), load_session(folder))
            found += place.changes_apart(one, folder)
    return found


def replace_all(place: Place, sessions: Sequence[Again]) -> Iterator[tuple[Again, InputError | None]]:
    """Put the sessions of the draft in the place of the old ones; give each, with the reason if it stays.

    When it is interrupted, the rest is still in the draft.

    Parameters
    ----------
    place, sessions : as for `run_again`; what other options left in the draft is passed over.
    """
    whole = place.draft.whole()
    for one in sessions:
        row = _new(place, one, whole)
        if row is None:
            continue
        try:
            with place.draft.staging() as scratch:
                place.replace(one, row, place.draft.folder(session_path(one.name), scratch))
        except InputError as error:
            yield one, error
            continue
        place.draft.remove_session(one.name)
        yield one, None
    place.finish()


def discard(place: Place, sessions: Sequence[Again]) -> None:
    """Empty the draft, so that all is measured anew; what is whole nowhere else stays.

    Parameters
    ----------
    place, sessions : as for `run_again`.
    """
    place.draft.prepare()
    kept = {one.name for one in sessions if one.way == "replaced"}
    for name in sorted(place.draft.whole() - kept):
        place.draft.remove_session(name)


def _new(place: Place, one: Again, whole: set[str]) -> Row | None:
    """Return the row of a session that waits in the draft, whole and made as it is to be made."""
    if one.name not in whole or one.way == "signed":
        return None
    return known_row(place.draft, one.name, one.made_by)


def _order(place: Place, one: Again) -> AgainOrder:
    handed = place.hand_out(one)
    return AgainOrder(handed.clip, place.draft.url, one.options, one.made_by, one, handed)


def _measure_again(job: Job) -> Row:
    from slumpcv.session_file import load_session

    order = job.order
    assert isinstance(order, AgainOrder)
    one, handed = order.again, order.handed
    folder = open_dest(handed.dest).folder(handed.folder, job.scratch)
    old = load_session(folder)
    path = folder / TRACK
    if one.way == "clip":
        path, sha256 = job.fetched()
        if sha256 != one.sha256:
            raise InputError(f"{order.clip.url} is another clip now", "Measure it as a new one.")
    analysis = _carried_over(job.analysed(path), old)
    if one.way == "track" and (folder / REPLAY).is_file():
        path = folder / REPLAY  # for the pictures in the report
    return job.put(analysis, path, one.sha256, one.name, _beside(analysis, one.corrections))


def _carried_over(analysis: Analysis, old: Session) -> Analysis:
    """Return an analysis with the answers and corrections that an earlier one was given."""
    from slumpcv.analysis import with_answers
    from slumpcv.review.apply import answers_in
    from slumpcv.review.record import corrected_beside

    answers = answers_in(old)
    if answers is not None:
        analysis = with_answers(analysis, answers)
    if old.demonstration:
        analysis = replace(analysis, session=analysis.session.model_copy(update={"demonstration": True}))
    if old.review is None:
        return analysis
    return corrected_beside(analysis, old.review.corrections, old.review.edits, answers)


def _beside(analysis: Analysis, corrections: Corrections | None) -> dict[str, Session]:
    """Return what follows from corrections that are kept apart, by the name of its file."""
    from slumpcv.review.apply import answers_in, apply

    if corrections is None:
        return {}
    return {CORRECTED: apply(analysis, corrections, answers_in(analysis.session)).session}
