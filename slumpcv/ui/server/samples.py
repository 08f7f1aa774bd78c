"""The clips that a demonstration without a camera plays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from slumpcv.terms import PhaseName

if TYPE_CHECKING:
    from slumpcv.visits import VisitTest

# Told one after the other: the symptom can ease, the head may stay down, the knee may move too.
STORIES = ("right_plain", "right_no_lift", "right_knee_bends")


class Chapter(TypedDict):
    """One phase of a sample and when the next one begins."""

    phase: PhaseName
    end_s: float


def sample_file(name: str, suffix: str = ".mp4") -> Path | None:
    """Return a sample's file, from the installed package or the checkout; None when it is not one."""
    if name not in STORIES:
        return None
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "sample_files", package.parent / "samples"):
        path = folder / f"{name}{suffix}"
        if path.is_file():
            return path
    return None


def sample_of(test: VisitTest) -> str:
    """Return which sample a demonstration plays: the one chosen, else another one each time."""
    if test.sample in STORIES:
        return test.sample
    return STORIES[(test.number - 1) % len(STORIES)]


def chapters(name: str) -> list[Chapter]:
    """Return the phases of a sample, so that its person can wait for what is asked next."""
    path = sample_file(name, ".json")
    if path is None:
        return []
    phases = json.loads(path.read_text(encoding="utf-8"))["phases"]
    return [{"phase": one["phase"], "end_s": one["end_s"]} for one in phases]
