"""Corrections of a session of the library, for the person who reviews it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.library.terms import LOCAL, Conflict
from slumpcv.review.corrections import read_corrections
from slumpcv.review.history import Edit
from slumpcv.ui.server.review_source import Overtaken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.corrections import Corrections
    from slumpcv.library.library import Correction, Library, Person
    from slumpcv.session import Session


class KeptEdit(Edit):
    """A row of the library, as history, report and player read it."""

    number: int


class LibraryLedger:
    """The corrections of one session of the library.

    Parameters
    ----------
    library, who : where they are kept, and who makes them.
    session_id : of the session.
    """

    def __init__(self, library: Library, who: Person, session_id: str) -> None:
        self._library, self._who, self._session_id = library, who, session_id

    def rows(self) -> Sequence[KeptEdit]:
        """Return all corrections so far, oldest first."""
        return tuple(_edit(row) for row in self._library.corrections(self._who, self._session_id))

    def append(self, action: str, state: Corrections, why: str, after: int, result: Session) -> None:
        """Keep another one; the library's list then shows what follows from it.

        Raises
        ------
        Overtaken
            When another program has kept one meanwhile.
        InputError
            When it cannot be kept, or this person may not change the session.
        """
        try:
            self._library.correct(self._who, self._session_id, action, state, why, after=after, result=result)
        except Conflict as error:
            raise Overtaken from error


def _edit(row: Correction) -> KeptEdit:
    return KeptEdit(
        number=row.number,
        made_at=row.made_at,
        made_by="" if row.made_by == LOCAL.id else row.made_by,
        action=row.action,
        why=row.why,
        state=read_corrections(dict(row.state)),
    )
