"""The guide: leads through the test by voice, at the person's own pace.

Each step is cued, waited for, held and asked about::

    CUE -> WAIT -> HOLD -> ASK -> ANSWER -> next step ... -> LEAVING -> OVER
             |       |       `-----+---- felt it -> STAY -> the head lift
             `-------+-- the phase was withdrawn: wait again

Whoever is ahead of the cue is not asked for what is done already. What is said, and when, follows
from the frames alone: the guide has no clock of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Literal

from slumpcv.live.events import Tone
from slumpcv.live.guide_steps import ADDING, ASKED, CUE_WITHOUT_LEG, INDEX, RESTING, STEPS
from slumpcv.live.marks_live import LiveMarks
from slumpcv.live.mistakes import Mistakes
from slumpcv.live.progress import Progress
from slumpcv.live.record import GuidedTest, LivePhase
from slumpcv.live.speech import Speech

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.answers import AskedPhase
    from slumpcv.live.events import Event
    from slumpcv.live.guide_steps import GuideStep
    from slumpcv.live.record import MarkedBy, StoppedBy
    from slumpcv.live.seen import Seen
    from slumpcv.terms import PhaseName, Side

# Silence for this long after the question is a no. [E]
ANSWER_S = 3.0
# Somebody who is moving gets this much longer than the step's patience, but not more. [E]
MOVING_S = 8.0
# A hold is taken as it is when the person has been restless for this long. [E]
RESTLESS_S = 5.0
# After "stay there" the movement may take this long to end. [E]
STAY_S = 3.0
# These ask for another posture, so the hold counts from when they were said.
CORRECTING = ("mistake_hip_hinge", "mistake_chin")


class State(Enum):
    """What the guide is doing within a step."""

    CUE = auto()
    WAIT = auto()
    HOLD = auto()
    ASK = auto()
    ANSWER = auto()
    STAY = auto()
    LEAVING = auto()
    OVER = auto()


@dataclass(frozen=True)
class GuideView:
    """What the screen shows.

    Attributes
    ----------
    step : where in the test the guide is.
    title : key of the big words in the catalogue ``say``.
    hold : share of the hold done, 0 to 1.
    asking : whether a question waits for an answer.
    marking : whether the person shows a symptom now.
    over : whether all is said.
    """

    step: PhaseName | None
    title: str
    hold: float
    asking: bool
    marking: bool
    over: bool


class Guide:
    """Leads one test of one leg.

    Parameters
    ----------
    side : the tested leg.
    seconds_of : how long a prompt takes to speak, in seconds.
    """

    def __init__(self, side: Side, seconds_of: Callable[[str], float]) -> None:
        self._side: Side = side
        self._speech = Speech(seconds_of)
        self._marks = LiveMarks()
        self._mistakes = Mistakes()
        self._progress = Progress()
        self._heard: dict[AskedPhase, bool] = {}
        self._now_s = 0.0
        self._at = 0
        self._stopped: tuple[StoppedBy, PhaseName] | None = None
        self._done = False
        self._felt = False
        self._at_rest = False
        self._loaded_s = math.inf
        self._chin_given_up = False
        self._enter(0)

    # --- what the coach calls -----------------------------------------------------------------

    def step(self, seen: Seen) -> list[Event]:
        """Take in the next frame, whose time is later than the one before; return what to do."""
        if self._state is State.OVER:
            return []
        self._now_s = max(self._now_s, seen.time_s)
        self._progress.update(seen)
        events = self._hand(seen)
        if self._state is not State.LEAVING:
            events += self._guard(seen)
        if self._state is not State.LEAVING:
            self._mistakes.watch(
                seen, self._step.phase, self._progress, chin_given_up=self._chin_given_up or self._felt
            )
            self._catch_up()
            self._note_felt()
        return events + self._run(seen)

    def press(self, time_s: float, by: MarkedBy) -> list[Event]:
        """Note that the person shows a symptom from now on."""
        if self._state is State.OVER:
            return []
        events = self._marks.press(max(time_s, 0.0), by)
        if self._answered_yes():
            self._hear(yes=True)
        return events

    def release(self, time_s: float, by: MarkedBy) -> list[Event]:
        """Note that the person has let go."""
        return [] if self._state is State.OVER else self._marks.release(max(time_s, 0.0), by)

    def stop(self, time_s: float, by: StoppedBy) -> list[Event]:
        """End the test at once; the exit order is spoken over anything else."""
        if self._state in (State.LEAVING, State.OVER):
            return []
        self._now_s = max(self._now_s, time_s)
        self._stopped = by, self._step.phase
        self._state = State.LEAVING
        return self._speech.say(self._now_s, "stop")

    def spoken(self, time_s: float) -> None:
        """Correct when the present prompt has ended."""
        self._speech.spoken(time_s)

    @property
    def view(self) -> GuideView:
        """Return what the screen shows."""
        return GuideView(
            step=None if self._state is State.OVER else self._step.phase,
            title=self._title(),
            hold=self._hold_share(),
            asking=self._state is State.ANSWER,
            marking=self._marks.open,
            over=self._state is State.OVER,
        )

    def record(
        self, status_if_running: Literal["done", "stopped", "interrupted"] = "interrupted"
    ) -> GuidedTest:
        """Return what is known of the test so far.

        Parameters
        ----------
        status_if_running : what a test is called that neither ended nor was stopped.
        """
        by, where = self._stopped or (None, None)
        status = "stopped" if self._stopped else "done" if self._done else status_if_running
        return GuidedTest(
            side=self._side,
            status=status,
            duration_s=self._now_s,
            stopped_by=by,
            stopped_in=where,
            marks=self._marks.all(),
            heard=dict(self._heard),
            said=tuple(self._speech.said),
            phases=tuple(LivePhase(phase=s.phase, start_s=s.start_s) for s in self._progress.phases),
        )

    # --- before each step ---------------------------------------------------------------------

    @property
    def _step(self) -> GuideStep:
        return STEPS[self._at]

    def _enter(self, at: int, *, cued: bool = False) -> None:
        """Go to a step; one that was reached without its cue is not cued any more."""
        self._at = at
        self._state = State.WAIT if cued else State.CUE
        self._cued = self._repeated = False
        self._wait_from_s = self._hold_floor_s = self._hold_entered_s = self._asked_s = self._now_s

    def _hand(self, seen: Seen) -> list[Event]:
        return self.press(seen.time_s, "hand") if seen.hand_up else self.release(seen.time_s, "hand")

    def _guard(self, seen: Seen) -> list[Event]:
        """End the test when the person has ended it."""
        obeyed = "HEAD_LIFT" in self._progress.done or self._at >= INDEX["RETURN"]
        if by := self._progress.gone(self._now_s):
            if not obeyed:
                return self.stop(self._now_s, by)
            return self._finish() if self._speech.free(self._now_s) else []
        if not obeyed and (by := self._progress.sat_up(seen, self._at > INDEX["SLUMP"])):
            return self.stop(self._now_s, by)
        return []

    def _catch_up(self) -> None:
        """Follow a person who is ahead."""
        ahead = self._progress.furthest
        if ahead <= self._at or (self._felt and ahead < INDEX["HEAD_LIFT"]):
            return
        if self._state is State.ANSWER and self._speech.free(self._now_s):
            self._hear(yes=False)
        self._enter(ahead, cued=True)

    def _note_felt(self) -> None:
        """Go to the head lift when the familiar symptom comes up."""
        self._loaded_s = min(self._loaded_s, self._progress.loaded_from_s)
        self._at_rest = self._at_rest or (self._marks.any and self._loaded_s == math.inf)
        if not self._felt and self._step.phase in ADDING and self._marks.since(self._loaded_s):
            self._stop_adding(still=self._progress.at_rest)

    def _stop_adding(self, *, still: bool) -> None:
        self._felt = True
        self._state = State.STAY
        self._wait_from_s = self._now_s
        self._stay_key: str | None = "felt" if still else "felt_stay"

    # --- one step -----------------------------------------------------------------------------

    def _run(self, seen: Seen) -> list[Event]:
        events: list[Event] = []
        if self._state in (State.WAIT, State.HOLD) and self._speech.free(self._now_s):
            events += self._correct()
        for _ in State:
            before = self._state, self._at
            events += getattr(self, f"_{self._state.name.lower()}")(seen)
            if (self._state, self._at) == before:
                break
        return events

    def _correct(self) -> list[Event]:
        """Say what goes wrong."""
        key = self._mistakes.due(self._now_s)
        if key is None:
            return []
        events = self._speech.say(self._now_s, key)
        self._wait_from_s = max(self._wait_from_s, self._speech.ends_s)
        if key in CORRECTING:
            self._hold_floor_s = self._speech.ends_s
        return events

    def _begun(self) -> bool:
        return self._step.phase in self._progress.done

    def _reached(self) -> bool:
        sat_up = self._step.phase != "RETURN" or "RECOVERY" in self._progress.done
        return self._begun() and self._progress.at_rest and sat_up

    def _cue(self, _: Seen) -> list[Event]:
        if self._begun() and self._step.phase != "BASELINE":
            self._enter(self._at, cued=True)
            return []
        if not self._speech.free(self._now_s):
            return []
        self._state, self._cued = State.WAIT, True
        leg_up = not self._felt or "KNEE_EXTENSION" in self._progress.done
        bare = self._step.phase == "RETURN" and not leg_up
        return self._speak_and_wait(CUE_WITHOUT_LEG if bare else self._step.cue)

    def _speak_and_wait(self, key: str) -> list[Event]:
        events = self._speech.say(self._now_s, key)
        self._wait_from_s = self._speech.ends_s
        return events

    def _wait(self, seen: Seen) -> list[Event]:
        waited_s = self._now_s - self._wait_from_s
        if self._begun() and self._step.phase != "RETURN":
            if self._reached() or waited_s > self._step.patience_s + MOVING_S:
                self._state, self._hold_entered_s = State.HOLD, self._now_s
            return []
        if self._reached():
            return self._finish() if self._speech.free(self._now_s) else []
        if not self._begun() and not self._cued:
            self._state = State.CUE
            return []
        return self._be_patient(seen, waited_s)

    def _be_patient(self, seen: Seen, waited_s: float) -> list[Event]:
        """Say it once more, in other words, when the phase does not begin; then go on without."""
        patience_s = self._step.patience_s + (MOVING_S if seen.moving & RESTING else 0.0)
        if waited_s <= patience_s or not self._speech.free(self._now_s):
            return []
        if self._repeated:
            return self._give_up()
        self._repeated = True
        return self._speak_and_wait(self._step.repeat)

    def _give_up(self) -> list[Event]:
        """Go on without having seen the phase."""
        said = self._speech.say(self._now_s, self._step.give_up) if self._step.give_up else []
        self._chin_given_up = self._chin_given_up or self._step.phase == "NECK_FLEXION"
        if self._step.phase == "RETURN":
            return said + self._finish()
        if self._step.phase == "KNEE_EXTENSION":
            self._state = State.ASK
        else:
            self._enter(self._at + 1)
        return said

    def _hold(self, _: Seen) -> list[Event]:
        if not self._begun():
            self._wait_from_s = self._now_s
            self._state = State.WAIT if self._cued else State.CUE
            return []
        restless = self._now_s - self._hold_entered_s > self._step.hold_s + RESTLESS_S
        if self._held_s() < self._step.hold_s and not restless:
            return []
        self._state = State.ASK
        return [Tone("hold")]

    def _held_s(self) -> float:
        """Return for how long the present posture has been held."""
        if not self._progress.at_rest:
            return 0.0
        return max(self._now_s - max(self._progress.still_since_s, self._hold_floor_s), 0.0)

    def _ask(self, _: Seen) -> list[Event]:
        if self._step.phase == "BASELINE" and self._marks.open:
            self._hear(yes=True)
            return []
        if not self._speech.free(self._now_s):
            return []
        self._state, self._asked_s = State.ANSWER, self._now_s
        return self._speech.say(self._now_s, self._question())

    def _question(self) -> str:
        if self._step.phase == "HEAD_LIFT" and self._marks.any:
            return "ask_still"
        if self._step.phase not in ADDING:
            return "ask_symptom"
        if self._at_rest:
            return "ask_more"
        # Short once the question is known, since every second is spent in the slump.
        return "ask_symptom" if self._step.phase == "SLUMP" else "ask_again"

    def _answered_yes(self) -> bool:
        return self._state is State.ANSWER and self._marks.since(self._asked_s)

    def _answer(self, _: Seen) -> list[Event]:
        if self._answered_yes():
            self._hear(yes=True)
        elif self._now_s >= self._speech.ends_s + ANSWER_S:
            # A hand that has been up all the time says that it is still felt, not that it grew.
            self._hear(yes=self._marks.open and self._question() != "ask_more")
        return []

    def _hear(self, *, yes: bool) -> None:
        """Keep the answer of this step and go on."""
        self._heard[ASKED[self._step.phase]] = yes
        if yes and self._step.phase in ADDING:
            self._stop_adding(still=self._progress.at_rest)
        else:
            self._enter(self._at + 1)

    def _stay(self, _: Seen) -> list[Event]:
        """Stop the movement, then go to the head lift."""
        if self._stay_key is not None:
            if not self._speech.free(self._now_s):
                return []
            key, self._stay_key = self._stay_key, None
            return self._speak_and_wait(key)
        if self._progress.at_rest or self._now_s - self._wait_from_s > STAY_S:
            self._enter(INDEX["HEAD_LIFT"])
        return []

    def _finish(self) -> list[Event]:
        """Say that all is done."""
        self._at, self._done, self._state = INDEX["RETURN"], True, State.LEAVING
        return [*self._speech.say(self._now_s, "done"), Tone("done")]

    def _leaving(self, _: Seen) -> list[Event]:
        if self._speech.free(self._now_s):
            self._state = State.OVER
        return []

    def _over(self, _: Seen) -> list[Event]:
        return []

    # --- what is shown ------------------------------------------------------------------------

    def _title(self) -> str:
        if self._state in (State.LEAVING, State.OVER):
            return "title_stop" if self._stopped else "title_done"
        if self._state in (State.ASK, State.ANSWER):
            return "title_ask"
        return "title_hold" if self._state in (State.HOLD, State.STAY) else self._step.title

    def _hold_share(self) -> float:
        if self._state is not State.HOLD or self._step.hold_s == 0.0:
            return 0.0
        return min(self._held_s() / self._step.hold_s, 1.0)
