"""The pages about who may see what: the way in, accounts, and the log."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from clinic_case import Clinic, at_clinic, claims
from library_case import other_result, result_folder
from streamlit.testing.v1 import AppTest

from slumpcv.errors import InputError
from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.library.audit import AuditQuery
from slumpcv.library.intake import bring
from slumpcv.library.library import Library, Person
from slumpcv.library.terms import LOCAL, AuditEntry, NotAllowed
from slumpcv.ui.desk import accounts, audit
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCRIPT = Path(hub.__file__).parents[1] / "main.py"


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    hub.visits.cache_clear()
    browser = {"cookies": {"slumpcv_owner": "shared"}, "locale": "en-GB", "timezone": "Europe/Berlin"}
    monkeypatch.setattr("streamlit.context", SimpleNamespace(**browser))
    yield from at_clinic(tmp_path, monkeypatch)
    hub.visits.cache_clear()


@pytest.fixture
def opened(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens the app's first page as somebody who has logged in, or as nobody."""
    assert clinic.library

    def make(subject: str = "", **query: Any) -> AppTest:
        told = claims(subject) if subject else {"is_logged_in": False}
        monkeypatch.setattr("streamlit.user", SimpleNamespace(to_dict=lambda: told))
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        app.query_params.update(query)
        app.run()
        assert not app.exception
        return app

    return make


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_sees_anything_but_the_way_in(opened: Callable[..., AppTest], language: str) -> None:
    visit = hub.visits().new("shared", "en")
    app = opened(language=language, visit=visit.id)
    with speaking(language):  # type: ignore[arg-type]
        assert [title.value for title in app.title] == [text("access.sign_in.title")]
        assert [button.key for button in app.button] == ["log_in_default"]


def test_who_has_no_role_reads_whom_to_ask(opened: Callable[..., AppTest], clinic: Clinic) -> None:
    app = opened("nina")
    assert app.title[0].value == text("access.no_role.title")
    words = "\n".join(str(element.value) for element in app.markdown)
    assert "Front desk, room 2" in words
    assert {button.key for button in app.button} == {"log_out", "look_again"}
    clinic.library.set_role(LOCAL, clinic.somebody("nina").id, "patient")
    app.button(key="look_again").click().run()
    assert app.title[0].value == text("app.welcome.title")


def test_a_patient_sees_only_their_own_on_a_shared_browser(
    opened: Callable[..., AppTest], clinic: Clinic
) -> None:
    for subject in ("pat", "sam"):
        clinic.somebody(subject, "patient")
    opened("pat").button(key="start").click().run()
    (visit,) = hub.visits().of_owner(f"account-{clinic.somebody('pat').id}")
    assert opened("pat", visit=visit.id).title[0].value == text("app.consent.title")
    assert opened("sam", visit=visit.id).warning[0].value == text("app.welcome.unknown")


# --- accounts --------------------------------------------------------------------------------------


def page(which: str) -> AppTest:
    def script(which: str) -> None:
        from importlib import import_module

        import streamlit as st

        from slumpcv.errors import InputError
        from slumpcv.ui import access
        from slumpcv.ui.server import hub

        person = access.person()
        assert person is not None
        try:
            import_module(f"slumpcv.ui.desk.{which}").show(person, hub.library())
        except InputError as error:
            st.error(error.problem)

    return AppTest.from_function(script, kwargs={"which": which}, default_timeout=60)


def as_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    told = claims("subject-of-bob")
    monkeypatch.setattr("streamlit.user", SimpleNamespace(to_dict=lambda: told))


