"""The phases as they are found: marks that are set, and withdrawn when they prove wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from slumpcv.signals import THRESHOLDS

if TYPE_CHECKING:
    from slumpcv.motion import Movement
    from slumpcv.signals import Part
    from slumpcv.terms import PhaseName


class Stage(Enum):
    """Where in the test the person is."""

    AWAY = auto()
    BASELINE = auto()
    LOADING = auto()
    LIFTED = auto()
    RETURN = auto()
    RECOVERY = auto()


# The part whose movement begins a phase, for phases that can prove a fidget.
PART_OF: dict[PhaseName, Part] = {"SLUMP": "back", "NECK_FLEXION": "head", "KNEE_EXTENSION": "knee"}
STAGE_OF: dict[PhaseName, Stage] = {
    "BASELINE": Stage.BASELINE,
    "HEAD_LIFT": Stage.LIFTED,
    "RETURN": Stage.RETURN,
    "RECOVERY": Stage.RECOVERY,
}


@dataclass(frozen=True)
class PhaseSpan:
    """One phase with its hold: the still part at its end; times in seconds."""

    phase: PhaseName
    start_s: float
    end_s: float
    hold_start_s: float
    repetition: int


@dataclass
class Mark:
    """Where a phase began.

    Attributes
    ----------
    still_s : when the last movement within the phase, as far as it is over, came to rest.
    from_level : of the phase's own signal, before its movement.
    joined : True for a neck flexion that no movement of its own showed.
    """

    phase: PhaseName
    start_s: float
    repetition: int
    still_s: float
    from_level: float = math.nan
    joined: bool = False

    @property
    def part(self) -> Part | None:
        """Return whose movement began the phase."""
        return PART_OF.get(self.phase)

    def was_begun_in_vain(self, part: Part, movement: Movement) -> bool:
        """Return whether the movement that began the phase ended where it came from."""
        own = part == self.part and movement.from_level == self.from_level
        return own and not movement.running and abs(movement.change) < THRESHOLDS[part]


class Marks:
    """The marks since the person sat down, and the spans from before they last got up."""

    def __init__(self) -> None:
        self.repetition = 1
        self._marks: list[Mark] = []
        self._closed: list[PhaseSpan] = []

    def __len__(self) -> int:
        """Return the number of phases since the person sat down."""
        return len(self._marks)

    @property
    def stage(self) -> Stage:
        """Return where in the test the latest mark puts the person."""
        return STAGE_OF.get(self.last.phase, Stage.LOADING) if self._marks else Stage.BASELINE

    @property
    def last(self) -> Mark:
        """Return the mark of the present phase; there must be one."""
        return self._marks[-1]

    def find(self, phase: PhaseName) -> Mark | None:
        """Return this repetition's latest mark of a phase."""
        for mark in reversed(self.loading()):
            if mark.phase == phase:
                return mark
        return None

    def loading(self) -> list[Mark]:
        """Return this repetition's marks: those since the last baseline or recovery."""
        for i in range(len(self._marks), 0, -1):
            if self._marks[i - 1].phase in ("BASELINE", "RECOVERY"):
                return self._marks[i:]
        return list(self._marks)

    def add(self, phase: PhaseName, start_s: float, from_level: float = math.nan) -> Mark:
        """Mark the start of a phase; it cannot begin before the one before it."""
        if self._marks:
            start_s = max(start_s, self.last.start_s)
        elif self._closed:
            start_s = max(start_s, self._closed[-1].end_s)
        self._marks.append(Mark(phase, start_s, self.repetition, start_s, from_level))
        return self.last

    def withdraw(self, mark: Mark) -> None:
        """Take back a mark with all that follow it, and a joined one just before it."""
        i = next(i for i, m in enumerate(self._marks) if m is mark)
        if i and self._marks[i - 1].joined:
            i -= 1
        del self._marks[i:]
        self.repetition = self.last.repetition

    def remove(self, mark: Mark) -> None:
        """Take back a single mark: the phase before it goes on."""
        self._marks = [m for m in self._marks if m is not mark]

    def settled(self, time_s: float) -> None:
        """Note that something came to rest within the present phase."""
        self.last.still_s = max(self.last.still_s, time_s)

    def close(self, end_s: float) -> None:
        """End all phases: the person has got up."""
        performed = any(m.phase != "BASELINE" for m in self._marks)
        self._closed += self._open_spans(end_s)
        self._marks.clear()
        self.repetition += performed

    def spans(self, end_s: float) -> list[PhaseSpan]:
        """Return all phases so far; the last one goes on until ``end_s``."""
        return [*self._closed, *self._open_spans(end_s)]

    def _open_spans(self, end_s: float) -> list[PhaseSpan]:
        if not self._marks:
            return []
        # A movement's start may be put after the last frame only by its extrapolated end.
        ends = [*(m.start_s for m in self._marks[1:]), max(end_s, self.last.start_s)]
        return [
            PhaseSpan(m.phase, m.start_s, end, min(max(m.still_s, m.start_s), end), m.repetition)
            for m, end in zip(self._marks, ends, strict=True)
        ]
