"""A comparison as one page of A4."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from slumpcv.language import listed, text
from slumpcv.report.comparison_words import (
    column_heads,
    comparison_title,
    explanations,
    measure_title,
    session_name,
    shown_measures,
    shown_rows,
)
from slumpcv.report.palette import BLANK, HAIRLINE, INK, LIFT, MUTED
from slumpcv.report.typeset import typeset

if TYPE_CHECKING:
    from slumpcv.compare import Comparison
    from slumpcv.report.comparison_words import ShownRow

_PNG_SIZE = slice(16, 24)  # where a PNG file says how large it is


def comparison_pdf(comparison: Comparison, picture: bytes, with_curves: bool) -> bytes:
    """Give the page.

    Parameters
    ----------
    comparison : what to show.
    picture : of the comparison, without a frame of words.
    with_curves : whether the picture holds curves.
    """
    width_px, height_px = struct.unpack(">II", picture[_PNG_SIZE])
    data = _table(comparison) | {
        "language": comparison.language,
        "palette": {"ink": INK, "muted": MUTED, "hairline": HAIRLINE, "blank": BLANK, "accent": LIFT},
        "title": comparison_title(comparison),
        "remarks": {"title": text("comparison.remarks"), "list": [r.text for r in comparison.remarks]},
        "picture": {
            "title": text("comparison.picture"),
            "alt": _alt(comparison, with_curves),
            "width": width_px,
            "height": height_px,
        },
        "how": {"title": text("comparison.how"), "text": " ".join(explanations(comparison))},
        "limits": text("comparison.limits"),
        "software": f"slumpcv {comparison.software}",
    }
    return typeset("compare.typ", data, {"compare.png": picture})


def _table(comparison: Comparison) -> dict[str, object]:
    rows = shown_rows(comparison)
    return {
        "sessions": [{"letter": one.letter, "name": session_name(one)} for one in comparison.sessions],
        "columns": column_heads(comparison),
        "trend": text("comparison.column.trend") if any(row.trend for row in rows) else None,
        "rows": [
            {
                "title": row.title,
                "note": row.note,
                "first": row.cells[0],
                "later": _later(row),
                "trend": row.trend,
            }
            for row in rows
        ],
    }


def _later(row: ShownRow) -> list[dict[str, object]]:
    return [
        {"value": value, "change": change, "verdict": verdict, "beyond": beyond}
        for value, (change, verdict), beyond in zip(row.cells[1:], row.verdicts, row.beyond, strict=True)
    ]


def _alt(comparison: Comparison, with_curves: bool) -> str:
    measures = [measure_title(row.measure) for row in shown_measures(comparison) if row.unit != "word"]
    sessions = listed([one.letter for one in comparison.sessions])
    said = text("comparison.alt", sessions=sessions, measures=", ".join(measures))
    return f"{said} {text('comparison.alt.curves')}" if with_curves else said
