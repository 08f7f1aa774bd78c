"""How far the person has come in the test, read off what the phase machine shows."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from slumpcv.live.guide_steps import INDEX, RESTING
from slumpcv.marks import Stage
from slumpcv.signals import DROP_DEG, THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slumpcv.live.record import StoppedBy
    from slumpcv.live.seen import Seen
    from slumpcv.marks import PhaseSpan
    from slumpcv.terms import PhaseName

# Walked off: up from the chair, or not found, for this long. Lost frames are shorter. [E]
GONE_S = 2.0
# Who is there but was never recognised as sitting has this long. [E]
NEVER_SEATED_S = 10.0
# A slump that the machine has withdrawn was given up, once the person has sat tall for this long. [E]
GIVEN_UP_S = 1.0
# A phase shown for this long is no fidget. [E] The machine marks a head lift only once it is certain.
SURE_S = 2.0
# Who has put the leg down with the back still this far from upright has not sat up.
UPRIGHT_SHARE = 0.5
# A lifted arm takes the shoulder along, which looks like the back. The shoulder moves before the wrist has
# passed it, and until some time after it is below again. [E]
ARM_S = 1.5
# No arm makes a back look bent by more than this; a typical slump is 50 deg (slumpcv.signals). [E]
ARM_MOST_DEG = 30.0
TALL = ("BASELINE", "RECOVERY")


class Progress:
    """What has been done since the guide began.

    Attributes
    ----------
    done : phases of this test that the machine shows; some may be withdrawn again.
    furthest : index of the furthest step done; -1 for none.
    at_rest : whether back, head and knee rest.
    sure : whether the furthest step is no fidget, as far as can be known.
    still_since_s : since when the present phase is held; NaN without a phase.
    """

    def __init__(self) -> None:
        self.done: frozenset[PhaseName] = frozenset()
        self.furthest = -1
        self.at_rest = self.sure = False
        self.still_since_s = math.nan
        self._from_s = math.nan
        self._tries_until_s = -math.inf
        self._from_back, self._furthest_back = math.nan, -math.inf
        self._gone_since_s = math.nan
        self._got_up = self._seated = False
        self._tall_again_s = math.nan
        self._kept = False
        self._shown_since: tuple[int, float] = (-1, math.nan)
        self._spans: tuple[PhaseSpan, ...] = ()
        self._arm_s: tuple[float, float] | None = None
        self._back_before = math.nan

    def update(self, seen: Seen, *, at: int = 0) -> None:
        """Take in the next frame.

        Parameters
        ----------
        seen : the frame; time increases.
        at : index of the step that the guide is at; at the first one a raised arm is no slump.
        """
        if math.isnan(self._from_s):
            self._from_s = seen.time_s
        self._note_gone(seen)
        self._note_arm(seen, at)
        self._spans = self._undoubted(self._of_this_test(seen.spans), seen)
        self.done = frozenset(span.phase for span in self._spans)
        if seen.stage is Stage.AWAY:
            self.done -= {"BASELINE"}
        self.furthest = max((INDEX[phase] for phase in self.done), default=-1)
        self.at_rest = not seen.moving & RESTING
        if self.furthest != self._shown_since[0]:
            self._shown_since = self.furthest, seen.time_s
        lasts = seen.time_s - self._shown_since[1] >= SURE_S
        self.sure = lasts or self.furthest >= INDEX["HEAD_LIFT"]
        last = self._spans[-1].hold_start_s if self._spans else math.nan
        self.still_since_s = max(last, self._from_s)
        self._note_back(seen)
        upright = seen.stage in (Stage.BASELINE, Stage.RECOVERY) and self.at_rest
        if not upright:
            self._tall_again_s = math.nan
        elif math.isnan(self._tall_again_s):
            self._tall_again_s = seen.time_s

    def _of_this_test(self, spans: tuple[PhaseSpan, ...]) -> tuple[PhaseSpan, ...]:
        """Return the spans since the person last sat tall before the guide began, or an arm came down."""
        first = 0
        for i, span in enumerate(spans):
            if span.phase in TALL and span.start_s <= max(self._from_s, self._tries_until_s):
                first = i
        own = spans[first:]
        if own and own[0].phase == "RECOVERY":
            # Whoever sits tall after an earlier try is at the beginning again.
            own = (replace(own[0], phase="BASELINE"), *own[1:])
        return own

    def _note_arm(self, seen: Seen, at: int) -> None:
        """Note from when to when an arm that went up at rest was last up."""
        if self._arm_s is None:
            if seen.arm_up and at == INDEX["BASELINE"]:
                self._arm_s, self._back_before = (seen.time_s, seen.time_s), back_deg(seen.tall)
            return
        if seen.arm_up:
            self._arm_s = self._arm_s[0], seen.time_s
        way = back_deg(seen.angles) - self._back_before
        down = seen.time_s - self._arm_s[1] > ARM_S
        bent = way > ARM_MOST_DEG and at > INDEX["BASELINE"]  # asked to, whatever the arm does
        if bent or at > INDEX["SLUMP"] or (down and not way <= THRESHOLDS["back"]):
            self._arm_s = None

    def _undoubted(self, spans: tuple[PhaseSpan, ...], seen: Seen) -> tuple[PhaseSpan, ...]:
        """Leave out what may be no more than the arm: the back must be away once that is down again."""
        if self._arm_s is None:
            return spans
        from_s = self._arm_s[0] - ARM_S
        if spans and spans[-1].phase in TALL:
            self._tries_until_s = seen.time_s  # it was the arm, and it is back
        begun = (i for i, span in enumerate(spans) if span.phase not in TALL and span.start_s >= from_s)
        return spans[: next(begun, len(spans))]

    @property
    def phases(self) -> tuple[PhaseSpan, ...]:
        """Return this test's phases, oldest first."""
        return self._spans

    @property
    def loaded_from_s(self) -> float:
        """Return since when the test has been adding up; infinite before that."""
        return next((span.start_s for span in self._spans if span.phase not in TALL), math.inf)

    def gone(self, time_s: float) -> StoppedBy | None:
        """Return how the person has gone away, None while they are there."""
        limit_s = NEVER_SEATED_S if self._got_up and not self._seated else GONE_S
        if math.isnan(self._gone_since_s) or time_s - self._gone_since_s <= limit_s:
            return None
        return "left" if self._got_up else "unseen"

    def sat_up(self, seen: Seen, after_slump: bool) -> StoppedBy | None:
        """Return how the person has stopped, by lowering the leg or sitting up; None when they have not.

        Parameters
        ----------
        seen : the present frame.
        after_slump : whether the slump had been held already; before that, giving it up is trying.
        """
        if "RETURN" in self.done:
            return "leg_down" if self._still_slumped(seen) else "sat_up"
        self._kept = self._kept or (after_slump and "SLUMP" in self.done)
        given_up = seen.time_s - self._tall_again_s >= GIVEN_UP_S  # False while NaN
        return "sat_up" if self._kept and self.furthest <= 0 and given_up else None

    def _note_gone(self, seen: Seen) -> None:
        self._seated = self._seated or seen.stage is not Stage.AWAY
        if seen.found and seen.stage is not Stage.AWAY:
            self._gone_since_s, self._got_up = math.nan, False
            return
        self._got_up = self._got_up or (seen.found and seen.stage is Stage.AWAY)
        if math.isnan(self._gone_since_s):
            self._gone_since_s = seen.time_s

    def _note_back(self, seen: Seen) -> None:
        back = back_deg(seen.angles)
        if seen.stage is Stage.BASELINE:
            self._from_back, self._furthest_back = math.nan, -math.inf
        if math.isnan(self._from_back):
            self._from_back = seen.tall.get("trunk_lean_deg", math.nan)
        if math.isfinite(back):
            self._furthest_back = max(self._furthest_back, back)

    def _still_slumped(self, seen: Seen) -> bool:
        if "KNEE_EXTENSION" not in self.done:
            return False
        way = self._furthest_back - self._from_back
        back = (self._furthest_back - back_deg(seen.angles)) / way if way > 0 else math.nan
        return not back >= UPRIGHT_SHARE  # an unseen back says nothing of sitting up


def back_deg(angles: Mapping[str, float]) -> float:
    """Return where the back is, as the phase machine reads it; NaN when not seen."""
    return angles.get("trunk_lean_deg", math.nan) + DROP_DEG * angles.get("shoulder_drop", math.nan)
