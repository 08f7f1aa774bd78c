"""What pages are made of: blocks of words, tables and pictures, as plain data for the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slumpcv.language import numeral

if TYPE_CHECKING:
    from collections.abc import Sequence

    Block = dict[str, Any]

NOTHING = "\N{EN DASH}"
"""Stands in a cell that has nothing to say."""


@dataclass(frozen=True)
class Picture:
    """A picture with the words that stand for it; ``content`` is a PNG, JPEG or SVG file."""

    file: str
    content: bytes
    alt: str
    caption: str


def heading(words: str, level: int = 2) -> Block:
    """Return a heading; level 1 opens a part, level 2 a section."""
    return {"kind": "heading", "words": words, "level": level}


def paragraph(*sentences: str) -> Block:
    """Return a paragraph of sentences; empty ones are left out."""
    return {"kind": "paragraph", "words": " ".join(s for s in sentences if s)}


def strong(words: str) -> Block:
    """Return a paragraph that stands out."""
    return {"kind": "strong", "words": words}


def note(words: str) -> Block:
    """Return a paragraph in small type."""
    return {"kind": "note", "words": words}


def bullets(items: Sequence[str]) -> Block:
    """Return a list."""
    return {"kind": "bullets", "items": list(items)}


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Block:
    """Return a table.

    Parameters
    ----------
    columns : the header's cells.
    rows : the other cells; each row is as long as the header.
    widths : of the columns, relative to each other.
    """
    assert all(len(row) == len(columns) == len(widths) for row in rows)
    return {
        "kind": "table",
        "columns": list(columns),
        "rows": [list(r) for r in rows],
        "widths": list(widths),
    }


def pictures(items: Sequence[Picture], columns: int, height_mm: float) -> Block:
    """Return pictures in rows, each as large as fits in its column and the height."""
    shown = [{"file": p.file, "alt": p.alt, "caption": p.caption} for p in items]
    return {"kind": "pictures", "items": shown, "columns": columns, "height_mm": height_mm}


def seconds(start_s: float, end_s: float) -> str:
    """Write a stretch of time."""
    return f"{numeral(start_s, '.1f')}\N{EN DASH}{numeral(end_s, '.1f')} s"


def lead(*blocks: Block) -> Block:
    """Return blocks in a frame that comes before all else."""
    return {"kind": "lead", "blocks": list(blocks)}


def sheet(blocks: Sequence[Block], size: float = 8.5, wide: bool = False) -> dict[str, Any]:
    """Return blocks that begin on a new page.

    Parameters
    ----------
    blocks : from top to bottom.
    size : of the type, in points.
    wide : whether the page lies on its longer side.
    """
    return {"blocks": list(blocks), "size": size, "wide": wide}
