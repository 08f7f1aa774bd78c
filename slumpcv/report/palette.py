"""Colours shared by the timeline and the overlay.

Blues deepen as the test loads the nerve and the head lift alone is violet: the two differ in
lightness as well as hue, so they stay apart for every kind of colour vision, and no colour
carries a judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slumpcv.terms import PhaseName

INK = "#16324A"
MUTED = "#5B6B79"
HAIRLINE = "#C9D2DA"
PAPER = "#FFFFFF"
BLANK = "#F8F9FB"
COMPANION = "#8A6D3B"
LIFT = "#5E3C99"
NOTE = "#93A1AD"

PHASE_TINTS: dict[PhaseName, str] = {
    "BASELINE": "#E9EDF1",
    "SLUMP": "#D6E0EA",
    "NECK_FLEXION": "#C2D5E3",
    "KNEE_EXTENSION": "#ACC8DC",
    "DORSIFLEXION": "#9DBBD2",
    "HEAD_LIFT": "#CFBDEB",
    "RETURN": "#DDE4EA",
    "RECOVERY": "#EEF1F4",
}


@dataclass(frozen=True)
class Colours:
    """What a picture on a screen is drawn in; ``tint`` is how strongly phases are tinted, 0 to 1."""

    ink: str
    muted: str
    hairline: str
    paper: str
    companion: str
    lift: str
    tint: float


LIGHT = Colours(INK, MUTED, HAIRLINE, PAPER, COMPANION, LIFT, tint=1.0)
DARK = Colours("#CFE2F1", "#A9B9C4", "#3A484D", "#1D272B", "#DDB978", "#BFA6F0", tint=0.5)


def rgb(colour: str) -> tuple[int, int, int]:
    """Turn a ``#RRGGBB`` colour into its three bytes."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
