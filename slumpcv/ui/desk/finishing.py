"""What is done when a review is finished: its status, the signed report, and files to hand on."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import date
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.export.bundle import VIDEO_NAME
from slumpcv.export.run import FILE_NAMES, Options, export
from slumpcv.language import text
from slumpcv.library.terms import LOCAL, Conflict
from slumpcv.terms import Signature
from slumpcv.ui.components.take import File, take
from slumpcv.ui.dates import when
from slumpcv.ui.desk.parts import say, told
from slumpcv.ui.server import hub
from slumpcv.ui.server.review_result import reviewed_analysis, write_reviewed, write_reviewed_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from slumpcv.export.run import Format
    from slumpcv.library.library import Library, Person, SessionRow
    from slumpcv.library.terms import Signed
    from slumpcv.ui.server.review_library import KeptEdit, LibraryLedger

FORMATS: tuple[Format, ...] = ("zip", "fhir", "csv", "trc", "mot")
REPORT = "report.pdf"
SHOWN_OF_HASH = 16
LONGEST_NAME = 60  # letters of who signs, as of a rater


def show(who: Person, library: Library, row: SessionRow, ledger: LibraryLedger) -> None:
    """Show what can be done with a reviewed session.

    Parameters
    ----------
    who, library : who acts, and where.
    row : the session.
    ledger : its corrections.
    """
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(text("finish.sign.title"), anchor=False)
        _status(who, library, row)
        _sign(who, library, row, ledger)
        _versions(who, library, row)
    with right:
        st.subheader(text("finish.hand_on.title"), anchor=False)
        _hand_on(who, library, row, ledger)


def _status(who: Person, library: Library, row: SessionRow) -> None:
    st.write(text("finish.status", status=text(f"desk.status.{row.status}"), count=row.corrections))
    if row.status == "new" and st.button(text("finish.reviewed"), key="reviewed", icon=":material/done:"):
        with told():
            library.set_status(who, row.id, "reviewed")
            say(text("desk.saved"))
            st.rerun()


def _sign(who: Person, library: Library, row: SessionRow, ledger: LibraryLedger) -> None:
    key = f"sign_{len(library.signed(who, row.id))}"  # another one each time, so that it closes once signed
    edits, seen_at = ledger.rows(), f"seen-{row.id}"
    seen = st.session_state.get(seen_at, len(edits))
    st.session_state[seen_at] = len(edits)
    with st.popover(text("finish.sign.open"), icon=":material/draw:", key=key):
        corrected = text("finish.sign.corrected") if edits else text("finish.sign.automatic")
        st.write(f"{text('finish.sign.words')} {corrected}")
        with st.form("sign", border=False):
            signer = _signer(who)
            if st.form_submit_button(text("finish.sign.now"), type="primary", key="sign_now"):
                with told(), st.spinner(text("finish.writing")):
                    _check_seen(who, edits[seen:])
                    signed = _signed(signer(library), library, row, ledger)
                    say(text("finish.sign.done", version=signed.version))
                    st.rerun()


def _check_seen(who: Person, since: Sequence[KeptEdit]) -> None:
    """Refuse to sign what somebody else corrected after the page was shown; one's own one has seen."""
    if any(edit.made_by not in {"", who.id, who.name} for edit in since):
        raise Conflict


def _signer(who: Person) -> Callable[[Library], Person]:
    """Ask for the name of somebody who has not logged in; return what gives the person who signs."""
    if who.id != LOCAL.id:
        return lambda _: who
    name = st.text_input(text("finish.sign.name"), who.name, max_chars=LONGEST_NAME, key="signer").strip()

    def named(library: Library) -> Person:
        if not name:
            raise InputError(text("finish.sign.unnamed"), text("finish.sign.unnamed_fix"))
        return library.call_oneself(name)

    return named


def _signed(who: Person, library: Library, row: SessionRow, ledger: LibraryLedger) -> Signed:
    after = len(ledger.rows())
    before = library.signed(who, row.id)
    if before and _says_the_same(before[-1], who, after):  # a second click is no second signature
        return before[-1]
    signature = Signature(who=who.name or who.id, version=len(before) + 1, day=date.today())
    with _written(who, library, row, ledger, signature) as folder:
        return library.sign(who, row.id, folder / REPORT, after=after, version=signature.version)


