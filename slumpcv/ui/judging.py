"""A test's analysis with all that the visit knows: the answers, the demonstration, what was not as asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slumpcv.language import text
from slumpcv.session import NOT_JUDGED, Remark
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.analysis import Analysis
    from slumpcv.live.record import GuidedTest
    from slumpcv.session import Outcome
    from slumpcv.visits import Visit, VisitTest


def answered(visit: Visit, test: VisitTest, folder: Path) -> Analysis:
    """Return a test's analysis, with its answers, from the saved track: without the slow part."""
    from slumpcv.analysis import analyze_track, with_answers
    from slumpcv.track import load_track

    analysis = as_shown(analyze_track(load_track(folder / "track.npz"), test.side), test)
    if test.answers is None:
        return analysis
    judged = with_answers(analysis, test.answers, _other_knee_deg(visit, test))
    session = judged.session.model_copy(update={"outcome": _limited(judged.session.outcome, test)})
    return replace(judged, session=session)


def as_shown(analysis: Analysis, test: VisitTest) -> Analysis:
    """Return an analysis that says so when a sample stood in for the person."""
    if test.source != "demo":
        return analysis
    return replace(analysis, session=analysis.session.model_copy(update={"demonstration": True}))


def _limited(outcome: Outcome | None, test: VisitTest) -> Outcome | None:
    """Return an outcome that also says what the guide had asked for in vain before the test."""
    if outcome is None or outcome.code in NOT_JUDGED:
        return outcome
    return outcome.model_copy(update={"limitations": (*outcome.limitations, *unmet(test.live))})


def unmet(live: GuidedTest | None) -> tuple[Remark, ...]:
    """Return what the guide asked for before the test and the person went on without, in words."""
    asked = live.skipped if live is not None else {}
    return tuple(
        Remark(code=f"setup_{wish}", text=text(f"outcome.limitation.setup.{wish}")) for wish in asked.values()
    )


def _other_knee_deg(visit: Visit, test: VisitTest) -> float | None:
    """Return how far from straight the other leg's knee stayed, when this visit has tested it."""
    from slumpcv.analysis import knee_held_deg
    from slumpcv.session_file import load_session

    for other in reversed(visit.tests):
        if other.side != test.side and other.analysed and other.source == test.source:
            return knee_held_deg(load_session(hub.visits().folder(visit, other) / "session.json"))
    return None
