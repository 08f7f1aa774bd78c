"""A saved result is shown in the language of whoever looks at it, and handed on in the patient's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from review_ledger import FileLedger
from synthetic import make_track, perform

from slumpcv.analysis import analyze_track
from slumpcv.answers import Answers
from slumpcv.corrections import Corrections
from slumpcv.language import speaking, text
from slumpcv.report.tables import write_session_json
from slumpcv.review.history import Edit
from slumpcv.session import Remark
from slumpcv.track import save_track
from slumpcv.ui.server.review_language import in_spoken_language
from slumpcv.ui.server.review_result import reviewed_analysis
from slumpcv.ui.server.review_source import FolderReview

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.analysis import Analysis

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANSWERS = Answers.model_validate(
    {
        "phases": {
            "BASELINE": {"intensity": 1},
            "KNEE_EXTENSION": {"intensity": 4, "familiar": "yes", "regions": "right calf"},
            "HEAD_LIFT": {"intensity": 1},
        },
        "head_lift_change": "gone",
        "how": "replay",
    }
)


@pytest.fixture(scope="module")
def english() -> Analysis:
    story = perform(hold_s=2.5, move_s=0.3).rest(2)  # too quick: there is a finding
    return analyze_track(make_track(story, story.times()), "right", ANSWERS)


def test_the_words_change_and_the_numbers_stay(english: Analysis) -> None:
    with speaking("de"):
        german = in_spoken_language(english).session
        title = text("outcome.EASED_WITH_HEAD_LIFT.title")
    session = english.session
    assert session.outcome is not None
    assert german.outcome is not None
    assert (german.outcome.code, german.outcome.title) == (session.outcome.code, title)
    assert german.outcome.text != session.outcome.text
    kept = {"outcome", "quality"}
    assert german.model_dump(exclude=kept) == session.model_dump(exclude=kept)
    findings = list(zip(german.quality.findings, session.quality.findings, strict=True))
    assert findings
    assert all((now.code, now.spans) == (was.code, was.spans) for now, was in findings)
    assert all(now.message != was.message for now, was in findings)


def test_in_its_own_language_it_is_as_it_was_saved(english: Analysis) -> None:
    assert in_spoken_language(english) is english


def test_what_another_version_came_to_keeps_its_own_words(english: Analysis) -> None:
    session = english.session
    assert session.outcome is not None
    unknown = (Remark(code="unknown_here", text="as it was"),)
    other = session.outcome.model_copy(update={"code": "UNCHANGED", "title": "as it was", "addons": unknown})
    saved = replace(english, session=session.model_copy(update={"outcome": other}))
    with speaking("de"):
        assert in_spoken_language(saved).session.outcome == other


def test_it_is_reviewed_in_one_language_and_handed_on_in_another(english: Analysis, tmp_path: Path) -> None:
    write_session_json(tmp_path / "session.json", english.session)
    save_track(tmp_path / "track.npz", english.track)
    with speaking("de"):
        source = FolderReview(tmp_path, FileLedger(tmp_path / "rows.jsonl"), "right")
        shown = source.data().automatic.session.outcome
        assert shown is not None
        assert shown.title == text("outcome.EASED_WITH_HEAD_LIFT.title")
        felt_nothing = Edit(made_at=NOON, made_by="A", action="marks", state=Corrections(marks=()))
        handed_on = reviewed_analysis(tmp_path, [felt_nothing], "right").corrected
    assert handed_on is not None
    assert handed_on.session.outcome is not None
    assert handed_on.session.outcome.title == text(f"outcome.{handed_on.session.outcome.code}.title")
