"""A rating under way: corrections of one rater, kept apart from those that all see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slumpcv.review.corrections import read_corrections
from slumpcv.review.history import NOTHING
from slumpcv.ui.server.review_library import KeptEdit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.corrections import Corrections
    from slumpcv.library.library import Library, Person
    from slumpcv.session import Session


class RatingLedger:
    """What one rater makes of a session; it begins with the automatic result, whatever others did.

    The library keeps the whole state after each change. What can be undone is that of this sitting.

    Parameters
    ----------
    library, who : where it is kept, and who acts.
    session_id : of the session.
    rater : the name that the rating is kept under.
    """

    def __init__(self, library: Library, who: Person, session_id: str, rater: str) -> None:
        self._library, self._who, self._session_id, self._rater = library, who, session_id, rater
        mine = [one for one in library.ratings(who, session_id) if one.rater == rater]
        self.is_rated = bool(mine)
        self._rows = [self._row("rated", read_corrections(dict(one.state)), 1) for one in mine]

    def rows(self) -> Sequence[KeptEdit]:
        """Return the changes of this sitting, after what was kept before."""
        return tuple(self._rows)

    @property
    def state(self) -> Corrections:
        """Everything that the rater corrected."""
        return self._rows[-1].state if self._rows else NOTHING

    def append(self, action: str, state: Corrections, why: str, after: int, result: Session) -> None:  # noqa: ARG002
        """Keep another state."""
        self.keep(state, result)
        self._rows.append(self._row(action, state, after + 1))

    def keep(self, state: Corrections, result: Session) -> None:
        """Keep a rating, also one in which nothing was to be corrected."""
        outcome = None if result.outcome is None else result.outcome.code
        self._library.rate(self._who, self._session_id, state, outcome, self._rater)
        self.is_rated = True

    def _row(self, action: str, state: Corrections, number: int) -> KeptEdit:
        return KeptEdit(
            number=number, made_at=datetime.now(UTC), made_by=self._rater, action=action, state=state
        )
