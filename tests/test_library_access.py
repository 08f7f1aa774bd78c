"""Who may do what in the library: the whole table, and each way in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from library_case import ADMIN, THERAPIST, State, patient_person, result_folder

from slumpcv.library.access import ACTIONS, RIGHTS, check, whose
from slumpcv.library.backup import backup
from slumpcv.library.intake import bring
from slumpcv.library.restoring import restore
from slumpcv.library.terms import LOCAL, NotAllowed, NotFound, Person, Query, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.library.library import Library

ANYBODY = {"list", "view", "export"}
ADMINS_ONLY = {"accounts", "audit", "backup", "reanalyze"}
OWN, OTHERS = "own", "others"


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("patient_id", [OWN, OTHERS, None])
def test_each_role_may_do_what_it_is_for(action: Any, role: Role, patient_id: str | None) -> None:
    who = Person("x", "", role, OWN if role == "patient" else None)
    expected: type[Exception] | None = None
    if role == "therapist" and action in ADMINS_ONLY:
        expected = NotAllowed
    elif role == "patient" and patient_id == OTHERS:
        expected = NotFound  # not even that there is somebody else
    elif role == "patient" and (patient_id is None or action not in ANYBODY):
        expected = NotAllowed
    if expected is None:
        check(who, action, patient_id)
    else:
        with pytest.raises(expected):
            check(who, action, patient_id)


@pytest.mark.parametrize("role", get_args(Role))
def test_lists_are_narrowed_to_ones_own(role: Role) -> None:
    who = Person("x", "", role, OWN if role == "patient" else None)
    assert whose(who, "list") == (OWN if role == "patient" else None)
    with pytest.raises(NotAllowed):
        whose(Person("x", "", "patient", None), "list")
    assert all(RIGHTS[action].keys() == set(get_args(Role)) for action in ACTIONS)


# Every way in that is about one session or patient, and the right that it takes.
Way = tuple[str, "Callable[[Library, Person, str, str, Path], object]"]
WAYS: tuple[Way, ...] = (
    ("view", lambda library, who, _, session, __: library.session(who, session)),
    ("view", lambda library, who, _, session, __: library.folder(who, session)),
    ("view", lambda library, who, _, session, __: library.corrections(who, session)),
    ("view", lambda library, who, _, session, __: library.signed(who, session)),
    ("view", lambda library, who, patient, _, __: library.visits(who, patient)),
    ("view", lambda library, who, patient, _, __: library.patient(who, patient)),
    ("export", lambda library, who, _, session, __: library.note_export(who, session, "csv")),
    ("export", lambda library, who, _, session, __: library.signed_report(who, session, 1)),
    ("export_patient", lambda library, who, patient, _, tmp: library.export_patient(who, patient, tmp / "p")),
    ("correct", lambda library, who, _, session, __: library.correct(who, session, "edge", State())),
    ("set_status", lambda library, who, _, session, __: library.set_status(who, session, "reviewed")),
    ("note", lambda library, who, _, session, __: library.set_note(who, session, "n")),
    ("note", lambda library, who, patient, _, __: library.add_visit(who, patient, date(2020, 1, 1))),
    ("note", lambda library, who, _, session, __: library.set_day(who, session, date(2020, 1, 2))),
    ("tag", lambda library, who, _, session, __: library.tag(who, session, "n")),
    ("tag", lambda library, who, _, session, __: library.untag(who, session, "n")),
    ("rate", lambda library, who, _, session, __: library.rate(who, session, State())),
    ("rate", lambda library, who, _, session, __: library.ratings(who, session)),
    ("sign", lambda library, who, _, session, __: library.sign(who, session, result_folder() / "report.pdf")),
    ("import", lambda library, who, patient, _, __: bring(library, who, result_folder(), patient)),
    ("change_patient", lambda library, who, patient, _, __: library.change_patient(who, patient, "C")),
    ("delete", lambda library, who, _, session, __: library.delete_session(who, session)),
    ("delete", lambda library, who, patient, _, __: library.delete_patient(who, patient)),
)


def test_every_way_in_asks_who_it_is(library: Library, tmp_path: Path) -> None:
    patients = [library.add_patient(THERAPIST, code).id for code in ("A", "B")]
    sessions = [bring(library, THERAPIST, result_folder(), patient).session_id or "" for patient in patients]
    library.sign(THERAPIST, sessions[0], result_folder() / "report.pdf")
    library.sign(THERAPIST, sessions[1], result_folder() / "report.pdf")
    who = patient_person(patients[0])
    for action, way in WAYS:
        with pytest.raises(NotFound):
            way(library, who, patients[1], sessions[1], tmp_path)
        with pytest.raises(NotFound):
            way(library, who, "nobody", "nothing", tmp_path)
        if action in ANYBODY:
            way(library, who, patients[0], sessions[0], tmp_path)
        else:
            with pytest.raises(NotAllowed):
                way(library, who, patients[0], sessions[0], tmp_path)
    for _, way in WAYS:
        if (
            library.patients(THERAPIST)[-1].id == patients[1]
            and library.search(THERAPIST, Query()).total == 2
        ):
            way(library, THERAPIST, patients[1], sessions[1], tmp_path)
    assert library.search(THERAPIST, Query(patient_id=patients[1])).total == 0, "the last ways delete"
    assert library.search(who, Query()).total == 1
    assert library.search(who, Query(patient_id=patients[1])).total == 0


def test_what_is_about_nobody_asks_as_well(library: Library, tmp_path: Path) -> None:
    patient = library.add_patient(THERAPIST, "A").id
    for who in (patient_person(patient), THERAPIST):
        for way in (
            library.list_accounts,
            lambda who: backup(library, who, tmp_path / "b.zip"),
            lambda who: restore(library, who, tmp_path / "b.zip"),
        ):
            with pytest.raises(NotAllowed):
                way(who)
    for way in (
        library.jobs,
        lambda who: library.job(who, "x"),
        lambda who: library.cancel_job(who, "x"),
        lambda who: library.retry_job(who, "x"),
        lambda who: library.add_patient(who, "x"),
        library.ratings,
    ):
        with pytest.raises(NotAllowed):
            way(patient_person(patient))
    assert library.tags(patient_person(patient)) == {}
    assert library.list_accounts(ADMIN) == ()


def test_who_does_not_log_in_may_give_themselves_a_name(library: Library) -> None:
    assert library.named(LOCAL) == LOCAL
    library.call_oneself("Dr A")
    me = library.call_oneself("Dr B")
    assert library.named(LOCAL) == me == Person("local", "Dr B", "admin")
    assert library.named(THERAPIST) == THERAPIST
    assert library.list_accounts(ADMIN) == ()
