"""One run: which clips are to be measured, having that done, and keeping account of it."""

from __future__ import annotations

import json
import time
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import ValidationError

from slumpcv.batch.dest import MARKER_NAME, ROW_NAME
from slumpcv.batch.engine import drive
from slumpcv.batch.inputs import fingerprint
from slumpcv.batch.row import failed_row
from slumpcv.batch.tables import write_tables
from slumpcv.batch.task import Options, Order, measure_clip
from slumpcv.errors import InputError
from slumpcv.terms import Strict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from slumpcv.batch.dest import Dest
    from slumpcv.batch.engine import Engine
    from slumpcv.batch.inputs import Clip
    from slumpcv.batch.ledger import Ledger
    from slumpcv.batch.row import Row

# The tables are written again after so long, but take no more than a share of the time. [E]
TABLES_EVERY_S = 60.0
TABLES_SHARE = 0.02


class Plan(Strict):
    """What was asked for; kept in the destination, which it marks as ours.

    ``library`` says whether sessions go into the therapist's library too, for the patient of the code
    ``patient``, or where that is None of the code that the clip's folder is named by.
    """

    schema_version: Literal[1] = 1
    patterns: tuple[str, ...]
    options: Options
    library: bool = False
    patient: str | None = None


@dataclass(frozen=True)
class Totals:
    """How far a run is: clips that were found, known already, done now, and failed now."""

    found: int
    known: int = 0
    done: int = 0
    failed: int = 0

    @property
    def left(self) -> int:
        """Return how many clips are still to be measured."""
        return self.found - self.known - self.done - self.failed


class Shelf(Protocol):
    """Where sessions are put besides the destination: the therapist's library."""

    def keep(self, row: Row) -> Row:
        """Put the session of a row there unless it is; return the row with its id, or with the problem."""


def load_plan(dest: Dest) -> Plan | None:
    """Return what was asked for last; None in an empty destination.

    Raises
    ------
    InputError
        When there is something else, or a newer version was there.
    """
    text = dest.read(MARKER_NAME)
    if text is None:
        if dest.is_empty():
            return None
        raise InputError(
            f"{dest.url} holds something else than the results of slumpcv batch",
            "Give an empty or new folder with -o.",
        )
    try:
        return Plan.model_validate_json(text)
    except ValidationError as error:
        raise InputError(
            f"{MARKER_NAME} in {dest.url} cannot be read: it is damaged, or a newer slumpcv wrote it",
            "Update slumpcv, or give another folder with -o.",
        ) from error


def go_on(last: Plan | None, where: str) -> Plan:
    """Return what was asked for last, where there is something to go on with.

    Raises
    ------
    InputError
        When there is not.
    """
    if last is None:
        raise InputError(f"There is nothing to go on with in {where}", "Give the clips.")
    return last


def save_plan(dest: Dest, plan: Plan) -> None:
    """Keep what is asked for."""
    with dest.staging() as folder:
        path = folder / MARKER_NAME
        path.write_text(json.dumps(plan.model_dump(mode="json"), indent=2) + "\n", encoding="utf-8")
        dest.put(MARKER_NAME, path)


def row_of(order: Order, future: Future[Row]) -> Row:
    """Return the row of an order that is done.

    Raises
    ------
    InputError
        When there is nobody left to do orders.
    """
    try:
        return future.result()
    except InputError as error:  # the process is gone, and the task with it
        return failed_row(order.clip, order.made_by, error)
    except CancelledError as error:
        raise InputError(
            "The workers have gone", "Start them, and run the same command again: it goes on."
        ) from error


def check_seen(dest: Dest, row: Row) -> None:
    """Refuse to go on when workers on other computers write into folders of their own.

    Parameters
    ----------
    dest : where sessions go.
    row : of one that a worker has put there.

    Raises
    ------
    InputError
        When it is not there.
    """
    if dest.read(f"{row.session}/{ROW_NAME}") is None:
        raise InputError(
            f"The workers do not see {dest.url} as this computer does",
            "Give a folder that is the same one for all, or an address such as s3://bucket/results.",
        )


