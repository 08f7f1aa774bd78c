"""One voice: what is being said, until when, and what has been said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slumpcv.live.events import Say
from slumpcv.live.record import Said

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.live.events import Event

# Between two prompts, so that they do not run into each other. [E]
PAUSE_S = 0.3
# While something is being said the browser tells so twice a second.
TOLD_EVERY_S = 0.7
# A report that a prompt has ended is believed only from this share of its length on: an earlier
# one is about the prompt before.
LEAST_SHARE = 0.5


class Speech:
    """Keeps prompts from overlapping.

    Parameters
    ----------
    seconds_of : how long a prompt takes to speak.
    quiet_until_s : when a prompt that somebody else has begun will end.
    """

    def __init__(self, seconds_of: Callable[[str], float], quiet_until_s: float = 0.0) -> None:
        self._seconds_of = seconds_of
        self._started_s = -math.inf
        self._length_s = 0.0
        self.ends_s = quiet_until_s - PAUSE_S
        self.said: list[Said] = []

    def free(self, time_s: float) -> bool:
        """Return whether nothing is being said."""
        return time_s >= self.ends_s + PAUSE_S

    def say(self, time_s: float, key: str) -> list[Event]:
        """Begin a prompt; one that is being said is cut off."""
        self._started_s, self._length_s = time_s, self._seconds_of(key)
        self.ends_s = time_s + self._length_s
        self.said.append(Said(key=key, at_s=max(time_s, 0.0)))
        return [Say(key)]

    def speaking(self, time_s: float) -> None:
        """Note that a prompt is still being said: another may have had to wait for the one before."""
        self.ends_s = max(self.ends_s, time_s + TOLD_EVERY_S)

    def spoken(self, time_s: float) -> None:
        """Note that the prompt has ended, earlier or later than expected."""
        late_enough = time_s >= self._started_s + LEAST_SHARE * self._length_s
        if late_enough and time_s < self.ends_s + self._length_s:
            self.ends_s = time_s
