"""Signs of life: what a worker gives with each step, so that one that hangs can be told from a slow one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_heard: list[Callable[[], None]] = []


def hear(how: Callable[[], None]) -> None:
    """Say what is called with each sign of life in this process."""
    _heard[:] = [how]


def give() -> None:
    """Give a sign of life; may be called from any thread, and often."""
    for how in _heard:
        how()
