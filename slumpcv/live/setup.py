"""The set-up check: camera, chair and person, before anything is asked of the body.

Each check looks at the last two seconds, with the thresholds that also judge recordings. The
first check that is not done gives the one next fix; when all have been done for two seconds, the
set-up is done by itself.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from slumpcv.live.events import Say
from slumpcv.live.setup_checks import CHECKS, Evidence, company, fixes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.live.events import Event
    from slumpcv.live.measure import LiveMeasure
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


class SetUp:
    """Goes through the set-up, one frame at a time.

    Parameters
    ----------
    side : the tested side.

    Attributes
    ----------
    fixes : what each check still asks for, in order; None when it is done.
    held : share of the two seconds for which all checks have been done, 0 to 1.
    done : whether the set-up is over; it stays so.
    """

    def __init__(self, side: Side) -> None:
        self._side: Side = side
        self._rows: deque[Row] = deque()
        self._sightings: deque[bool] = deque(maxlen=SEARCHES)
        self._searched_s = -math.inf
        self.fixes: dict[Check, Fix | None] = dict.fromkeys(CHECKS, "person")
        self.held = 0.0
        self.done = False
        self._ready_since_s = math.nan
        self._fix: tuple[Fix | None, float] = (None, -math.inf)
        self._spoken: tuple[Fix | None, float] = (None, -math.inf)

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

    def step(self, row: Row, size_px: tuple[int, int], measured: LiveMeasure) -> list[Event]:
        """Judge the next frame.

        Parameters
        ----------
        row : the frame; time increases.
        size_px : width and height of its picture.
        measured : has measured this frame.

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
        self.fixes = fixes(Evidence(self._rows, self._sightings, size_px, self._side, measured))
        if self.fix is not None:
            self._ready_since_s, self.held = math.nan, 0.0
            return self._speak(self.fix, row.time_s)
        if math.isnan(self._ready_since_s):
            self._ready_since_s = row.time_s
        self.held = min((row.time_s - self._ready_since_s) / HELD_S, 1.0)
        if self.held < 1.0:
            return []
        self.done = True
        return [Say("setup_ready")]

    def _speak(self, fix: Fix, time_s: float) -> list[Event]:
        """Return the fix as a prompt, when it is time to say it."""
        if fix != self._fix[0]:
            self._fix = (fix, time_s)
        last, last_s = self._spoken
        patience_s = REPEAT_S if fix == last else SPEAK_EVERY_S
        if time_s - self._fix[1] < SETTLED_S or time_s - last_s < patience_s:
            return []
        self._spoken = (fix, time_s)
        return [Say(f"setup_{fix}")]
