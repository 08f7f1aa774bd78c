"""Stories of a test for the report: the made-up clean clip with answers that lead to each outcome."""

from __future__ import annotations

from typing import Any

from fake_result import BOUNDS, FRONTAL, ISOLATED, KNEE_MOVED, fake_result

from slumpcv.analysis import Analysis, with_answers
from slumpcv.answers import Answers, Screen
from slumpcv.marks import PhaseSpan
from slumpcv.session import Finding, Isolation

CALF = {"region": "calf", "side": "right"}
NO_FLAGS = dict.fromkeys(Screen.model_fields, "no")
MARKS: list[dict[str, Any]] = [
    {
        "start_s": 10.6,
        "peak_s": 12.0,
        "end_s": 16.3,
        "intensity": 5,
        "familiar": "yes",
        "regions": [CALF],
        "qualities": ["pull", "tingling"],
        "how": "live",
    },
    {"start_s": 11.5, "intensity": 3, "familiar": "no", "entered_by": "therapist"},
    {"phase": "NECK_FLEXION", "intensity": 2, "familiar": "unsure", "qualities": ["tightness"]},
]


def felt(after: int, said: str | None, peak: int = 5, **more: Any) -> dict[str, Any]:
    """Answers of somebody whose usual symptom came with the knee."""
    came = {"intensity": peak, "familiar": "yes", "regions": [CALF], "qualities": ["pull"]}
    phases = {
        "BASELINE": {"intensity": 2, "familiar": "yes"},
        "SLUMP": {"intensity": 2},
        "KNEE_EXTENSION": came,
        "HEAD_LIFT": {"intensity": after, "familiar": "yes"},
    }
    return {"screen": NO_FLAGS, "phases": phases, "head_lift_change": said, "how": "replay", **more}


NOTHING_FELT = {
    "screen": NO_FLAGS,
    "phases": {p: {"intensity": 0} for p in ("BASELINE", "SLUMP", "KNEE_EXTENSION", "HEAD_LIFT")},
}
STORIES: dict[str, dict[str, Any]] = {
    "BLOCKED": {"screen": NO_FLAGS | {"saddle_numbness": "yes"}},
    "URGENT": felt(2, "eased", warning_signs=["saddle_numbness"]),
    "STOPPED": felt(2, "eased", stop_reason="sharp_or_fast_rising_pain"),
    "CANNOT_ASSESS_SYMPTOMS": {"screen": NO_FLAGS},
    "UNCLEAR": felt(2, "same"),
    "EASED_WITH_HEAD_LIFT": felt(
        2,
        "eased",
        symptoms=MARKS,
        recovery={"intensity": 4, "after_min": 3},
        intake={"side": "right", "regions": [CALF], "tried": [{"what": "massage", "helped": "no"}]},
    ),
    "PARTLY_EASED": felt(4, "eased"),
    "UNCHANGED": felt(5, "same"),
    "WORSE_WITH_HEAD_LIFT": felt(5, "worse", peak=4),
    "NOT_REPRODUCED": NOTHING_FELT,
}


def told(
    answers: dict[str, Any] | None, isolation: Isolation = ISOLATED, findings: tuple[Finding, ...] = ()
) -> Analysis:
    """The made-up clip with answers; None leaves a movement report."""
    result = fake_result(isolation, findings)
    spans = [
        PhaseSpan(name, start_s, end_s, start_s + 0.6 * (end_s - start_s), 1)
        for name, start_s, end_s in BOUNDS
    ]
    analysis = Analysis(result.track, result.angles, spans, result.session)
    return analysis if answers is None else with_answers(analysis, Answers.model_validate(answers))


def knee_moved() -> Analysis:
    """The knee moved with the head."""
    return told(felt(2, "eased"), KNEE_MOVED)


def unusable(answers: dict[str, Any] | None = None) -> Analysis:
    """A clip that cannot be judged."""
    return told(answers, findings=(FRONTAL,))
