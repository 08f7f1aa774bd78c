"""The questions that are asked aloud: in which words, and what counts as an answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slumpcv.live.guide_steps import ADDING, ANSWER_S, ASKED

if TYPE_CHECKING:
    from slumpcv.answers import AskedPhase
    from slumpcv.live.events import Event
    from slumpcv.live.guide_steps import GuideStep
    from slumpcv.live.marks_live import LiveMarks
    from slumpcv.live.speech import Speech

# A mark begun this long before the question was its answer already. [E]
FORESTALLED_S = 1.0


class Questions:
    """Asks, and keeps the answers.

    Parameters
    ----------
    speech, marks : what is said and marked.

    Attributes
    ----------
    heard : the answers, by phase.
    felt_at_rest : whether the familiar symptom was there before the slump.
    """

    def __init__(self, speech: Speech, marks: LiveMarks) -> None:
        self._speech = speech
        self._marks = marks
        self.heard: dict[AskedPhase, bool] = {}
        self.felt_at_rest = False
        self._asked_loaded = False
        self._asked_s = math.inf
        self._unanswered: tuple[AskedPhase, float, float] | None = None

    @property
    def answered(self) -> bool:
        """Return whether a mark answers the present question."""
        return self._marks.since(self._asked_s - FORESTALLED_S)

    def key(self, step: GuideStep) -> str:
        """Return the prompt that asks in this step."""
        if step.phase == "HEAD_LIFT" and self._marks.any:
            return "ask_still"
        if self.felt_at_rest and step.phase in ADDING:
            return "ask_more"
        if step.phase == "BASELINE":
            return "ask_symptom"
        # Short once the question is known, since every second is spent in the slump.
        return "ask_brief" if self._asked_loaded else "ask_again"

    def ask(self, time_s: float, step: GuideStep) -> list[Event]:
        """Ask aloud."""
        key = self.key(step)
        self._asked_loaded = self._asked_loaded or key == "ask_again"
        self._asked_s = time_s
        return self._speech.say(time_s, key)

    def hear(self, step: GuideStep, *, yes: bool) -> None:
        """Keep an answer."""
        self.heard[ASKED[step.phase]] = yes

    def silence(self, step: GuideStep) -> None:
        """Take silence for a no, unless a hand shows later that was raised in time."""
        self.hear(step, yes=False)
        since_s, until_s = self._asked_s - FORESTALLED_S, self._speech.ends_s + ANSWER_S
        self._unanswered = ASKED[step.phase], since_s, until_s

    def late(self) -> None:
        """Take a hand that is up only now, or known to be, as the answer to the question before."""
        if self._unanswered and self._marks.since(*self._unanswered[1:]):
            self.heard[self._unanswered[0]] = True
            self._unanswered = None
