"""When the person shows that they feel their usual symptom, by hand, key, button or phone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slumpcv.live.events import Tone
from slumpcv.live.record import LiveMark

if TYPE_CHECKING:
    from slumpcv.live.events import Event
    from slumpcv.live.record import MarkedBy


class LiveMarks:
    """The marks so far; sources that overlap make one mark, named after the first."""

    def __init__(self) -> None:
        self._closed: list[LiveMark] = []
        self._held: set[MarkedBy] = set()
        self._since_s = 0.0
        self._by: MarkedBy = "hand"

    @property
    def open(self) -> bool:
        """Return whether the person shows it now."""
        return bool(self._held)

    def since(self, time_s: float, until_s: float = math.inf) -> bool:
        """Return whether a mark has begun at or after a time, and not after another."""
        starts = [mark.start_s for mark in self._closed] + ([self._since_s] if self.open else [])
        return any(time_s <= start_s <= until_s for start_s in starts)

    @property
    def any(self) -> bool:
        """Return whether there is any mark."""
        return self.open or bool(self._closed)

    def press(self, time_s: float, by: MarkedBy) -> list[Event]:
        """Begin a mark, unless another source holds one already."""
        if by in self._held:
            return []
        self._held.add(by)
        if len(self._held) > 1:
            return []
        earliest_s = self._closed[-1].end_s if self._closed else None
        self._since_s, self._by = max(time_s, earliest_s or 0.0), by
        return [Tone("mark_on")]

    def release(self, time_s: float, by: MarkedBy) -> list[Event]:
        """End the mark when its last source lets go."""
        if by not in self._held:
            return []
        self._held.discard(by)
        if self._held:
            return []
        end_s = max(time_s, self._since_s)
        self._closed.append(LiveMark(start_s=self._since_s, end_s=end_s, by=self._by))
        return [Tone("mark_off")]

    def all(self) -> tuple[LiveMark, ...]:
        """Return every mark; one that is still shown has no end."""
        still = [LiveMark(start_s=self._since_s, by=self._by)] if self.open else []
        return (*self._closed, *still)
