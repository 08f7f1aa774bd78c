"""What is added to a session beside its automatic result: corrections and ratings. Nothing is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from slumpcv.library.access import check
from slumpcv.library.core import Core, new_id, now
from slumpcv.library.facts import result_of
from slumpcv.library.models import CorrectionTable, RatingTable, SessionTable
from slumpcv.library.patients import LONGEST_NOTE, LONGEST_TEXT, check_length
from slumpcv.library.terms import Conflict, Correction, Rating

if TYPE_CHECKING:
    from pydantic import BaseModel

    from slumpcv.library.terms import Person
    from slumpcv.session import OutcomeCode, Session


class Reviews(Core):
    """What can be done with corrections and ratings."""

    def corrections(self, who: Person, session_id: str) -> tuple[Correction, ...]:
        """Return all corrections of a session, in the order in which they were made."""
        with self.database.reading() as connection:
            self._session(connection, who, "view", session_id)
            found = select(CorrectionTable).where(CorrectionTable.session_id == session_id)
            rows = connection.execute(found.order_by(CorrectionTable.number)).mappings().all()
        return tuple(Correction(**row) for row in rows)

    def correct(
        self,
        who: Person,
        session_id: str,
        action: str,
        state: BaseModel,
        why: str = "",
        *,
        after: int | None = None,
        result: Session | None = None,
    ) -> Correction:
        """Add a correction; one of a signed session makes it a reviewed one, to be signed again.

        Parameters
        ----------
        who : the person who acts.
        session_id : what is corrected.
        action : what was done, in one word, such as ``undo``.
        state : everything that is corrected now, not only what has just changed.
        why : the reason, if one was given.
        after : number of the correction that the state was made from, 0 for none; with it, what somebody
            else corrected meanwhile is not overruled unseen.
        result : the session as corrected; the list then shows what it says beside the automatic result.

        Raises
        ------
        Conflict
            When there is a newer correction than ``after``.
        """
        check_length("action", action, LONGEST_TEXT)
        check_length("reason", why, LONGEST_NOTE)
        with self.database.writing() as connection:
            row = self._session(connection, who, "correct", session_id, lock=True)
            if after is not None and row["corrections"] != after:
                raise Conflict
            values = {
                "id": new_id(),
                "session_id": session_id,
                "number": row["corrections"] + 1,
                "made_at": now(),
                "made_by": who.name or who.id,
                "why": why,
                "action": action,
                "state": state.model_dump(mode="json"),
            }
            connection.execute(insert(CorrectionTable).values(**values))
            changes: dict[str, Any] = {"corrections": values["number"]}
            if row["status"] == "signed":
                changes["status"] = "reviewed"
            if result is not None:
                changes |= {f"corrected_{name}": value for name, value in result_of(result).items()}
            connection.execute(update(SessionTable).where(SessionTable.id == session_id).values(**changes))
            detail = f"{values['number']}: {action}"
            self._note(connection, who, "correct", row["patient_id"], session_id, detail)
        return Correction(**values)

    def rate(
        self,
        who: Person,
        session_id: str,
        state: BaseModel,
        outcome: OutcomeCode | None = None,
        rater: str = "",
    ) -> Rating:
        """Add what a rater makes of a session.

        Parameters
        ----------
        who : the person who acts.
        session_id : what is rated.
        state : the rating, as corrections of the automatic result.
        outcome : what follows from it.
        rater : who rates, where one login serves several; by default the person who acts.
        """
        rater = rater.strip() or who.id
        check_length("rater", rater, LONGEST_TEXT)
        with self.database.writing() as connection:
            row = self._session(connection, who, "rate", session_id, lock=True)
            values: dict[str, Any] = {
                "id": new_id(),
                "session_id": session_id,
                "rater": rater,
                "made_at": now(),
                "state": state.model_dump(mode="json"),
                "outcome": outcome,
            }
            connection.execute(insert(RatingTable).values(**values))
            self._note(connection, who, "rate", row["patient_id"], session_id)
        return Rating(**values)

    def ratings(self, who: Person, session_id: str | None = None) -> tuple[Rating, ...]:
        """Return the newest rating of each rater, of one session or of all, oldest first.

        To rate blind is a matter of the pages: they show these only to whoever has rated already.
        """
        newest: dict[tuple[str, str], Rating] = {}
        joined = (SessionTable.id == RatingTable.session_id) & SessionTable.deleted_at.is_(None)
        found = select(RatingTable).join(SessionTable, joined)
        if session_id is not None:
            found = found.where(RatingTable.session_id == session_id)
        with self.database.reading() as connection:
            if session_id is not None:
                self._session(connection, who, "rate", session_id)
            else:
                check(who, "rate")
            for row in connection.execute(found.order_by(RatingTable.made_at)).mappings():
                newest[row["session_id"], row["rater"]] = Rating(**row)
        return tuple(newest.values())
