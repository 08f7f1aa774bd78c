"""One voice: what is being said, until when, and what has been said."""

from __future__ import annotations

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
# A browser that tells of prompts has not begun with one that it has not told of: it is waited for, but
# not for longer than this, since a report can be lost. [E]
UNHEARD_S = 3.0


class Speech:
    """Keeps prompts from overlapping.

    Parameters
    ----------
    seconds_of : how long a prompt takes to speak.
    quiet_until_s : when a prompt that somebody else has begun will end.
    """

    def __init__(self, seconds_of: Callable[[str], float], quiet_until_s: float = 0.0) -> None:
        self._seconds_of = seconds_of
        self._present: str | None = None
        self._length_s = 0.0
        self._reports = self._unheard = False
        self.ends_s = quiet_until_s - PAUSE_S
        self.said: list[Said] = []

    def free(self, time_s: float) -> bool:
        """Return whether nothing is being said."""
        return time_s >= self.ends_s + PAUSE_S + (UNHEARD_S if self._unheard else 0.0)

    def say(self, time_s: float, key: str) -> list[Event]:
        """Begin a prompt; one that is being said is cut off."""
        self._present, self._length_s = key, self._seconds_of(key)
        self._unheard = self._reports
        self.ends_s = time_s + self._length_s
        self.said.append(Said(key=key, at_s=max(time_s, 0.0)))
        return [Say(key)]

    def speaking(self, time_s: float, key: str) -> None:
        """Note that a prompt is still being said; while it is another one, the present one has to wait."""
        self._reports = True
        if key == self._present:
            self._unheard = False
            self.ends_s = max(self.ends_s, time_s + TOLD_EVERY_S)
        else:
            self.ends_s = max(self.ends_s, time_s + TOLD_EVERY_S + self._length_s)

    def spoken(self, time_s: float, key: str) -> None:
        """Note that a prompt has ended, earlier or later than expected; then the one after it begins."""
        self._reports = True
        if key == self._present:
            self._unheard = False
            self.ends_s = time_s
        else:
            self.ends_s = max(self.ends_s, time_s + self._length_s)
