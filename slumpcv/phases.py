"""The slump test as a state machine, fed one frame at a time.

    AWAY -> BASELINE -> LOADING -> LIFTED -> RETURN -> RECOVERY -> (LOADING of a repetition)

LOADING holds SLUMP, NECK_FLEXION, KNEE_EXTENSION and DORSIFLEXION, in whatever order they
come. Each signal (back, head, knee, ankle) has a detector that reports when a movement
starts and when it ends; the machine only decides what a movement means. A phase is marked
at its first movement, so marks lie a little in the past when they are made. A mark is
withdrawn when its movement proves a fidget: when it was small, or soon taken back. The
diagram is in docs/architecture.md.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from slumpcv.marks import Marks, PhaseSpan, Stage
from slumpcv.signals import CHIN_DEG, KNEE_STEP_DEG, LEAST_STEP_DEG, LOADING_SIGN, Part, Sample, Signals

if TYPE_CHECKING:
    from slumpcv.motion import Movement
    from slumpcv.terms import PhaseName

__all__ = ["PhaseMachine", "PhaseSpan", "Sample", "Stage"]

# Sitting still for this long is a baseline.
BASELINE_S = 0.5
# Not seated for this long is having got up; a lost frame or two are not.
AWAY_S = 0.5
# A head that comes up less than this has not been lifted, for the same reason as CHIN_DEG.
HEAD_LIFT_DEG = 12.0
# A head that flexes less than this after a lift has not gone down again.
HEAD_AGAIN_DEG = 15.0
# Who moves more slowly than this is sinking, as people do while they hold still.
SINKING_DEG_PER_S = 3.0
# Toes may start up this much before the knee has quite come to rest.
ANKLE_EARLY_S = 0.3
# Share of the way back to the baseline from which leg and back are returning, and are back.
RETURNING_SHARE = 0.6
RETURNED_SHARE = 0.7
# A slump given up before this long was a fidget, or the way to stand up.
FIDGET_S = 3.0


class PhaseMachine:
    """Segments a slump test into phases; the same object live and offline."""

    def __init__(self) -> None:
        self._away = True
        self._marks = Marks()
        self._time_s = math.nan
        self._unseated_since_s = math.nan
        self._reset_body()

    def _reset_body(self) -> None:
        self._signals = Signals()
        self._still_since_s = math.nan
        self._undoing: dict[Part, Movement] = {}
        self._chin: Movement | None = None
        self._slumped_s = math.nan

    @property
    def stage(self) -> Stage:
        """Return where in the test the person is."""
        return Stage.AWAY if self._away else self._marks.stage

    @property
    def phase(self) -> PhaseName | None:
        """Return the phase that the person is in, as far as it is known by now."""
        return self._marks.last.phase if self._marks else None

    @property
    def moving(self) -> frozenset[Part]:
        """Return which parts are seen to move."""
        return frozenset(part for part in LOADING_SIGN if self._signals.moving(part))

    def step(self, sample: Sample) -> None:
        """Feed the next frame; time must increase."""
        self._time_s = sample.time_s
        if self._left_seat(sample):
            return
        if self._away:
            if not sample.seated:
                return
            self._reset_body()
            self._away = False
        events = self._signals.step(sample.time_s, sample.signals())
        if self.stage in (Stage.BASELINE, Stage.RECOVERY):
            self._settle(sample.time_s)
        for part, movement in events:
            if self._marks:
                self._on_movement(part, movement)
        self._judge_undoing()
        self._finish_return()

    def spans(self) -> list[PhaseSpan]:
        """Return all phases so far; the last one ends with the last frame."""
        return self._marks.spans(self._time_s)

    # --- sitting down, sitting still, getting up -------------------------------------------

    def _left_seat(self, sample: Sample) -> bool:
        """Close the phases when the person has got up; return whether they are up."""
        if sample.seated is False:
            if math.isnan(self._unseated_since_s):
                self._unseated_since_s = sample.time_s
            if sample.time_s - self._unseated_since_s >= AWAY_S and not self._away:
                self._close()
        elif sample.seated:
            self._unseated_since_s = math.nan
        return sample.seated is False

    def _close(self) -> None:
        """End all phases; leaning forward to get up was no slump."""
        begun = self._marks.loading()
        if begun and self._unseated_since_s - begun[0].start_s < FIDGET_S:
            self._marks.withdraw(begun[0])
        self._marks.close(self._unseated_since_s)
        self._away = True

    def _settle(self, time_s: float) -> None:
        """Wait for stillness; then remember how tall the person sits."""
        if self._signals.moving("back", "head"):
            self._still_since_s = math.nan
            return
        if math.isnan(self._still_since_s):
            self._still_since_s = time_s
        if time_s - self._still_since_s < BASELINE_S:
            return
        if not self._marks:
            self._marks.add("BASELINE", self._still_since_s)
        self._signals.sits_tall()

    # --- what a movement means -------------------------------------------------------------

    def _on_movement(self, part: Part, movement: Movement) -> None:
        if self._marks.last.was_begun_in_vain(part, movement):
            self._marks.withdraw(self._marks.last)
        elif LOADING_SIGN[part] * movement.change > 0:
            self._note_rest(part, movement)
            if self.stage is not Stage.RETURN:
                getattr(self, f"_on_{part}")(movement)
        elif self.stage not in (Stage.LOADING, Stage.LIFTED):
            self._note_rest(part, movement)
            if part == "head":
                self._chin = None
        elif part != "ankle":
            self._undoing[part] = movement
            if not movement.running:
                self._withdraw_fidget(part)

    def _note_rest(self, part: Part, movement: Movement) -> None:
        if part != "ankle" and movement.speed >= SINKING_DEG_PER_S:
            self._marks.settled(movement.end_s)

    def _on_back(self, movement: Movement) -> None:
        if not movement.running:
            self._slumped_s = movement.end_s
        elif not self._did("SLUMP"):
            head = self._chin or self._signals.current("head")
            together = head is not None and head.change > 0
            start_s = min(movement.start_s, head.start_s) if together and head else movement.start_s
            self._load("SLUMP", start_s, movement)
            self._chin, self._slumped_s = None, math.nan

    def _on_head(self, movement: Movement) -> None:
        if self.stage is Stage.LIFTED:
            if not movement.running and movement.change >= HEAD_AGAIN_DEG:
                self._load("NECK_FLEXION", movement.start_s, movement)
        elif self._did("NECK_FLEXION"):
            self._replace_joined_chin(movement)
        elif self._did("SLUMP"):
            if self._is_chin_after_slump(movement):
                self._load("NECK_FLEXION", movement.start_s, movement)
        elif movement.running:
            self._chin = movement
        elif self._chin is not None:
            # The chin came down and the back did not follow: chin before slump.
            if movement.change >= CHIN_DEG:
                self._load("NECK_FLEXION", movement.start_s, movement)
            self._chin = None

    def _is_chin_after_slump(self, movement: Movement) -> bool:
        """Return whether the head moves on its own, and is not carried along by the slump."""
        if movement.running:
            return self._signals.current("back") is None
        slump = self._marks.find("SLUMP")
        assert slump is not None
        late = movement.start_s > (slump.start_s + self._slumped_s) / 2
        return late and movement.change >= CHIN_DEG

    def _replace_joined_chin(self, movement: Movement) -> None:
        """Put the neck flexion where the chin really came down, when it had only been inferred."""
        chin = self._marks.find("NECK_FLEXION")
        if chin and chin.joined and not movement.running and movement.change >= HEAD_AGAIN_DEG:
            self._marks.remove(chin)
            self._load("NECK_FLEXION", movement.start_s, movement)

    def _on_knee(self, movement: Movement) -> None:
        if movement.running and not self._did("KNEE_EXTENSION") and self.stage is not Stage.LIFTED:
            self._join_chin(movement.start_s)
            self._load("KNEE_EXTENSION", movement.start_s, movement)

    def _on_ankle(self, movement: Movement) -> None:
        """Mark toes up: only a completed movement of a leg that is up and still."""
        head = self._signals.current("head")
        lifting = head is not None and head.change <= -HEAD_LIFT_DEG
        steady = self.phase == "KNEE_EXTENSION" and not self._signals.moving("knee") and not lifting
        early_s = self._marks.last.still_s - ANKLE_EARLY_S
        if not movement.running and steady and movement.start_s > early_s:
            self._load("DORSIFLEXION", movement.start_s, movement)
            self._marks.settled(movement.end_s)

    def _join_chin(self, before_s: float) -> None:
        """Give slump and chin in one movement a neck flexion: from when the back was down."""
        down_s = self._marks.last.still_s
        flexed = self._signals.reached("head") >= HEAD_AGAIN_DEG
        if self.phase == "SLUMP" and not self._did("NECK_FLEXION") and flexed and down_s < before_s:
            self._marks.add("NECK_FLEXION", down_s).joined = True

    def _withdraw_fidget(self, part: Part) -> None:
        """Take back the present phase when its own movement stayed small and is undone."""
        mark = self._marks.last
        reached_deg = self._signals.reached(part, mark.from_level)
        if mark.part == part and reached_deg < LEAST_STEP_DEG.get(part, 0.0):
            self._marks.withdraw(mark)

    # --- undoing: head lift or return ------------------------------------------------------

    def _judge_undoing(self) -> None:
        """Decide what the movements back mean, once they are over or far enough."""
        if self.stage not in (Stage.LOADING, Stage.LIFTED):
            self._undoing.clear()
            return
        self._signals.reach()
        if not self._undoing:
            return
        if self._returning():
            self._begin_return(min(m.start_s for m in self._undoing.values()))
        elif not self._signals.moving(*self._undoing):
            head = self._undoing.get("head")
            if head is not None and head.change <= -HEAD_LIFT_DEG and self.stage is Stage.LOADING:
                self._lift_head(head.start_s)
            for part, movement in self._undoing.items():
                self._note_rest(part, replace(movement, end_s=self._time_s) if movement.running else movement)
        else:
            return
        self._undoing.clear()

    def _lift_head(self, start_s: float) -> None:
        if not (self._did("SLUMP") or self._did("KNEE_EXTENSION")):
            # Looked down and up again, sitting tall.
            self._marks.withdraw(self._marks.loading()[0])
            return
        self._join_chin(start_s)
        self._marks.add("HEAD_LIFT", start_s)

    def _returning(self) -> bool:
        body, lifted = self._signals, self.stage is Stage.LIFTED
        if not (body.seen("back") or body.seen("knee")):
            return False
        back, knee = body.way_back("back"), body.way_back("knee")
        if self._did("KNEE_EXTENSION") and body.reached("knee") >= KNEE_STEP_DEG:
            both = knee >= RETURNING_SHARE and back >= RETURNING_SHARE
            leg_first = knee >= RETURNED_SHARE and ("head" not in self._undoing or lifted)
            return both or leg_first
        return back >= RETURNED_SHARE and (lifted or body.is_back("head", RETURNED_SHARE))

    def _begin_return(self, start_s: float) -> None:
        first = self._marks.loading()[0]
        only_slumped = not self._did("KNEE_EXTENSION") and self.stage is Stage.LOADING
        if only_slumped and start_s - first.start_s < FIDGET_S:
            self._marks.withdraw(first)
            return
        self._marks.add("RETURN", start_s)

    def _finish_return(self) -> None:
        if self.stage is not Stage.RETURN or self._signals.moving("back", "head", "knee"):
            return
        if all(self._signals.is_back(part, RETURNED_SHARE) for part in ("back", "knee")):
            self._marks.add("RECOVERY", self._marks.last.still_s)
            self._signals.start_over()
            self._still_since_s = math.nan

    # --- marks -----------------------------------------------------------------------------

    def _did(self, phase: PhaseName) -> bool:
        """Return whether this repetition has had a phase."""
        return self._marks.find(phase) is not None

    def _load(self, phase: PhaseName, start_s: float, movement: Movement) -> None:
        if self.stage is Stage.RECOVERY:
            self._marks.repetition += 1
        self._marks.add(phase, start_s, movement.from_level)
