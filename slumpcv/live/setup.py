"""The set-up check: camera, chair and person, before anything is asked of the body.

Each check looks at the last two seconds, with the thresholds that also judge recordings. The
first check that is not done gives the one next fix; when all have been done for two seconds, the
set-up is done by itself. Not everybody has another chair, a lamp or a large room: what is no matter
of safety may be gone on without, by raising the hand or by a button, after a while. Who is watched,
from which side and whether whole may not: without that, nobody would see the person stop.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from slumpcv.live.setup_checks import CHECKS, Evidence, company, fixes, skippable
from slumpcv.live.speech import Speech

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slumpcv.live.events import Event
    from slumpcv.live.measure import LiveMeasure
    from slumpcv.live.record import InVain, Skippable
    from slumpcv.live.setup_checks import Check, Fix
    from slumpcv.pose import Pose
    from slumpcv.rows import Row
    from slumpcv.terms import Side

# What the checks look at, how much of it they need, and how long all of them have to be done.
LOOK_S = 2.0
LEAST_LOOK_S = 0.5
HELD_S = 2.0
# The whole picture is searched for people this often, and the latest searches count.
SEARCH_EVERY_S = 1.0
SEARCHES = 3
# A fix is spoken once it has been the same for a moment, and not while the one before is still
# being followed; again when nothing has changed. [E]
SETTLED_S = 0.5
SPEAK_EVERY_S = 5.0
REPEAT_S = 8.0
# Once nothing but skippable checks has been open for this long, one may go on without them. [E]
SKIP_AFTER_S = 20.0
GO_ON = "go_on"


class SetUp:
    """Goes through the set-up, one frame at a time.

    Parameters
    ----------
    side : the tested side.
    seconds_of : how long a prompt takes to speak, in seconds.

    Attributes
    ----------
    fixes : what each check still asks for, in order; None when it is done.
    held : share of the two seconds for which all checks have been done, 0 to 1.
    done : whether the set-up is over; it stays so.
    may_go_on : whether the person may go on without what is still open.
    skipped : what they went on without, and what was asked for.
    speech : what is being said, on the clock of the frames.
    """

    def __init__(self, side: Side, seconds_of: Callable[[str], float]) -> None:
        self._side: Side = side
        self.speech = Speech(seconds_of)
        self._rows: deque[Row] = deque()
        self._sightings: deque[bool] = deque(maxlen=SEARCHES)
        self._searched_s = -math.inf
        self.fixes: dict[Check, Fix | None] = dict.fromkeys(CHECKS, "person")
        self.held = 0.0
        self.done = self.may_go_on = False
        self.skipped: dict[Skippable, InVain] = {}
        self._stuck_since_s = math.nan
        self._ready_since_s = math.nan
        self._fix: tuple[Fix | None, float] = (None, -math.inf)
        self._spoken: tuple[str, float] = ("", -math.inf)

    @property
    def fix(self) -> Fix | None:
        """Return the one next fix; None when all checks are done."""
        return next((fix for fix in self.fixes.values() if fix is not None), None)

    def wants_search(self, time_s: float) -> bool:
        """Return whether the whole picture is to be searched for people now."""
        return time_s - self._searched_s >= SEARCH_EVERY_S

    def searched(self, time_s: float, people: Sequence[Pose]) -> None:
        """Tell what a search has found."""
        self._searched_s = time_s
        self._sightings.append(company(people))

    def go_on(self) -> None:
        """Go on without what is still open, at the person's wish."""
        if self.may_go_on:
            self.skipped |= skippable(self.fixes)
            self.may_go_on = False

    def step(
        self, row: Row, size_px: tuple[int, int], measured: LiveMeasure, *, hand_up: bool = False
    ) -> list[Event]:
        """Judge the next frame.

        Parameters
        ----------
        row : the frame; time increases.
        size_px : width and height of its picture.
        measured : has measured this frame.
        hand_up : whether the near hand is raised; the test would take it for a symptom.

        Returns
        -------
        list of Event
            What is to be heard.
        """
        if self.done:  # the test is announced; until it begins, nothing is asked for any more
            return []
        self._rows.append(row)
        while row.time_s - self._rows[0].time_s > LOOK_S:
            self._rows.popleft()
        if row.time_s - self._rows[0].time_s < LEAST_LOOK_S:
            return []
        found = fixes(Evidence(self._rows, self._sightings, size_px, self._side, measured))
        self.fixes = {check: None if check in self.skipped else fix for check, fix in found.items()}
        self._note_stuck(row.time_s, settled=measured.baseline is not None)
        if self.fix is not None:
            self._ready_since_s, self.held = math.nan, 0.0
            return self._speak(self.fix, row.time_s)
        if hand_up or math.isnan(self._ready_since_s):
            self._ready_since_s = row.time_s
        self.held = min((row.time_s - self._ready_since_s) / HELD_S, 1.0)
        if self.held < 1.0:
            return []
        self.done = True
        return self.speech.say(row.time_s, "setup_ready")

    def _note_stuck(self, time_s: float, *, settled: bool) -> None:
        """Note whether only what may be skipped is open, and for how long.

        Whoever has not sat still even once cannot be measured.
        """
        still_open = {check for check, fix in self.fixes.items() if fix is not None}
        may_be = set(skippable(self.fixes)) - (set() if settled else {"still"})
        if not still_open <= may_be:
            self._stuck_since_s = math.nan
        elif math.isnan(self._stuck_since_s):
            self._stuck_since_s = time_s
        self.may_go_on = bool(still_open) and time_s - self._stuck_since_s >= SKIP_AFTER_S

    def _speak(self, fix: Fix, time_s: float) -> list[Event]:
        """Return the fix, or by turns the way on without it, as a prompt when it is time to say it."""
        if fix != self._fix[0]:
            self._fix = (fix, time_s)
        last, last_s = self._spoken
        key = GO_ON if self.may_go_on and last != GO_ON else fix
        patience_s = REPEAT_S if fix == last or self.may_go_on else SPEAK_EVERY_S
        if time_s - self._fix[1] < SETTLED_S or time_s - last_s < patience_s:
            return []
        if not self.speech.free(time_s):
            return []
        self._spoken = (key, time_s)
        return self.speech.say(time_s, f"setup_{key}")
