"""Patients and their visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.library.access import check, whose
from slumpcv.library.core import Core, new_id, now
from slumpcv.library.models import PatientTable, SessionTable, VisitTable
from slumpcv.library.removal import finish_removals, mark_patient
from slumpcv.library.terms import NotFound, Patient, VisitRow

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import RowMapping

    from slumpcv.library.terms import Person

Field = Literal["code", "initials", "label", "note", "tag", "action", "reason", "rater"]
_LIMITED: tuple[Field, ...] = ("code", "initials", "label")
LONGEST_TEXT = 200
LONGEST_NOTE = 10_000


class Patients(Core):
    """What can be done with patients and visits."""

    def add_patient(self, who: Person, code: str, initials: str = "", label: str = "") -> Patient:
        """Add a patient.

        Parameters
        ----------
        who : the person who acts.
        code : what the practice calls the patient; no two have the same. No name, no date of birth.
        initials : at most that.
        label : anything that helps to find the patient again.

        Raises
        ------
        InputError
            When the code is empty or taken, or a text is too long.
        """
        check(who, "add_patient")
        values: dict[str, Any] = {"id": new_id(), "created_at": now(), **_checked(code, initials, label)}
        try:
            with self.database.writing() as connection:
                connection.execute(insert(PatientTable).values(**values))
                self._note(connection, who, "add_patient", values["id"])
        except IntegrityError as error:
            raise _taken(code) from error
        return Patient(**values)

    def change_patient(
        self, who: Person, patient_id: str, code: str, initials: str = "", label: str = ""
    ) -> None:
        """Change what a patient is called; parameters and errors as in `add_patient`."""
        values = _checked(code, initials, label)
        try:
            with self.database.writing() as connection:
                self._patient(connection, who, "change_patient", patient_id, lock=True)
                of_patient = PatientTable.id == patient_id
                connection.execute(update(PatientTable).where(of_patient).values(**values))
                self._note(connection, who, "change_patient", patient_id)
        except IntegrityError as error:
            raise _taken(code) from error

    def patients(self, who: Person) -> tuple[Patient, ...]:
        """Return all patients that somebody may see, by their codes."""
        only = whose(who, "list")
        counted = func.count(SessionTable.id).label("sessions")
        joined = (SessionTable.patient_id == PatientTable.id) & SessionTable.deleted_at.is_(None)
        found = select(PatientTable, counted).join(SessionTable, joined, isouter=True)
        found = found.where(PatientTable.deleted_at.is_(None)).group_by(PatientTable.id)
        if only is not None:
            found = found.where(PatientTable.id == only)
        with self.database.reading() as connection:
            rows = connection.execute(found.order_by(func.lower(PatientTable.code))).mappings().all()
        self._note_view(who, "list")
        return tuple(_patient_of(row, who) for row in rows)

    def patient(self, who: Person, patient_id: str) -> Patient:
        """Return a patient.

        Raises
        ------
        NotFound
            When there is none whom this person may see.
        """
        for found in self.patients(who):
            if found.id == patient_id:
                return found
        raise NotFound("patient")

    def visits(self, who: Person, patient_id: str) -> tuple[VisitRow, ...]:
        """Return a patient's visits, newest first."""
        with self.database.reading() as connection:
            self._patient(connection, who, "view", patient_id)
            found = select(VisitTable).where(VisitTable.patient_id == patient_id)
            rows = connection.execute(found.order_by(VisitTable.day.desc())).mappings().all()
        withheld = {"note": ""} if who.role == "patient" else {}
        return tuple(VisitRow(**{**row, **withheld}) for row in rows)

    def add_visit(self, who: Person, patient_id: str, day: date, note: str = "") -> VisitRow:
        """Add a visit of which there is no session yet.

        Raises
        ------
        InputError
            When there is a visit on that day already, or the note is too long.
        """
        check_length("note", note, LONGEST_NOTE)
        values: dict[str, Any] = {"id": new_id(), "patient_id": patient_id, "day": day, "note": note}
        with self.database.writing() as connection:
            self._patient(connection, who, "note", patient_id, lock=True)
            same = (VisitTable.patient_id == patient_id, VisitTable.day == day)
            if connection.execute(select(VisitTable.id).where(*same)).first() is not None:
                raise InputError(later("library.visit_there"), later("library.fix.add_note"))
            connection.execute(insert(VisitTable).values(**values))
            self._note(connection, who, "add_visit", patient_id)
        return VisitRow(**values)

    def set_visit_note(self, who: Person, visit_id: str, note: str) -> None:
        """Write a note about a visit, in place of the one it had."""
        check_length("note", note, LONGEST_NOTE)
        with self.database.writing() as connection:
            of_visit = VisitTable.id == visit_id
            patient_id = connection.scalar(select(VisitTable.patient_id).where(of_visit))
            if patient_id is None:
                raise NotFound("visit")
            self._patient(connection, who, "note", patient_id)
            connection.execute(update(VisitTable).where(of_visit).values(note=note))
            self._note(connection, who, "note", patient_id, detail="visit")

    def delete_patient(self, who: Person, patient_id: str) -> int:
        """Delete a patient with everything: sessions, files, work under way, accounts.

        Returns
        -------
        int
            How many sessions that were.

        Raises
        ------
        InputError
            When files cannot be removed now. Nobody sees the patient any more all the same, and the
            next start tries again.
        """
        with self.database.writing() as connection:
            self._patient(connection, who, "delete", patient_id, lock=True)
            of_patient = (SessionTable.patient_id == patient_id, SessionTable.deleted_at.is_(None))
            count = connection.scalar(select(func.count()).select_from(SessionTable).where(*of_patient)) or 0
            mark_patient(connection, patient_id)
            self._note(connection, who, "delete_patient", patient_id, detail=f"{count} sessions")
        finish_removals(self)
        return count


def check_length(name: Field, text: str, longest: int) -> None:
    """Refuse a text that is too long to be meant.

    Raises
    ------
    InputError
        With how long it may be.
    """
    if len(text) > longest:
        raise InputError(
            later(f"library.long.{name}", count=len(text)), later("library.fix.shorten", longest=longest)
        )


def _checked(code: str, initials: str, label: str) -> dict[str, str]:
    texts = {"code": code.strip(), "initials": initials.strip(), "label": label.strip()}
    if not texts["code"]:
        raise InputError(later("library.patient.no_code"), later("library.fix.code"))
    for name in _LIMITED:
        check_length(name, texts[name], LONGEST_TEXT)
    return texts


def _taken(code: str) -> InputError:
    return InputError(later("library.patient.taken", code=code.strip()), later("library.fix.other_code"))


def _patient_of(row: RowMapping, who: Person) -> Patient:
    values = {name: value for name, value in row.items() if name != "deleted_at"}
    return Patient(**values | ({"label": ""} if who.role == "patient" else {}))