def test_an_admin_gives_a_role_and_says_which_patient_it_is(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_admin(monkeypatch)
    pat = clinic.somebody("pat")
    patient = clinic.library.add_patient(LOCAL, "P-17")
    app = page("accounts").run()
    assert app.button(key=f"save_{pat.id}").disabled
    app.selectbox(key=f"role_{pat.id}").set_value("patient").run()
    app.selectbox(key=f"patient_{pat.id}").set_value(patient.id).run()
    app.button(key=f"save_{pat.id}").click().run()
    assert not app.exception
    changed = clinic.somebody("pat")
    assert (changed.role, changed.patient_id) == ("patient", patient.id)
    bob = clinic.somebody("subject-of-bob")
    assert (bob.id, "set_role") in clinic.log()
    assert not [box for box in app.selectbox if box.key == f"role_{bob.id}"]  # nobody takes away their own


def test_accounts_are_found_and_those_without_a_role_come_first(clinic: Clinic) -> None:
    clinic.somebody("anna", "patient")
    clinic.somebody("ben")
    clinic.somebody("annabel", "therapist")
    held = clinic.library.list_accounts(LOCAL)
    assert [one.subject for one in accounts.matching(held, "")] == ["ben", "annabel", "anna"]
    assert {one.subject for one in accounts.matching(held, "ANN a")} == {"anna", "annabel"}


def test_the_library_refuses_who_is_no_admin(clinic: Clinic) -> None:
    thea = clinic.somebody("thea", "therapist")
    person = Person(thea.id, "Thea", "therapist")
    for refused in (
        lambda: clinic.library.list_accounts(person),
        lambda: clinic.library.set_role(person, thea.id, "admin"),
        lambda: clinic.library.audit_entries(person, AuditQuery()),
        lambda: clinic.library.audit_choices(person),
        lambda: clinic.library.export_audit(person, AuditQuery()),
    ):
        with pytest.raises(NotAllowed):
            refused()
    with pytest.raises(InputError, match="their own role"):
        clinic.library.set_role(Person(thea.id, "Thea", "admin"), thea.id, None)


@pytest.mark.parametrize("which", ["accounts", "audit"])
def test_a_therapist_who_gets_to_an_admins_page_reads_why_not(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    clinic.somebody("thea", "therapist")
    told = claims("thea")
    monkeypatch.setattr("streamlit.user", SimpleNamespace(to_dict=lambda: told))
    app = page(which).run()
    assert app.error[0].value == text("access.not_allowed")
    assert not app.title


# --- the log ---------------------------------------------------------------------------------------


def test_the_log_is_narrowed_by_day_person_and_action(clinic: Clinic) -> None:
    pat = clinic.somebody("pat", "patient")
    clinic.library.note_account(pat, "log_in")
    clinic.library.audit(LOCAL, "view", session_id="s")
    now, day = datetime.now(UTC), timedelta(days=1)

    def actions(**wanted: Any) -> list[str]:
        found = clinic.library.audit_entries(LOCAL, AuditQuery(**wanted)).entries
        return [entry.action for entry in found if entry.action != "audit"]

    assert actions(who=pat.id) == ["log_in", "add_account"]
    assert actions(action="view") == ["view"]
    assert actions(since=now - day, until=now + day)[:2] == ["view", "log_in"]
    assert actions(since=now + day) == []
    assert actions(until=now - day) == []


def test_the_log_names_sessions_as_people_know_them(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    as_admin(monkeypatch)
    shown: list[Any] = []
    monkeypatch.setattr(audit, "table", lambda sheet, *_, **__: shown.append(sheet))
    library = clinic.library
    patient, gone = (library.add_patient(LOCAL, code) for code in ("P-1", "P-2"))
    day = date(2026, 9, 1)
    kept = bring(library, LOCAL, result_folder(), patient.id, day=day).session_id
    left = bring(library, LOCAL, other_result(tmp_path / "r", "1"), patient.id, day=day).session_id
    assert kept
    assert left
    library.delete_session(LOCAL, left)
    library.delete_patient(LOCAL, gone.id)
    assert not page("audit").run().exception
    names = [column.name for column in shown[0].columns]
    lines = [dict(zip(names, cells, strict=True)) for cells in shown[0].rows]
    cells = {cell.text: cell for line in lines for cell in (line["patient"], line["session"])}
    assert set(cells) == {"", "P-1", "deleted patient", "P-1, 1 Sept 2026, right", "deleted session"}
    assert cells["P-1, 1 Sept 2026, right"].go == {"at": "review", "session": kept}
    assert cells["P-1"].go == {"at": "patient", "patient": patient.id}
    assert cells["deleted session"].go is None
    (row,) = csv.DictReader(io.StringIO(audit.as_csv([entry_of(library, "delete")], {}).decode("utf-8-sig")))
    assert row["session_id"] == left  # who looks into it later has something to compare


def entry_of(library: Library, action: str) -> AuditEntry:
    (entry,) = library.audit_entries(LOCAL, AuditQuery(action=action)).entries
    return entry


def test_taking_the_log_along_is_in_the_log(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    as_admin(monkeypatch)
    app = page("audit").run()
    assert not app.exception
    assert app.title[0].value == text("access.audit.title")
    query = AuditQuery(action="log_in")
    entries = clinic.library.export_audit(LOCAL, query)
    assert [entry.action for entry in entries] == ["log_in"]
    (noted,) = clinic.library.audit_entries(LOCAL, AuditQuery(action="export_audit")).entries
    assert (noted.who, noted.detail) == ("local", "action log_in")


def test_a_name_in_the_file_is_no_formula() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    entry = AuditEntry(1, at, "a", "admin", "set_role", None, None, "b patient")
    (row,) = csv.DictReader(io.StringIO(audit.as_csv([entry], {"a": "=1+1"}).decode("utf-8-sig")))
    assert row["name"] == "'=1+1"
    assert row["at"] == "2026-01-02T03:04:05.000+00:00"
    assert (row["who"], row["patient_id"], row["detail"]) == ("a", "", "b patient")


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit"])
def test_the_log_cannot_be_changed(clinic: Clinic, statement: str) -> None:
    import sqlite3

    clinic.somebody("pat")
    with (
        sqlite3.connect(clinic.library.data / "library.db") as rows,
        pytest.raises(sqlite3.DatabaseError),
    ):
        rows.execute(statement)
    rows.close()


def test_what_patients_do_with_their_own_tests_is_in_the_log(
    opened: Callable[..., AppTest], clinic: Clinic
) -> None:
    clinic.somebody("pat", "patient")
    opened("pat").button(key="start").click().run()
    pat = clinic.somebody("pat")
    visit = hub.visits().update(
        hub.visits().of_owner(f"account-{pat.id}")[0], consented_at=datetime.now(UTC), step="screen"
    )
    app = opened("pat")
    app.button(key=f"delete_unfinished_{visit.id}").click().run()
    assert not app.exception
    assert (pat.id, "test_delete") in clinic.log()
    assert hub.visits().of_owner(f"account-{pat.id}") == []


@pytest.mark.parametrize(
    ("action", "detail", "said"),
    [
        ("import", "guided", "geführter Test"),
        ("set_status", "new to reviewed", "Neu → Geprüft"),
        ("sign", "version 2, sha256 00ff", "unterschriebener Bericht, Fassung 2, sha256 00ff"),
        ("export", "signed report, version 1", "unterschriebener Bericht, Fassung 1"),
        ("correct", "3: move_edge", "3: Grenze verschoben"),
        ("export", "report.pdf", "report.pdf"),
        ("set_role", "a1 therapist", "Dr A therapist"),
    ],
)
def test_what_the_log_adds_is_said_in_the_language_of_the_page(action: str, detail: str, said: str) -> None:
    entry = AuditEntry(1, datetime.now(UTC), "local", "admin", action, None, None, detail)
    with speaking("de"):
        assert audit._detail(entry, {"a1": "Dr A"}) == said
