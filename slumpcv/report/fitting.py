"""Words of the timeline that have to fit: what is short in one language is long in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.text import Text

_SMALLEST, _STEP = 7.0, 0.25


def shrink(said: Text, room_px: float) -> None:
    """Write a line in smaller type when it is wider than its room."""
    size = float(said.get_fontsize())
    # Step by step: the rasterised letters do not get narrower in proportion to the size of type.
    while said.get_window_extent().width > room_px and size > _SMALLEST:
        size -= _STEP
        said.set_fontsize(size)


def wrap(said: Text, room_px: float) -> None:
    """Break a text into at most two lines that fit, in smaller type when they would not."""
    words = said.get_text().split()
    for size in (15.0, 13.5, 12.0, 10.5, 9.0):
        said.set_fontsize(size)
        for split in range(len(words), 0, -1):
            first, rest = " ".join(words[:split]), " ".join(words[split:])
            said.set_text(first)
            if said.get_window_extent().width > room_px:
                continue
            said.set_text(f"{first}\n{rest}" if rest else first)
            break
        if said.get_window_extent().width <= room_px:
            return