class Run:
    """Measures what is missing, failed before, changed, or was made by another version, model or options.

    Parameters
    ----------
    dest, ledger : where results go, and what is there.
    plan : what is asked for.
    shelf : where sessions are put besides.
    """

    def __init__(self, dest: Dest, ledger: Ledger, plan: Plan, shelf: Shelf | None = None) -> None:
        self._dest, self._ledger, self._shelf = dest, ledger, shelf
        self._options, self._made_by = plan.options, plan.options.made_by()
        self._seen = False
        self._tables_s, self._tables_took_s = time.monotonic(), 0.0

    def todo(self, clips: Sequence[Clip]) -> list[Clip]:
        """Return the clips that are to be measured."""
        whole = self._dest.whole()
        return [clip for clip in clips if not self._ledger.is_done(clip, self._made_by, whole)]

    def measure(self, clips: Sequence[Clip], engine: Engine, tell: Callable[[Totals], None]) -> Totals:
        """Measure what is to be measured, and write the tables, also when it is interrupted.

        Parameters
        ----------
        clips : all that were found.
        engine : what does the work; the caller closes it.
        tell : called with how far it is, after each clip.
        """
        todo = self.todo(clips)
        totals = Totals(len(clips), len(clips) - len(todo))
        try:
            totals = self._shelve_known(clips, todo, totals)
            tell(totals)
            for row in self._measured(todo, engine):
                failed = row.problem is not None
                totals = replace(totals, done=totals.done + (not failed), failed=totals.failed + failed)
                tell(totals)
        finally:
            self._ledger.flush()
            write_tables(self._dest, self._ledger)
        return totals

    def _measured(self, clips: Sequence[Clip], engine: Engine) -> Iterator[Row]:
        # A long clip at the very end would keep one worker busy and the others waiting.
        largest_first = sorted(clips, key=lambda clip: -(clip.size_bytes or 0))
        orders = (Order(clip, self._dest.url, self._options, self._made_by) for clip in largest_first)
        for order, future in drive(engine, measure_clip, orders, lambda order: fingerprint(order.clip)):
            row = self._kept(order, future)
            self._ledger.add(row)
            self._write_tables_now_and_then()
            yield row

    def _kept(self, order: Order, future: Future[Row]) -> Row:
        row = row_of(order, future)
        if row.status == "done" and not self._seen:
            check_seen(self._dest, row)
            self._seen = True
        before = self._ledger.entry(order.clip.url)
        if before is not None and before.library is not None:
            row = row.model_copy(update={"library": before.library})
        return self._shelved(row)

    def _shelved(self, row: Row) -> Row:
        if self._shelf is None or row.status != "done" or row.library is not None:
            return row
        return self._shelf.keep(row)

    def _shelve_known(self, clips: Sequence[Clip], todo: Sequence[Clip], totals: Totals) -> Totals:
        """Put sessions of earlier runs into the library that are not there."""
        if self._shelf is None:
            return totals
        waiting = set(clips).difference(todo)
        missing = [clip.url for clip in waiting if self._is_missing_there(clip)]
        for url in sorted(missing):
            row = self._shelved(self._ledger.row(url))
            self._ledger.add(row)
            if row.problem is not None:
                totals = replace(totals, known=totals.known - 1, failed=totals.failed + 1)
        return totals

    def _is_missing_there(self, clip: Clip) -> bool:
        entry = self._ledger.entry(clip.url)
        return entry is not None and entry.library is None

    def _write_tables_now_and_then(self) -> None:
        began_s = time.monotonic()
        if began_s - self._tables_s < max(TABLES_EVERY_S, self._tables_took_s / TABLES_SHARE):
            return
        write_tables(self._dest, self._ledger)
        self._tables_s = time.monotonic()
        self._tables_took_s = self._tables_s - began_s
