"""What a guided test leaves behind beside its recording, as a strict schema."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from slumpcv.answers import AskedPhase, Mark, Seconds
from slumpcv.terms import PhaseName, Side, Strict

MarkedBy = Literal["hand", "key", "button", "phone"]
StoppedBy = Literal["sat_up", "leg_down", "left", "key", "button", "unseen"]

# What the set-up may be gone on without, and what it asked for in vain.
Skippable = Literal["distance", "light", "chair", "still"]
InVain = Literal["come_closer", "light", "chair_low", "chair_high", "sit_tall", "hold_still"]


class LiveMark(Strict):
    """The person showed that they feel their usual symptom; ``end_s`` is None when it lasted to the end."""

    start_s: Seconds
    end_s: Seconds | None = None
    by: MarkedBy


class Said(Strict):
    """A prompt that was spoken, by its key, and when it began."""

    key: str
    at_s: Seconds


class LivePhase(Strict):
    """When a phase began, as the phase machine knew it during the test."""

    phase: PhaseName
    start_s: float


class GuidedTest(Strict):
    """A guided test of one leg; all times in seconds since the recording began.

    ``status`` is ``done`` (went through to sitting up), ``stopped`` (the person stopped, see
    ``stopped_by`` and ``stopped_in``) or ``interrupted`` (the connection or the program ended).
    ``heard`` holds what was answered to the questions asked aloud: True for a yes, False for silence.
    ``skipped`` holds the checks of the set-up that the person went on without, and what each asked for.
    """

    schema_version: Literal[1] = 1
    side: Side
    status: Literal["done", "stopped", "interrupted"]
    duration_s: Seconds
    stopped_by: StoppedBy | None = None
    stopped_in: PhaseName | None = None
    marks: tuple[LiveMark, ...] = ()
    heard: dict[AskedPhase, bool] = Field(default_factory=dict)
    said: tuple[Said, ...] = ()
    phases: tuple[LivePhase, ...] = ()
    skipped: dict[Skippable, InVain] = Field(default_factory=dict)

    def symptoms(self) -> tuple[Mark, ...]:
        """Return the marks as symptoms on the clip: the usual one, shown by the person as it happened."""
        return tuple(
            Mark(
                start_s=mark.start_s,
                end_s=self.duration_s if mark.end_s is None else mark.end_s,
                familiar="yes",
                entered_by="patient",
                how="live",
            )
            for mark in self.marks
        )
