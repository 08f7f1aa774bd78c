"""Pictures that carry their number in black and white squares, so that a lost one is known by name.

Video compression leaves the squares readable; they are at the upper edge, where nobody's joints are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BITS = 12
BIT_PX = 40  # of a picture that is WIDTH_PX wide
WIDTH_PX = 640
BLACK, WHITE = 16, 235


def write_number(picture: NDArray[np.uint8], number: int) -> None:
    """Write a number, which counts on from 0 after 4095, into a picture or its luma, 640 px wide."""
    for bit in range(BITS):
        picture[:BIT_PX, bit * BIT_PX : (bit + 1) * BIT_PX] = WHITE if number >> bit & 1 else BLACK


def read_number(grey: NDArray[np.uint8]) -> int:
    """Return the number of a picture of any size, given as rows of grey values."""
    size = BIT_PX * grey.shape[1] / WIDTH_PX
    return sum(1 << bit for bit in range(BITS) if grey[int(size / 2), int((bit + 0.5) * size)] > 128)
