"""The guide: leads through the test by voice, at the person's own pace.

Each step is cued, waited for, held and asked about (:mod:`slumpcv.live.guide_walk`). Whoever is ahead
of the cue is not asked for what is done already; who sits up, puts the leg down or walks off before the
head lift ends the test. What is said, and when, follows from the frames alone: the guide has no clock
of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slumpcv.live.guide_steps import INDEX, State
from slumpcv.live.guide_walk import Walk
from slumpcv.live.marks_live import LiveMarks
from slumpcv.live.mistakes import Mistakes
from slumpcv.live.progress import Progress
from slumpcv.live.record import GuidedTest, LivePhase
from slumpcv.live.speech import Speech

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.live.events import Event
    from slumpcv.live.record import MarkedBy, StoppedBy
    from slumpcv.live.seen import Seen
    from slumpcv.terms import PhaseName, Side

Status = Literal["done", "stopped", "interrupted"]

# No picture for this long: the page was hidden, the computer slept. Nobody knows what the person did
# meanwhile, or for how long they have been bent. [E]
UNWATCHED_S = 5.0


@dataclass(frozen=True)
class GuideView:
    """What the screen shows.

    Attributes
    ----------
    step : where in the test the guide is; None when all is over.
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
    quiet_until_s : when a prompt of before the test ends, in the test's time.
    """

    def __init__(self, side: Side, seconds_of: Callable[[str], float], quiet_until_s: float = 0.0) -> None:
        self._side: Side = side
        self._speech = Speech(seconds_of, quiet_until_s)
        self._marks = LiveMarks()
        self._mistakes = Mistakes()
        self._progress = Progress()
        self._walk = Walk(self._speech, self._marks, self._mistakes, self._progress)
        self._stopped: tuple[StoppedBy, PhaseName] | None = None

    @property
    def _ending(self) -> bool:
        return self._walk.state in (State.LEAVING, State.OVER)

    def step(self, seen: Seen) -> list[Event]:
        """Take in the next frame, whose time is later than the one before; return what to do."""
        walk = self._walk
        if walk.state is State.OVER:
            return []
        unwatched = seen.time_s - walk.now_s > UNWATCHED_S
        walk.now_s = max(walk.now_s, seen.time_s)
        self._progress.update(seen, at=walk.at)
        by_hand = self.press if seen.hand_up else self.release
        events = by_hand(seen.time_s if math.isnan(seen.hand_since_s) else seen.hand_since_s, "hand")
        if unwatched and not self._ending and not self._obeyed:
            events += self._after_a_gap(seen)
        if not self._ending:
            events += self._guard(seen)
        if not self._ending:
            no_chin = walk.chin_given_up or walk.felt
            self._mistakes.watch(seen, walk.step.phase, self._progress, chin_given_up=no_chin)
            walk.catch_up()
            walk.note_felt()
        return events + walk.run(seen)

    def press(self, time_s: float, by: MarkedBy) -> list[Event]:
        """Note that the person shows a symptom from now on."""
        if self._walk.state is State.OVER:
            return []
        events = self._marks.press(max(time_s, 0.0), by)
        if not self._ending:
            self._walk.note_yes()
        return events

    def release(self, time_s: float, by: MarkedBy) -> list[Event]:
        """Note that the person has let go."""
        return [] if self._walk.state is State.OVER else self._marks.release(max(time_s, 0.0), by)

    def stop(self, time_s: float, by: StoppedBy) -> list[Event]:
        """End the test at once; the exit order is spoken over anything else."""
        walk = self._walk
        if self._ending:
            return []
        walk.now_s = max(walk.now_s, time_s)
        self._stopped = by, walk.step.phase
        walk.state = State.LEAVING
        return self._speech.say(walk.now_s, "stop")

    def speaking(self, time_s: float, key: str) -> None:
        """Wait for a prompt that takes longer than expected."""
        self._speech.speaking(time_s, key)

    def spoken(self, time_s: float, key: str) -> None:
        """Correct when a prompt has ended."""
        self._speech.spoken(time_s, key)

    @property
    def view(self) -> GuideView:
        """Return what the screen shows."""
        state = self._walk.state
        return GuideView(
            step=None if state is State.OVER else self._walk.step.phase,
            title=self._title(),
            hold=self._hold_share(),
            asking=state is State.ANSWER,
            marking=self._marks.open,
            over=state is State.OVER,
        )

    def record(self, status_if_running: Status = "interrupted") -> GuidedTest:
        """Return what is known of the test so far.

        Parameters
        ----------
        status_if_running : what a test is called that neither ended nor was stopped.
        """
        by, where = self._stopped or (None, None)
        status: Status = "stopped" if self._stopped else "done" if self._walk.done else status_if_running
        return GuidedTest(
            side=self._side,
            status=status,
            duration_s=self._walk.now_s,
            stopped_by=by,
            stopped_in=where,
            marks=self._marks.all(),
            heard=dict(self._walk.heard),
            said=tuple(self._speech.said),
            phases=tuple(LivePhase(phase=s.phase, start_s=s.start_s) for s in self._progress.phases),
        )

    def _guard(self, seen: Seen) -> list[Event]:
        """End the test when the person has ended it; after the head lift that is no stop."""
        walk, progress = self._walk, self._progress
        gone = progress.gone(walk.now_s)
        if self._obeyed:
            return walk.finish() if gone else []
        by = gone or progress.sat_up(seen, walk.slump_was_held)
        return self.stop(walk.now_s, by) if by else []

    @property
    def _obeyed(self) -> bool:
        return "HEAD_LIFT" in self._progress.done or self._walk.at >= INDEX["RETURN"]

    def _after_a_gap(self, seen: Seen) -> list[Event]:
        """End a test that nobody has watched for a while; begin anew when nothing was asked of the body."""
        if self._walk.at == 0:
            self._walk.begin_anew()
            return []
        return self.stop(seen.time_s, "unseen")

    def _title(self) -> str:
        state = self._walk.state
        if state in (State.LEAVING, State.OVER):
            return "title_stop" if self._stopped else "title_done"
        if state in (State.ASK, State.ANSWER):
            return "title_ask"
        held = state in (State.HOLD, State.STAY) and self._walk.at > INDEX["BASELINE"]
        return "title_hold" if held else self._walk.step.title

    def _hold_share(self) -> float:
        hold_s = self._walk.step.hold_s
        return min(self._walk.held_s / hold_s, 1.0) if self._walk.state is State.HOLD else 0.0
