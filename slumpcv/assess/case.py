"""One clip with everything that was answered about it, and what follows from both together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slumpcv import thresholds
from slumpcv.answers import PROVOKED, Felt
from slumpcv.assess.course import sensations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.answers import Answers, Region, WarningSign
    from slumpcv.assess.course import Sensation
    from slumpcv.session import Course, Session, Symptom

SPINE: frozenset[Region] = frozenset({"neck", "mid_back", "low_back"})
LEG: frozenset[Region] = frozenset(
    {
        "back_of_thigh",
        "behind_knee",
        "calf",
        "outer_shin",
        "ankle",
        "sole",
        "outer_foot",
        "top_of_foot",
        "toes",
    }
)
BELOW_KNEE: frozenset[Region] = LEG - {"back_of_thigh", "behind_knee"}
# Reasons to stop that are signs of the spinal cord or of both legs, and so more than that.
SIGNS_TO_STOP: frozenset[WarningSign] = frozenset({"both_legs", "both_arms", "electric_shock_down_the_spine"})
STEPS = ("SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "HEAD_LIFT")


@dataclass(frozen=True)
class Case:
    """One clip with everything that was answered about it.

    ``other_side_knee_deg`` is how far from straight the other leg's knee stayed, when it is known.
    """

    session: Session
    answers: Answers
    symptoms: Sequence[Symptom]
    course: Course
    other_side_knee_deg: float | None = None

    @property
    def felt(self) -> list[Sensation]:
        """Return what was felt, at rest too."""
        return sensations(self.answers, self.symptoms)

    @property
    def provoked(self) -> list[Sensation]:
        """Return what was felt after sitting tall."""
        return [s for s in self.felt if s.phase != "BASELINE"]

    @property
    def anywhere(self) -> list[Felt]:
        """Return all that was felt at any time, also outside of every phase."""
        return [*self.answers.phases.values(), *(s.mark for s in self.symptoms)]

    @property
    def new(self) -> list[Sensation]:
        """Return what came during the test."""
        return [s for s in self.provoked if s.is_new(self.course.baseline)]

    @property
    def reproducing(self) -> list[Sensation]:
        """Return the familiar symptom where it had risen."""
        rises = thresholds.REPRODUCED_RISE
        return [
            s for s in self.provoked if s.felt.familiar == "yes" and s.rise(self.course.baseline) >= rises
        ]

    @property
    def warning_signs(self) -> tuple[WarningSign, ...]:
        """Return signs of the cord, the cauda equina or both legs, however they were entered."""
        signs = set(self.answers.warning_signs)
        signs |= {sign for sign in SIGNS_TO_STOP if sign == self.answers.stop_reason}
        if {p.side for f in self.anywhere for p in f.regions if p.region in LEG} >= {"left", "right"}:
            signs.add("both_legs")
        return tuple(sorted(signs))

    @property
    def missing(self) -> tuple[str, ...]:
        """Return which answers are missing that an outcome needs."""
        course, lift = self.course, self.course.head_lift
        lifted = self.session.isolation.status in ("isolated", "moved", "too_close")
        # Once the usual symptom has come, nothing else that was felt changes the outcome.
        open_ = [] if course.reproduced else self.new
        wanted = {
            "baseline": course.baseline is None,
            "during": not self.new and not self._asked_at_the_end,
            "familiar": any(s.felt.familiar is None for s in open_),
            "intensity": any(s.felt.intensity is None and s.felt.familiar == "yes" for s in open_),
            "after_head_lift": course.reproduced and lifted and lift.after is None,
        }
        return tuple(name for name, is_missing in wanted.items() if is_missing)

    @property
    def _asked_at_the_end(self) -> bool:
        """Return whether the last part that was added was answered for, toes up left aside."""
        done = [p for p in PROVOKED[:3] if p in {phase.phase for phase in self.session.phases}]
        last = PROVOKED.index(done[-1]) if done else 0
        asked = {s.phase for s in self.provoked if s.felt.intensity is not None}
        return any(phase in asked for phase in PROVOKED[last:])

    @property
    def strongest(self) -> int:
        """Return the highest intensity after sitting tall, 0 without any."""
        marked = [s.mark.intensity for s in self.symptoms if s.strongest_in != "BASELINE"]
        asked = [s.felt.intensity for s in self.provoked]
        return max((i for i in (*marked, *asked) if i is not None), default=0)

    @property
    def became_too_strong(self) -> bool:
        """Return whether the symptom became so strong, or rose so much, that stopping was due."""
        baseline = self.course.baseline
        rise = 0 if baseline is None else self.strongest - baseline
        return self.strongest >= thresholds.STOP_INTENSITY or rise >= thresholds.STOP_RISE

    @property
    def new_numbness(self) -> bool:
        """Return whether numbness came that belongs neither to the usual symptom nor to sitting at rest."""
        at_rest = self.answers.phases.get("BASELINE", Felt()).qualities
        usual = self.answers.intake.qualities if self.answers.intake else ()
        came = any("numbness" in s.felt.qualities and s.felt.familiar != "yes" for s in self.provoked)
        return came and "numbness" not in (*at_rest, *usual)

    @property
    def stopped(self) -> bool:
        """Return whether the person said that they stopped."""
        return self.answers.stop_reason is not None or self.answers.stopped_in is not None

    @property
    def knee_deg(self) -> float | None:
        """Return how far from straight the knee stayed at the end of its extension."""
        held = self.session.measurements.get("KNEE_EXTENSION", {}).get("knee_flexion_deg")
        return None if held is None else held.value

    @property
    def steps_not_reached(self) -> tuple[str, ...]:
        """Return the steps of the test that were left out or stayed small."""
        reached = {p.phase for p in self.session.phases if p.reached}
        return tuple(step for step in STEPS if step not in reached)
