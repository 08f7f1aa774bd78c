"""A review beside the automatic result: both are written, and the report says which it uses."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pypdf import PdfReader
from test_answers import FULL
from test_review_apply import KNEE, plain, with_edge
from typer.testing import CliRunner

from slumpcv.analysis import Analysis, analyze_track, with_answers, write_results
from slumpcv.cli import app
from slumpcv.export.run import Options, export
from slumpcv.export.source import open_result
from slumpcv.language import LANGUAGES, speaking
from slumpcv.review.corrections import Corrections, HandMeasure, KeyPoint
from slumpcv.review.history import Edit, undo
from slumpcv.review.record import reviewed
from slumpcv.session_file import load_session
from slumpcv.track import load_track

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEASURE = HandMeasure(
    id="a", time_s=13.5, kind="goniometer", points_px=((230, 290), (340, 290), (430, 230)), angle_deg=146
)


def corrections() -> Corrections:
    start_s = next(s.start_s for s in plain().spans if s.phase == "HEAD_LIFT")
    x_px, y_px = map(float, plain().track.landmarks_px[210, KNEE])
    key = KeyPoint(landmark=KNEE, time_s=float(plain().track.time_s[210]), x_px=x_px, y_px=y_px - 8)
    moved = with_edge("HEAD_LIFT", round(start_s + 1.8, 3))
    return moved.model_copy(update={"points": (key,), "measures": (MEASURE,)})


def edits() -> list[Edit]:
    lift = {"action": "phases", "why": "Lift began later", "state": corrections()}
    first = Edit(made_at=NOON, made_by="A. Reviewer", **lift)  # type: ignore[arg-type]
    empty = {"action": "phases", "state": Corrections(phases=())}
    later = Edit(made_at=NOON + timedelta(minutes=1), made_by="B", **empty)  # type: ignore[arg-type]
    back = undo([first, later], "A. Reviewer", NOON + timedelta(minutes=2))
    assert back is not None
    return [first, later, back]


def result(language: str = "en") -> Analysis:
    with speaking(language):  # type: ignore[arg-type]
        automatic = with_answers(analyze_track(plain().track), FULL)
    return reviewed(automatic, edits(), FULL)


def test_the_review_stands_beside_the_automatic_result() -> None:
    automatic, both = with_answers(plain(), FULL), result()
    assert both.session.model_copy(update={"review": None}) == automatic.session
    review = both.session.review
    assert review is not None
    assert [(e.made_by, e.why) for e in review.edits] == [("A. Reviewer", "Lift began later")]
    assert review.corrections == corrections()
    assert both.session.used.phases == both.used.session.phases != automatic.session.phases
    assert both.session.used.measurements == both.used.session.measurements


def test_a_review_that_was_taken_back_leaves_none() -> None:
    all_back = edits()
    while (one := undo(all_back, "A", NOON)) is not None:
        all_back.append(one)
    nothing = reviewed(result(), all_back, FULL)
    assert nothing.session == with_answers(plain(), FULL).session
    assert nothing.used is nothing


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reviewed")
    write_results(result(), path)
    return path


def pages(path: Path) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(path).pages)


def test_both_results_are_written_and_the_track_is_the_models(folder: Path) -> None:
    both = result()
    assert load_session(folder) == both.session
    np.testing.assert_array_equal(load_track(folder / "track.npz").landmarks_px, plain().track.landmarks_px)
    with (folder / "phases.csv").open(encoding="utf-8", newline="") as file:
        lift = next(r for r in csv.DictReader(file) if r["phase"] == "HEAD_LIFT")
    used_s = next(p.start_s for p in both.used.spans if p.phase == "HEAD_LIFT")
    assert float(lift["start_s"]) == pytest.approx(used_s, abs=1e-3)


def test_the_report_says_which_result_it_uses_and_what_differs(folder: Path) -> None:
    said = pages(folder / "report.pdf")
    assert "result corrected by A. Reviewer" in said
    assert "Lift began later" in said
    assert "1.80 s later" in said
    assert "goniometer" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_of_a_result_without_review_says_so(language: str, tmp_path: Path) -> None:
    with speaking(language):  # type: ignore[arg-type]
        automatic = analyze_track(plain().track)
    write_results(automatic, tmp_path)
    word = {"en": "automatic result", "es": "resultado automático", "de": "automatische Ergebnis"}[language]
    assert word in pages(tmp_path / "report.pdf")


def test_the_words_of_a_review_are_in_the_sessions_language() -> None:
    both = result("de")
    review = both.session.review
    assert review is not None
    assert both.session.language == "de"
    findings = {f.code: f.message for f in review.result.quality.findings}
    assert "von Hand" in findings["PLACED_BY_HAND"]


def test_export_open_and_compare_take_the_reviewed_result(folder: Path, tmp_path: Path) -> None:
    both = result()
    opened = open_result(folder)
    assert opened.session.phases == both.used.session.phases
    np.testing.assert_allclose(opened.angles.knee_flexion_deg, both.used.angles.knee_flexion_deg)
    (bundle,) = export(folder, ["zip"], tmp_path / "b.zip")
    kept = tmp_path / "opened"
    shown = CliRunner().invoke(app, ["open", str(bundle), "-o", str(kept)])
    assert "corrected by A. Reviewer" in " ".join(shown.output.split())
    assert load_session(kept) == both.session
    (fhir,) = export(folder, ["fhir"], tmp_path / "b.json", Options(date="2026-03-31"))
    assert '"corrected the result"' in fhir.read_text(encoding="utf-8")
    plain_folder = tmp_path / "plain"
    plain_folder.mkdir()
    write_results(with_answers(plain(), FULL), plain_folder)
    asked = ["compare", str(plain_folder), str(folder), "-o", str(tmp_path / "compared")]
    ran = CliRunner().invoke(app, asked)
    assert ran.exit_code == 0, ran.output
