"""What a review changed, in rows and in words of every language."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from test_answers import FULL
from test_review_apply import plain, with_edge

from slumpcv.analysis import with_answers
from slumpcv.answers import Mark, Responses
from slumpcv.language import LANGUAGES, speaking
from slumpcv.report.changes import Change, is_seen
from slumpcv.review.apply import apply
from slumpcv.review.changes import COLUMNS, changes, write_changes_csv
from slumpcv.review.corrections import Corrections, KeyPoint, corrected_phases
from slumpcv.review.edits import remove, rename

if TYPE_CHECKING:
    from pathlib import Path


def of(corrections: Corrections) -> tuple[Change, ...]:
    automatic = with_answers(plain(), FULL)
    return changes(automatic.session, apply(plain(), corrections, FULL).session, corrections)


def kinds(changed: tuple[Change, ...]) -> set[str]:
    return {c.kind for c in changed}


def test_without_corrections_nothing_differs() -> None:
    assert of(Corrections()) == ()
    assert of(Corrections(phases=corrected_phases(plain().spans))) == ()


def test_a_moved_edge_is_told_once_with_what_follows_from_it() -> None:
    start_s = next(s.start_s for s in plain().spans if s.phase == "HEAD_LIFT")
    changed = of(with_edge("HEAD_LIFT", round(start_s + 1.8, 3)))
    moved = [c for c in changed if c.kind.startswith("phase_")]
    assert [(c.kind, c.phase, c.unit) for c in moved] == [("phase_begins", "HEAD_LIFT", "s")]
    assert moved[0].by == pytest.approx(1.8, abs=2e-3)
    assert "1.80 s later" in moved[0].words
    angles = [c for c in changed if c.kind == "angle"]
    assert {c.phase for c in angles} == {"KNEE_EXTENSION"}
    assert all(c.plus_minus is not None and c.by is not None for c in angles)


def test_a_removed_and_a_renamed_phase_are_told() -> None:
    phases = corrected_phases(plain().spans)
    lift = next(i for i, p in enumerate(phases) if p.phase == "HEAD_LIFT")
    without = of(Corrections(phases=remove(phases, lift)))
    assert kinds(without) >= {"phase_removed", "isolation"}
    renamed = of(Corrections(phases=rename(phases[: lift + 1], lift, "DORSIFLEXION")))
    told = next(c for c in renamed if c.kind == "phase_renamed")
    assert (told.automatic, told.corrected) == ("HEAD_LIFT", "DORSIFLEXION")
    assert "phase_added" not in kinds(renamed)


def everything() -> Corrections:
    phases = corrected_phases(plain().spans)
    lift = next(i for i, p in enumerate(phases) if p.phase == "HEAD_LIFT")
    return Corrections(
        phases=remove(phases, lift),
        marks=(Mark(start_s=9.0, intensity=3),),
        responses=Responses(head_lift_change="worse"),
        points=(KeyPoint(landmark=26, time_s=14.0, x_px=320, y_px=300),),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_change_is_said_in_words(language: str) -> None:
    with speaking(language):  # type: ignore[arg-type]
        changed = of(everything())
    assert kinds(changed) >= {"outcome", "isolation", "phase_removed", "angle", "marks", "answers", "joints"}
    for change in changed:
        assert change.words.endswith(".")
        assert "{" not in change.words
    assert changed[0].kind == "outcome"
    assert len({c.words for c in changed}) == len(changed)


def test_the_table_holds_every_change(tmp_path: Path) -> None:
    changed = of(everything())
    write_changes_csv(tmp_path / "changes.csv", changed)
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [r["kind"] for r in rows] == [c.kind for c in changed]


@pytest.mark.parametrize(
    ("name", "was", "now", "seen"),
    [
        ("knee_flexion_deg", "14.100", "14.400", False),
        ("knee_flexion_deg", "14.400", "14.600", True),
        ("knee_flexion_deg", "", "14.600", True),
        ("slump_index", "0.171", "0.174", False),
        ("slump_index", "0.171", "0.186", True),
    ],
)
def test_a_report_leaves_out_what_rounding_hides(name: str, was: str, now: str, seen: bool) -> None:
    change = Change(kind="angle", measure=name, automatic=was, corrected=now, words="-")
    assert is_seen(change) == seen


def test_what_is_no_angle_is_always_told() -> None:
    assert all(is_seen(change) for change in of(everything()) if change.kind != "angle")
