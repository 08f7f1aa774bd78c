"""Drawing on RGB pictures with OpenCV: text, limbs and angle arcs; resizing and JPEG."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Point = tuple[float, float]
    Colour = tuple[int, int, int]

REGULAR, MEDIUM, BOLD = 400, 500, 650
_FONT = cv2.FontFace("sans")
_DARK: tuple[int, int, int] = (12, 24, 36)
_LEGIBLE_PX = 9
# cv2 takes coordinates in 1/16 pixel, which keeps slowly moving lines from jittering.
_SHIFT = 4


@lru_cache(maxsize=4096)
def text_width(words: str, size_px: int, weight: int = REGULAR) -> int:
    """Give the width of a text in pixels."""
    _, _, width, _ = cv2.getTextSize((4096, 4096), words, (0, 0), _FONT, size_px, weight)
    return int(width)


def fitting_px(words: str, size_px: int, room_px: float, weight: int = REGULAR) -> int:
    """Give the size of type, at most ``size_px``, at which words fit; what is legible is kept."""
    while size_px > _LEGIBLE_PX and text_width(words, size_px, weight) > room_px:
        size_px -= 1
    return size_px


def draw_text(
    picture: Picture, words: str, at: Point, size_px: int, colour: Colour, weight: int = REGULAR
) -> None:
    """Write a text on its baseline, starting at a point."""
    cv2.putText(picture, words, (round(at[0]), round(at[1])), colour, _FONT, size_px, weight)


def draw_halo_text(picture: Picture, words: str, at: Point, size_px: int, colour: Colour) -> None:
    """Write a bold text with a dark rim, legible on any background."""
    rim = max(1, round(size_px / 11))
    for dx in (-rim, 0, rim):
        for dy in (-rim, 0, rim):
            if dx or dy:
                draw_text(picture, words, (at[0] + dx, at[1] + dy), size_px, _DARK, BOLD)
    draw_text(picture, words, at, size_px, colour, BOLD)


def wrap_text(
    words: str, width_px: int, size_px: int, lines_at_most: int, weight: int = REGULAR
) -> list[str]:
    """Break a text into lines that fit; what is too much ends in an ellipsis.

    Parameters
    ----------
    words : str
        The text.
    width_px : int
        Room for one line.
    size_px : int
        Size of the type.
    lines_at_most : int
        The rest is cut.
    weight : int
        Weight of the type.
    """
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size_px, weight) <= width_px:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) <= lines_at_most:
        return lines
    kept = lines[:lines_at_most]
    while kept[-1] and text_width(f"{kept[-1]}…", size_px, weight) > width_px:
        kept[-1] = kept[-1][:-1]
    kept[-1] = f"{kept[-1].rstrip(' .,;:')}…"
    return kept


def _fixed(point: Point) -> tuple[int, int]:
    return round(point[0] * (1 << _SHIFT)), round(point[1] * (1 << _SHIFT))


def draw_line(picture: Picture, start: Point, end: Point, colour: Colour, width_px: int) -> None:
    """Draw a smooth line."""
    cv2.line(picture, _fixed(start), _fixed(end), colour, width_px, cv2.LINE_AA, _SHIFT)


def draw_dotted(picture: Picture, start: Point, end: Point, colour: Colour, width_px: int) -> None:
    """Draw a dotted line with dots as wide as the line."""
    length_px = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    dots = max(2, int(length_px / (2.2 * width_px)) + 1)
    for part in np.linspace(0, 1, dots):
        at = (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
        draw_dot(picture, at, max(1.0, width_px * 0.6), colour)


def draw_limb(
    picture: Picture, start: Point, end: Point, colour: Colour, width_px: int, dotted: bool
) -> None:
    """Draw a limb with a dark rim, dotted where its position was filled in."""
    if dotted:
        draw_dotted(picture, start, end, colour, width_px)
        return
    draw_line(picture, start, end, _DARK, width_px + max(2, width_px // 2))
    draw_line(picture, start, end, colour, width_px)


def draw_dot(
    picture: Picture, at: Point, radius_px: float, colour: Colour, rim: Colour | None = None
) -> None:
    """Draw a filled disc, optionally with a rim."""
    # Whole pixels: cv2 turns small discs at fractions of a pixel into diamonds.
    centre = (round(at[0]), round(at[1]))
    if rim is not None:
        cv2.circle(picture, centre, round(radius_px + 1.5), rim, -1, cv2.LINE_AA)
    cv2.circle(picture, centre, max(1, round(radius_px)), colour, -1, cv2.LINE_AA)


def draw_arc(
    picture: Picture, corner: Point, start: Point, end: Point, radius_px: float, colour: Colour, width_px: int
) -> None:
    """Draw the arc of an angle: around a corner, the short way from one arm to the other.

    Parameters
    ----------
    picture : (H, W, 3) array
        Drawn on in place.
    corner, start, end : tuple of float
        The corner and a point on either arm, in pixels.
    radius_px : float
        Radius of the arc.
    colour : tuple of int
        Red, green, blue.
    width_px : int
        Width of the line.
    """
    first = np.degrees(np.arctan2(start[1] - corner[1], start[0] - corner[0]))
    turn = np.degrees(np.arctan2(end[1] - corner[1], end[0] - corner[0])) - first
    turn = (turn + 180) % 360 - 180
    steps = np.radians(first + np.linspace(0, turn, max(2, int(abs(turn) / 4) + 2)))
    points = np.stack([corner[0] + radius_px * np.cos(steps), corner[1] + radius_px * np.sin(steps)], axis=-1)
    fixed = np.round(points * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)
    for line_colour, line_px in ((_DARK, width_px + 2), (colour, width_px)):
        cv2.polylines(picture, [fixed], False, line_colour, line_px, cv2.LINE_AA, _SHIFT)


def resized(picture: Picture, size_px: tuple[int, int]) -> Picture:
    """Give a copy of a picture in another size (width, height), averaged where it gets smaller."""
    smaller = size_px[0] < picture.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(picture, size_px, interpolation=how), dtype=np.uint8)


def jpeg(picture: Picture) -> bytes:
    """Give a picture as a JPEG file; the same picture gives the same bytes."""
    _, encoded = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])
    return encoded.tobytes()
