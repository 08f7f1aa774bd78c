"""What is done when a review is finished, in the less usual ways: signed again, tampered with, overtaken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk_case import desk_library, opened, press, run, words
from library_case import result_folder
from take_case import offered
from test_agreement_pages import moved
from test_report_pdf import pages, plain

from slumpcv.language import text
from slumpcv.library.intake import bring
from slumpcv.library.terms import LOCAL, Conflict, Person
from slumpcv.ui.desk import finishing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slumpcv.library.library import Library

DR_BEN = Person("ben", "Dr Ben", "therapist")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    with desk_library(tmp_path, monkeypatch) as opened_library:
        yield opened_library


@pytest.fixture
def session_id(library: Library) -> str:
    patient = library.add_patient(LOCAL, "P-1")
    return bring(library, LOCAL, result_folder(), patient.id).session_id or ""


def sign(session_id: str, name: str) -> str:
    """Sign as somebody would who opens the session; return what the page says then."""
    app = opened("review", session=session_id)
    app.text_input(key="signer").set_value(name)
    press(app, text("finish.sign.now"))
    return words(app)


def head_of(report: bytes) -> str:
    return plain(pages(report)[0])[:120]


def test_a_report_says_on_its_pages_who_signed_it_and_as_which_version(
    library: Library, session_id: str
) -> None:
    assert text("finish.sign.done", version=1) in sign(session_id, "Dr Eyes")
    library.correct(LOCAL, session_id, "move_edge", moved(library, session_id, 0.1))
    assert library.session(LOCAL, session_id).status == "reviewed"
    assert text("finish.sign.done", version=2) in sign(session_id, "Dr Eyes")
    for version in (1, 2):
        report = library.signed_report(LOCAL, session_id, version)
        assert f"Signed by Dr Eyes, version {version}" in head_of(report)
    assert [one.corrections for one in library.signed(LOCAL, session_id)] == [0, 1]


@pytest.mark.usefixtures("library")
def test_a_review_opens_whatever_its_token_is(session_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "_a__b_")
    assert text("finish.sign.title") in words(opened("review", session=session_id))


def test_a_second_click_is_no_second_signature_but_somebody_elses_is(
    library: Library, session_id: str
) -> None:
    for name in ("Dr Eyes", "Dr Eyes", "Dr Ben"):
        sign(session_id, name)
    assert [one.made_by for one in library.signed(LOCAL, session_id)] == ["Dr Eyes", "Dr Ben"]


def test_a_report_that_was_tampered_with_is_refused_in_words(library: Library, session_id: str) -> None:
    sign(session_id, "Dr Eyes")
    (file,) = (library.folder(LOCAL, session_id) / "signed").iterdir()
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b"Dr", b"Mr") + b"%")
    app = opened("review", session=session_id)
    assert text("library.report.changed", version=1) in words(app)
    assert text("finish.report") not in offered(app)
    assert text("finish.format.report") in offered(app)


def test_what_somebody_else_corrected_meanwhile_is_not_signed_unseen(
    library: Library, session_id: str
) -> None:
    app = opened("review", session=session_id)
    library.correct(DR_BEN, session_id, "move_edge", moved(library, session_id, 0.1))
    app.text_input(key="signer").set_value("Dr Eyes")
    press(app, text("finish.sign.now"))
    assert text("library.changed") in words(app)
    assert library.signed(LOCAL, session_id) == ()
    press(app, text("finish.sign.now"))
    assert text("finish.sign.done", version=1) in words(app)
    assert library.signed(LOCAL, session_id)[0].corrections == 1


def test_ones_own_corrections_are_signed_without_asking(library: Library, session_id: str) -> None:
    app = opened("review", session=session_id)
    library.correct(LOCAL, session_id, "move_edge", moved(library, session_id, 0.1))
    run(app)
    assert text("finish.sign.corrected") in words(app)
    app.text_input(key="signer").set_value("Dr Eyes")
    press(app, text("finish.sign.now"))
    assert library.signed(LOCAL, session_id)[0].corrections == 1


def test_what_comes_while_the_report_is_written_is_not_signed_unseen(
    library: Library, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = finishing.write_reviewed

    def written(*given: object) -> None:
        write(*given)  # type: ignore[arg-type]
        library.correct(DR_BEN, session_id, "move_edge", moved(library, session_id, 0.1))

    monkeypatch.setattr(finishing, "write_reviewed", written)
    assert text("library.changed") in sign(session_id, "Dr Eyes")
    assert library.signed(LOCAL, session_id) == ()


def test_a_report_of_another_version_than_it_says_is_not_kept(library: Library, session_id: str) -> None:
    report = result_folder() / "report.pdf"
    with pytest.raises(Conflict):
        library.sign(LOCAL, session_id, report, version=2)
    assert library.sign(LOCAL, session_id, report, version=1).version == 1
