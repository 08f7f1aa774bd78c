"""One step of the guide after the other: cue, wait, hold, ask.

CUE -> WAIT -> HOLD -> ASK -> ANSWER -> (EXPLAIN ->) next step ... -> LEAVING -> OVER
|       |       `-----+---- felt it -> STAY -> the head lift
`-------+-- the phase was withdrawn: wait again
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slumpcv.live.events import Tone
from slumpcv.live.guide_questions import Questions
from slumpcv.live.guide_steps import ADDING, CUE_WITHOUT_LEG, INDEX, RESTING, STEPS, State

if TYPE_CHECKING:
    from slumpcv.answers import AskedPhase
    from slumpcv.live.events import Event
    from slumpcv.live.guide_steps import GuideStep
    from slumpcv.live.marks_live import LiveMarks
    from slumpcv.live.mistakes import Mistakes
    from slumpcv.live.progress import Progress
    from slumpcv.live.seen import Seen
    from slumpcv.live.speech import Speech

# Somebody who is moving gets this much longer than the step's patience, but not more. [E]
MOVING_S = 8.0
# A hold is taken as it is when the person has been restless for this long. [E]
RESTLESS_S = 5.0
# No step takes longer than this, whatever comes and goes. [E]
LONGEST_S = 45.0
# After "stay there" the movement may take this long to end. [E]
STAY_S = 3.0
# These ask for another posture, so the hold counts from when they were said.
CORRECTING = ("mistake_hip_hinge", "mistake_chin")


class Walk:
    """The way through the steps.

    Parameters
    ----------
    speech, marks, mistakes, progress : what is said, marked, done wrong and done.

    Attributes
    ----------
    now_s : time of the latest frame.
    at, state : which step, and what the guide does in it.
    felt : whether the familiar symptom has come up and nothing more is added.
    chin_given_up : whether the chin was asked for in vain.
    done : whether the way was gone to its end.
    """

    def __init__(self, speech: Speech, marks: LiveMarks, mistakes: Mistakes, progress: Progress) -> None:
        self._speech = speech
        self._marks = marks
        self._mistakes = mistakes
        self._progress = progress
        self.now_s = 0.0
        self.at = 0
        self.state = State.CUE
        self._questions = Questions(speech, marks)
        self.felt = self.chin_given_up = self.done = False
        self._loaded_s = math.inf
        self._stay_key: str | None = None
        self._enter(0)

    @property
    def heard(self) -> dict[AskedPhase, bool]:
        """Return the answers to the questions asked aloud."""
        return self._questions.heard

    @property
    def step(self) -> GuideStep:
        """Return the present step."""
        return STEPS[self.at]

    @property
    def held_s(self) -> float:
        """Return for how long the present posture has been held."""
        if not self._progress.at_rest:
            return 0.0
        return max(self.now_s - max(self._progress.still_since_s, self._hold_floor_s), 0.0)

    @property
    def slump_was_held(self) -> bool:
        """Return whether a slump that is given up now was more than a try."""
        asking = self.state in (State.ASK, State.ANSWER)
        return self.at > INDEX["SLUMP"] or (self.at == INDEX["SLUMP"] and asking)

    def begin_anew(self) -> None:
        """Go back to the first step."""
        self._enter(0)

    def catch_up(self) -> None:
        """Follow a person who is ahead of the cues."""
        ahead = self._progress.furthest
        if ahead <= self.at or not self._progress.sure or (self.felt and ahead < INDEX["HEAD_LIFT"]):
            return
        if self.state is State.ANSWER and self._speech.free(self.now_s):
            self._questions.silence(self.step)
        self._enter(ahead, cued=True)

    def note_felt(self) -> None:
        """Add nothing more once the familiar symptom has come up."""
        self._loaded_s = min(self._loaded_s, self._progress.loaded_from_s)
        if self._marks.any and self._loaded_s == math.inf:
            self._questions.felt_at_rest = True
        if not self.felt and self.step.phase in ADDING and self._marks.since(self._loaded_s):
            self._stop_adding()

    def note_yes(self) -> None:
        """Take a mark as the answer when a question was asked."""
        if self.state is State.ANSWER and self._questions.answered:
            self._hear(yes=True)
        else:
            self._questions.late()

    def run(self, seen: Seen) -> list[Event]:
        """Do what the frame calls for."""
        events: list[Event] = []
        if self.state in (State.WAIT, State.HOLD) and self._speech.free(self.now_s):
            events += self._correct()
        for _ in State:
            before = self.state, self.at
            events += getattr(self, f"_{self.state.name.lower()}")(seen)
            if (self.state, self.at) == before:
                break
        return events

    def finish(self) -> list[Event]:
        """Say that all is done, once nothing else is being said."""
        if not self._speech.free(self.now_s):
            return []
        self.at, self.done, self.state = INDEX["RETURN"], True, State.LEAVING
        return [*self._speech.say(self.now_s, "done"), Tone("done")]

    # --- from step to step --------------------------------------------------------------------

    def _enter(self, at: int, *, cued: bool = False) -> None:
        """Go to a step; one that was reached without its cue is not cued any more."""
        self.at = at
        self.state = State.WAIT if cued else State.CUE
        self._cued = self._repeated = self._explained = False
        self._entered_s = self.now_s
        self._wait_from_s = self._hold_floor_s = self._hold_entered_s = self.now_s

    def _stop_adding(self) -> None:
        self.felt, self.state = True, State.STAY
        self._stay_key = "felt" if self._progress.at_rest else "felt_stay"
        self._wait_from_s = self.now_s

    def _hear(self, *, yes: bool) -> None:
        """Keep the answer of this step and go on."""
        self._questions.hear(self.step, yes=yes)
        if yes and self.step.phase in ADDING:
            self._stop_adding()
        elif self.step.phase == "BASELINE":
            self.state = State.EXPLAIN
        else:
            self._enter(self.at + 1)

    def _speak_and_wait(self, key: str) -> list[Event]:
        events = self._speech.say(self.now_s, key)
        self._wait_from_s = self._speech.ends_s
        return events

    def _correct(self) -> list[Event]:
        """Say what goes wrong."""
        key = self._mistakes.due(self.now_s)
        if key is None:
            return []
        events = self._speak_and_wait(key)
        if key in CORRECTING:
            self._hold_floor_s = self._speech.ends_s
        return events

    def _begun(self) -> bool:
        return self.step.phase in self._progress.done

    def _reached(self) -> bool:
        sat_up = self.step.phase != "RETURN" or "RECOVERY" in self._progress.done
        return self._begun() and self._progress.at_rest and sat_up

    def _overdue(self) -> bool:
        return self.now_s - self._entered_s > LONGEST_S

    # --- the states ---------------------------------------------------------------------------

    def _cue(self, _: Seen) -> list[Event]:
        if self._begun() and self.step.phase != "BASELINE":
            self.state, self._wait_from_s = State.WAIT, self.now_s
            return []
        if not self._speech.free(self.now_s):
            return []
        self.state, self._cued = State.WAIT, True
        # Who felt it early has no leg to lower.
        leg_down = self.felt and "KNEE_EXTENSION" not in self._progress.done
        bare = self.step.phase == "RETURN" and leg_down
        return self._speak_and_wait(CUE_WITHOUT_LEG if bare else self.step.cue)

    def _wait(self, seen: Seen) -> list[Event]:
        waited_s = self.now_s - self._wait_from_s
        if self._begun() and self.step.phase != "RETURN":
            if self._reached() or waited_s > self.step.patience_s + MOVING_S or self._overdue():
                self.state, self._hold_entered_s = State.HOLD, self.now_s
            return []
        if self._reached():
            return self.finish()
        if not self._begun() and not self._cued:
            self.state = State.CUE
            return []
        return self._be_patient(seen, waited_s)

    def _be_patient(self, seen: Seen, waited_s: float) -> list[Event]:
        """Say it once more, in other words, when the phase does not begin; then go on without."""
        patience_s = self.step.patience_s + (MOVING_S if seen.moving & RESTING else 0.0)
        overdue = self._overdue()
        if (waited_s <= patience_s and not overdue) or not self._speech.free(self.now_s):
            return []
        if self._repeated or overdue:
            return self._give_up()
        self._repeated = True
        return self._speak_and_wait(self.step.repeat)

    def _give_up(self) -> list[Event]:
        said = self._speech.say(self.now_s, self.step.give_up) if self.step.give_up else []
        self.chin_given_up = self.chin_given_up or self.step.phase == "NECK_FLEXION"
        if self.step.phase == "RETURN":
            return said + self.finish()
        if self.step.phase == "KNEE_EXTENSION":
            # Where the leg is, is its limit: asked there, and on to the head lift.
            self.state = State.ASK
        else:
            self._enter(self.at + 1)
        return said

    def _hold(self, _: Seen) -> list[Event]:
        if not self._begun():
            self._wait_from_s = self.now_s
            self.state = State.WAIT if self._cued else State.CUE
            return []
        restless = self.now_s - self._hold_entered_s > self.step.hold_s + RESTLESS_S
        if self.held_s < self.step.hold_s and not restless and not self._overdue():
            return []
        self.state = State.ASK
        return [Tone("hold")]

    def _ask(self, _: Seen) -> list[Event]:
        if self.step.phase == "BASELINE" and self._marks.open:
            self._hear(yes=True)
            return []
        if not self._speech.free(self.now_s):
            return []
        self.state = State.ANSWER
        return self._questions.ask(self.now_s, self.step)

    def _answer(self, _: Seen) -> list[Event]:
        self.note_yes()
        if self.state is State.ANSWER and self.now_s >= self._speech.ends_s + self.step.listen_s:
            # A hand that has been up all the time says that it is still felt, not that it grew.
            yes = self._marks.open and self._questions.key(self.step) != "ask_more"
            if not yes:
                self._questions.silence(self.step)
            self._hear(yes=yes)
        return []

    def _explain(self, _: Seen) -> list[Event]:
        """Say at rest, where there is time, what need not be said any more in the slump."""
        if not self._speech.free(self.now_s):
            return []
        if self._explained:
            self._enter(self.at + 1)
            return []
        self._explained = True
        return self._speech.say(self.now_s, "explain")

    def _stay(self, _: Seen) -> list[Event]:
        """Stop the movement, then go to the head lift."""
        if self._stay_key is not None:
            if not self._speech.free(self.now_s):
                return []
            key, self._stay_key = self._stay_key, None
            return self._speak_and_wait(key)
        if self._progress.at_rest or self.now_s - self._wait_from_s > STAY_S:
            self._enter(INDEX["HEAD_LIFT"])
        return []

    def _leaving(self, _: Seen) -> list[Event]:
        if self._speech.free(self.now_s):
            self.state = State.OVER
        return []

    def _over(self, _: Seen) -> list[Event]:
        return []
