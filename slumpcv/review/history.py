"""Undo and redo without limit over a list of edits that only ever grows.

Who, when and why stay known of everything, an undo included: it is an edit of its own, whose state is
that of an earlier one. How far back the list is undone is not stored; it follows from the actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

from pydantic import AwareDatetime, Field

from slumpcv.corrections import Corrections
from slumpcv.terms import Strict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

UNDO, REDO = "undo", "redo"
NOTHING = Corrections()
"""The state before anything was corrected: the automatic result."""


class Edit(Strict):
    """One row of the list: who did what, when and why, and the whole state after it."""

    made_at: AwareDatetime
    made_by: Annotated[str, Field(max_length=200)]
    action: Annotated[str, Field(min_length=1, max_length=100)]
    why: Annotated[str, Field(max_length=2000)] = ""
    state: Corrections


class Edited(Protocol):
    """What history reads of an edit: a row of a database is one as well."""

    @property
    def action(self) -> str:
        """What was done: `UNDO`, `REDO`, or anything else for a change."""

    @property
    def state(self) -> Corrections:
        """The whole state after it."""


E = TypeVar("E", bound=Edited)


def current(edits: Sequence[Edited]) -> Corrections:
    """Return the state now: that after the last edit, or nothing corrected."""
    return edits[-1].state if edits else NOTHING


def undo(edits: Sequence[Edited], made_by: str, made_at: datetime, why: str = "") -> Edit | None:
    """Return the edit to append so that the latest that still counts is taken back; None without one."""
    done, _ = _stacks(edits)
    if not done:
        return None
    before = edits[done[-2]].state if len(done) > 1 else NOTHING
    return Edit(made_at=made_at, made_by=made_by, action=UNDO, why=why, state=before)


def redo(edits: Sequence[Edited], made_by: str, made_at: datetime, why: str = "") -> Edit | None:
    """Return the edit to append so that the latest undo is taken back; None when an edit came after it."""
    _, undone = _stacks(edits)
    if not undone:
        return None
    return Edit(made_at=made_at, made_by=made_by, action=REDO, why=why, state=edits[undone[-1]].state)


def undoable(edits: Sequence[E]) -> E | None:
    """Return the edit that an undo would take back, or None."""
    done, _ = _stacks(edits)
    return edits[done[-1]] if done else None


def redoable(edits: Sequence[E]) -> E | None:
    """Return the edit that a redo would bring again, or None."""
    _, undone = _stacks(edits)
    return edits[undone[-1]] if undone else None


def standing(edits: Sequence[E]) -> tuple[E, ...]:
    """Return the edits that the present state was made by, without those taken back and without undos."""
    done, _ = _stacks(edits)
    return tuple(edits[i] for i in done)


def _stacks(edits: Sequence[Edited]) -> tuple[list[int], list[int]]:
    """Return which edits count, oldest first, and which were undone and can come again, latest last."""
    done: list[int] = []
    undone: list[int] = []
    for i, edit in enumerate(edits):
        if edit.action == UNDO:
            if done:
                undone.append(done.pop())
        elif edit.action == REDO:
            if undone:
                done.append(undone.pop())
        else:
            done.append(i)
            undone.clear()
    return done, undone
