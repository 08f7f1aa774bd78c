"""What came out of a test, in plain words first, and what can be done with it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.export.bundle import VIDEO_NAME
from slumpcv.export.run import Options, export
from slumpcv.language import language, speaking, text
from slumpcv.report.patient_page import FOR_PATIENTS
from slumpcv.report.wording import sentences
from slumpcv.session import NOT_JUDGED
from slumpcv.ui import access, jobs, shell, state
from slumpcv.ui.components.take import File, take
from slumpcv.ui.dates import day_of
from slumpcv.ui.pages import result_movement
from slumpcv.ui.questioning import whole
from slumpcv.ui.recovery import ask_recovery
from slumpcv.ui.server import hub
from slumpcv.ui.stored import read_stored
from slumpcv.ui.trouble import said_on_the_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from slumpcv.language import Language
    from slumpcv.session import Outcome, Remark, Session
    from slumpcv.terms import Side
    from slumpcv.ui.stored import Stored
    from slumpcv.visits import Visit, VisitTest

OTHER: dict[Side, Side] = {"left": "right", "right": "left"}
LOOK_EVERY_S = 2.0  # for the annotated video


def show(visit: Visit) -> None:
    """Show the result of the leg tested last, or of the one chosen."""
    tests = latest_by_leg(visit)
    if not tests:
        state.go(visit, "prepare")
    test = _chosen(tests)
    jobs.mend(visit, test.number)
    stored = read_stored(hub.visits().folder(visit, test))
    access.note_view(visit)
    judged = _outcome(stored.session)
    _pending(visit)
    _recovery(visit, test, stored.session)
    _take_along(visit, test, stored)
    if judged:
        result_movement.show(stored, test.clip)
    _what_else(visit, test)


def latest_by_leg(visit: Visit) -> list[VisitTest]:
    """Return the last test of each leg that has a result, the latest first."""
    answered = {test.side: test for test in visit.tests if test.answered}
    latest = answered or {test.side: test for test in visit.tests if test.analysed}
    return sorted(latest.values(), key=lambda test: test.number, reverse=True)


def _chosen(tests: Sequence[VisitTest]) -> VisitTest:
    if len(tests) == 1:
        return tests[0]
    number = st.segmented_control(
        text("replay.result.which_leg"),
        [test.number for test in tests],
        format_func={test.number: text(f"replay.result.leg.{test.side}") for test in tests}.__getitem__,
        default=tests[0].number,
        required=True,
        key="result_leg",
    )
    return next(test for test in tests if test.number == number)


# --- the outcome --------------------------------------------------------------------------------


def _outcome(session: Session) -> bool:
    """Say what came out; return whether anything may be said about the movement."""
    outcome = session.outcome
    if session.demonstration:
        st.info(text("report.demonstration"), icon=":material/smart_display:")
    if outcome is None:
        _no_outcome(session)
        return True
    shell.heading(outcome.title)
    if outcome.code in NOT_JUDGED:
        st.html(f'<p class="go" role="alert">{escape(outcome.next_step)}</p>')
        st.write(outcome.text)
        st.write(text("report.not.diagnosis"))
        return False
    _judged(outcome)
    return True


def _no_outcome(session: Session) -> None:
    shell.heading(text("replay.result.no_outcome"))
    refused = [finding.message for finding in session.quality.findings if finding.severity == "unusable"]
    st.write(sentences([text("report.may.no_outcome"), *refused]))


def _judged(outcome: Outcome) -> None:
    st.html(f'<p class="lead">{escape(outcome.text)}</p>')
    left, right = st.columns(2, gap="medium")
    with left:
        shell.part(text("report.patient.next"))
        own = [remark.text for remark in outcome.addons if remark.code in FOR_PATIENTS]
        st.html(_points([outcome.next_step, *own]))
    with right:
        shell.part(text("report.patient.not"))
        st.html(_points([text("report.not.diagnosis"), text(f"report.not.{outcome.code}")]))
    if outcome.limitations:
        shell.part(text("report.patient.less_sure"))
        st.html(_points(_texts(outcome.limitations)))
    others = [remark for remark in outcome.addons if remark.code not in FOR_PATIENTS]
    if others:
        shell.part(text("replay.result.for_therapist"))
        st.html(_points(_texts(others)))


def _texts(remarks: Iterable[Remark]) -> list[str]:
    return [sentences([remark.text]) for remark in remarks]


def _points(items: Iterable[str]) -> str:
    return f'<ul class="points">{"".join(f"<li>{escape(item)}</li>" for item in items)}</ul>'


# --- still to answer ----------------------------------------------------------------------------


def _pending(visit: Visit) -> None:
    """Lead on to a leg that was recorded after the one shown, and has no result yet."""
    last = visit.tests[-1]
    if last.clip is None or last.answered:
        return
    leg = text(f"app.leg.{last.side}")
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="pending"):
        st.write(text("replay.result.not_done", leg=leg))
        if st.button(text("replay.result.go_on", leg=leg), key="go_on", icon=":material/arrow_forward:"):
            state.go(visit, "questions" if last.analysed else "analysis")


def _recovery(visit: Visit, test: VisitTest, session: Session) -> None:
    """Ask how it is some minutes after the test, until that is answered."""
    answers = test.answers
    if answers is None or answers.recovery is not None:
        return
    if session.outcome is not None and session.outcome.code in ("BLOCKED", "URGENT"):
        return  # help comes first, and nothing is left to be asked
    with st.container(border=True, key="recovery_open"):
        shell.part(text("replay.result.recovery"))
        key = f"recovery-{visit.id}-{test.number}"
        recovery = ask_recovery(visit, test, None, key)
        if st.button(text("replay.result.save"), key="save_recovery", disabled=recovery is None):
            with st.spinner(text("replay.writing")):
                changed = answers.model_copy(update={"recovery": recovery})
                access.note("test_change", visit)
                jobs.finish(visit, test.number, whole(changed, visit, test))
            st.rerun()


# --- to take along ------------------------------------------------------------------------------


def _take_along(visit: Visit, test: VisitTest, stored: Stored) -> None:
    shell.part(text("replay.result.take"))
    report = access.noting("test_export", visit, (stored.folder / "report.pdf").read_bytes)
    pdf = File(text("replay.result.pdf"), f"{_name(test)}.pdf", report, icon="description", primary=True)
    take([pdf], key="pdf")
    _zip(visit, test, stored.folder, with_video=False)
    if (stored.folder / VIDEO_NAME).is_file():
        _zip(visit, test, stored.folder, with_video=True)
    elif test.clip is not None:
        jobs.want_video(visit, test.number)
        _wait_for_video(stored.folder, language())
    st.caption(text("replay.result.zip_note"))
    _earlier(visit, test)


def _earlier(visit: Visit, test: VisitTest) -> None:
    """Offer the recordings before the one that is judged: they are kept, and go into no zip file."""
    folder = hub.visits().folder(visit, test)
    kept = [folder / name for name in test.earlier_takes if (folder / name).is_file()]
    if not kept:
        return
    with st.expander(text("replay.result.earlier")):
        st.write(text("replay.result.earlier_words"))
        files = [
            File(
                text("replay.result.recording", number=number),
                f"{_name(test)}-{number}{path.suffix}",
                access.noting("test_export", visit, path.read_bytes),
                icon="movie",
            )
            for number, path in enumerate(kept, start=1)
        ]
        take(files, key="earlier")


def _name(test: VisitTest) -> str:
    """Return what a file to keep is called; it names nobody, but says when nobody was tested."""
    return f"{'demonstration-' if test.source == 'demo' else ''}slump-test-{test.side}"


def _zip(visit: Visit, test: VisitTest, folder: Path, *, with_video: bool) -> None:
    words = text("replay.result.zip")
    # A clip that was brought may be of any day, and a demonstration is of none.
    day = day_of(test.started_at) if test.source == "camera" else None
    label = f"{words}, {text('replay.result.with_video')}" if with_video else words
    make = access.noting("test_export", visit, lambda: zipped(folder, with_video, day))
    file = File(label, f"{_name(test)}.zip", make, icon="folder_zip")
    take([file], key="zip_video" if with_video else "zip")


@st.fragment(run_every=LOOK_EVERY_S)
def _wait_for_video(folder: Path, spoken: Language) -> None:
    """Say that the annotated video is being written, and offer it once it is there."""
    if (folder / VIDEO_NAME).is_file():
        st.rerun(scope="app")
    # A fragment runs again by itself, outside of the page's language.
    with speaking(spoken), said_on_the_page():
        st.caption(text("replay.result.video_waits"))


def zipped(folder: Path, with_video: bool, day: date | None) -> bytes:
    """Return a result as one zip file to share; it says of which day it is, where that is known.

    Raises
    ------
    InputError
        When something in the folder cannot be read.
    """
    options = Options(video=with_video, date=day.isoformat() if day else None)
    written = export(folder, ["zip"], options=options, overwrite=True)
    return written[0].read_bytes()


# --- what else ----------------------------------------------------------------------------------


def _what_else(visit: Visit, test: VisitTest) -> None:
    st.divider()
    with st.container(horizontal=True, key="what_else"):
        other = OTHER[test.side]
        if _may_test(visit, other) and st.button(
            text(f"replay.result.test.{other}"), key="other_leg", icon=":material/airline_seat_recline_extra:"
        ):
            state.go(visit, "prepare")
        if test.number == visit.tests[-1].number and st.button(
            text("replay.result.answers"), key="change_answers", icon=":material/edit:"
        ):
            state.go(visit, "questions")
        with st.popover(text("replay.result.delete"), icon=":material/delete:"):
            st.write(text("replay.result.delete_sure"))
            if st.button(text("replay.result.delete_yes"), key="delete_yes", type="primary"):
                access.note("test_delete", visit)
                jobs.delete(visit)
                state.leave()
    st.caption(text("movement.not_reviewed"))


def _may_test(visit: Visit, side: Side) -> bool:
    """Return whether a leg may be tested now: not tested today, and nothing speaks against going on."""
    if visit.is_demo or hub.visits().tested_lately(visit.owner, side):
        return False
    outcomes = [
        read_stored(hub.visits().folder(visit, test)).session.outcome for test in latest_by_leg(visit)
    ]
    return all(outcome is None or outcome.code not in NOT_JUDGED for outcome in outcomes)