def _says_the_same(signed: Signed, who: Person, after: int) -> bool:
    day = signed.made_at.astimezone().date()
    return (signed.made_by, signed.corrections, day) == (who.name or who.id, after, date.today())


def _versions(who: Person, library: Library, row: SessionRow) -> None:
    for signed in reversed(library.signed(who, row.id)):
        said = text("finish.version", version=signed.version, who=signed.made_by, when=when(signed.made_at))
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key=f"v{signed.version}"
        ):
            digest = text("finish.hash", hash=signed.sha256[:SHOWN_OF_HASH])
            st.html(f'<p class="kept"><strong>{escape(said)}</strong><br><small>{escape(digest)}</small></p>')
            with told():
                library.check_signed(who, row.id, signed.version)
                _take_version(who, library, row, signed)


def _take_version(who: Person, library: Library, row: SessionRow, signed: Signed) -> None:
    report = File(
        text("finish.report"),
        f"slump-test-v{signed.version}.pdf",
        lambda: library.signed_report(who, row.id, signed.version),
        icon="description",
    )
    take([report], key=f"signed_{signed.version}")


def _hand_on(who: Person, library: Library, row: SessionRow, ledger: LibraryLedger) -> None:
    st.caption(text("finish.hand_on.words"))
    files = [
        File(
            text(f"finish.format.{wanted or 'report'}"),
            f"slump-test-{FILE_NAMES[wanted] if wanted else REPORT}",
            _file(who, library, row, ledger, wanted),
        )
        for wanted in (None, *FORMATS)
    ]
    take(files, key="formats")
    if row.has_clip:
        _video(who, library, row, ledger)


def _file(
    who: Person, library: Library, row: SessionRow, ledger: LibraryLedger, wanted: Format | None
) -> Callable[[], bytes]:
    """Return what makes a file when it is asked for; None is the report."""

    def made() -> bytes:
        library.note_export(who, row.id, wanted or REPORT)
        with _written(who, library, row, ledger) as folder:
            if wanted is None:
                return (folder / REPORT).read_bytes()
            return export(folder, [wanted], options=Options(date=row.day.isoformat()))[0].read_bytes()

    return made


def _video(who: Person, library: Library, row: SessionRow, ledger: LibraryLedger) -> None:
    """Make the annotated video where it is wanted: that takes about as long as the clip."""
    key = f"video-{row.id}-{row.corrections}"
    if st.button(text("finish.video.make"), icon=":material/movie:", key="make_video"):
        bar = st.progress(0.0, text("finish.video.making"))
        with told(), _scratch() as target:
            folder = library.folder(who, row.id)
            analysis = reviewed_analysis(folder, ledger.rows(), row.side)

            def told_share(share: float) -> None:
                bar.progress(share, text("finish.video.making"))

            write_reviewed_video(folder, analysis, target, told_share)
            st.session_state[key] = (target / VIDEO_NAME).read_bytes()
        bar.empty()
    if key in st.session_state:
        made = _made(who, library, row, st.session_state[key])
        take([File(text("finish.video.take"), "slump-test.mp4", made)], key="take_video")


def _made(who: Person, library: Library, row: SessionRow, video: bytes) -> Callable[[], bytes]:
    """Return what hands out the video: it runs apart from the page, whose state it cannot reach."""

    def taken() -> bytes:
        library.note_export(who, row.id, VIDEO_NAME)
        return video

    return taken


@contextmanager
def _written(
    who: Person,
    library: Library,
    row: SessionRow,
    ledger: LibraryLedger,
    signature: Signature | None = None,
) -> Iterator[Path]:
    """Write all result files of the session as it stands; they are removed afterwards."""
    folder = library.folder(who, row.id)
    analysis = reviewed_analysis(folder, ledger.rows(), row.side)
    with _scratch() as target:
        write_reviewed(folder, analysis, target, signature or date.today())
        yield target


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = hub.incoming().scratch()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
