"""The steps that a guided test goes through, and what is said in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, get_args

from slumpcv.answers import AskedPhase

if TYPE_CHECKING:
    from slumpcv.signals import Part
    from slumpcv.terms import PhaseName

# Parts that must rest before a phase counts as held; toes may move.
RESTING: frozenset[Part] = frozenset({"back", "head", "knee"})
# While the nerve is loaded, the question comes as soon as the posture is steady. [E]
ASK_AFTER_S = 0.5
# Somewhat later in the slump, which people try out and take back at first. [E]
SLUMP_AFTER_S = 1.0

# A hand that goes up within this long after a question is its answer. [E]
ANSWER_S = 2.5
# While the nerve is loaded, the next cue does not wait for the whole of that: it waits for a hand that is
# raised at once, and one that comes later still counts and stops whatever was asked for meanwhile. [E]
LISTEN_S = 1.2


class State(Enum):
    """What the guide is doing within a step."""

    CUE = auto()
    WAIT = auto()
    HOLD = auto()
    ASK = auto()
    ANSWER = auto()
    EXPLAIN = auto()
    STAY = auto()
    LEAVING = auto()
    OVER = auto()


@dataclass(frozen=True)
class GuideStep:
    """One step.

    Attributes
    ----------
    phase : what the machine must show.
    cue, repeat : the prompt, and the one in other words when the phase was not seen.
    title : the big words on the screen.
    hold_s : how long the phase is held before the question. [E] It is held through question and answer
        too, which makes the 2 to 4 s of docs/protocol.md, and more of the head lift.
    listen_s : how long silence is waited for after the question. [E]
    patience_s : how long after the words have ended the phase may take to begin. [E]
    give_up : what is said when it was not seen twice; None for nothing.
    """

    phase: PhaseName
    cue: str
    repeat: str
    title: str
    hold_s: float
    listen_s: float
    patience_s: float
    give_up: str | None = None


STEPS: tuple[GuideStep, ...] = (
    GuideStep("BASELINE", "cue_baseline", "repeat_baseline", "title_baseline", 3.0, ANSWER_S, 8.0),
    GuideStep("SLUMP", "cue_slump", "repeat_slump", "title_slump", SLUMP_AFTER_S, LISTEN_S, 6.0, "go_on"),
    GuideStep(
        "NECK_FLEXION",
        "cue_neck_flexion",
        "repeat_neck_flexion",
        "title_neck_flexion",
        ASK_AFTER_S,
        LISTEN_S,
        6.0,
        "go_on",
    ),
    GuideStep(
        "KNEE_EXTENSION",
        "cue_knee_extension",
        "repeat_knee_extension",
        "title_knee_extension",
        ASK_AFTER_S,
        LISTEN_S,
        7.0,
        "go_on_here",
    ),
    GuideStep("HEAD_LIFT", "cue_head_lift", "repeat_head_lift", "title_head_lift", 2.0, 2.0, 6.0),
    GuideStep("RETURN", "cue_return", "repeat_return", "title_return", 0.0, 0.0, 8.0),
)
# When the leg was never raised, there is none to lower.
CUE_WITHOUT_LEG = "cue_sit_up"
INDEX: dict[PhaseName, int] = {step.phase: i for i, step in enumerate(STEPS)}
# Toes up are not asked for; who does it has the knee up.
INDEX["DORSIFLEXION"] = INDEX["KNEE_EXTENSION"]
INDEX["RECOVERY"] = INDEX["RETURN"]
# The steps in which the familiar symptom ends the adding.
ADDING: frozenset[PhaseName] = frozenset({"SLUMP", "NECK_FLEXION", "KNEE_EXTENSION"})
ASKED: dict[PhaseName, AskedPhase] = {phase: phase for phase in get_args(AskedPhase)}
