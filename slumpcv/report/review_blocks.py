"""The part of the report that says whose result it is, and what a review changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.language import locale, numeral, text
from slumpcv.report.blocks import NOTHING, bullets, heading, note, paragraph, table
from slumpcv.report.changes import changes, is_seen
from slumpcv.report.wording import format_deg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slumpcv.corrections import HandMeasure
    from slumpcv.report.blocks import Block
    from slumpcv.session import ReviewEdit, Session

MOST_SHOWN = 30
"""More lines would bury the rest of the report; all of it is in session.json. [E]"""


def used_result(session: Session) -> str:
    """Say in a sentence or two which result a report uses."""
    if session.review is None:
        return text("review.report.automatic")
    last = session.review.edits[-1]
    used = text("review.report.corrected", who=_who(last), when=_when(last.made_at))
    return f"{used} {text('review.report.both_kept')}"


def review_blocks(session: Session) -> list[Block]:
    """Return what a review changed, and who corrected what, when and why; nothing without a review."""
    review = session.review
    if review is None:
        return []
    differ = [c.words for c in changes(session, session.used, review.corrections) if is_seen(c)]
    if session.outcome and session.used.outcome and session.outcome.code == session.used.outcome.code:
        differ.append(text("review.report.same_outcome"))
    blocks = [heading(text("review.report.title")), heading(text("review.report.differs"), 3)]
    blocks.append(_list(differ) if differ else paragraph(text("review.report.nothing_differs")))
    blocks += [heading(text("review.report.edits"), 3), *_edits(review.edits)]
    return [*blocks, *_by_hand(review.corrections.measures)]


def _list(lines: Sequence[str]) -> Block:
    left = len(lines) - MOST_SHOWN
    more = [text("review.report.more", more=left)] if left > 0 else []
    return bullets([*lines[:MOST_SHOWN], *more])


def _edits(edits: Sequence[ReviewEdit]) -> list[Block]:
    columns = [text(f"review.report.{name}") for name in ("when", "who", "why")]
    shown = edits[-MOST_SHOWN:]
    rows = [[_when(e.made_at), _who(e), e.why or NOTHING] for e in shown]
    left = len(edits) - len(shown)
    return [
        table(columns, rows, (1.2, 1, 2.2)),
        *([note(text("review.report.more", more=left))] if left else []),
    ]


def _by_hand(measures: Sequence[HandMeasure]) -> list[Block]:
    if not measures:
        return []
    columns = [text(f"review.report.{name}") for name in ("at", "tool", "angle", "note")]
    rows = [
        [
            f"{numeral(m.time_s, '.2f')} s",
            text(f"review.tool.{m.kind}"),
            format_deg(m.angle_deg),
            m.note or NOTHING,
        ]
        for m in measures[:MOST_SHOWN]
    ]
    return [
        heading(text("review.report.by_hand"), 3),
        table(columns, rows, (0.7, 1.4, 0.7, 2)),
        note(text("review.report.by_hand_note")),
    ]


def _who(edit: ReviewEdit) -> str:
    return edit.made_by or text("review.report.unnamed")


def _when(at: datetime) -> str:
    from babel.dates import UTC, format_datetime

    return f"{format_datetime(at, 'medium', tzinfo=UTC, locale=locale())} UTC"
