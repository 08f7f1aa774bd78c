"""Days and times as the person's own clock and language have them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from babel.dates import format_date, format_time

from slumpcv.language import language, locale, text

if TYPE_CHECKING:
    from datetime import date, datetime

    from slumpcv.visits import VisitTest


def when(moment: datetime) -> str:
    """Return a day and a time in the browser's own time zone, else in UTC."""
    here = zone()
    day = format_date(moment.astimezone(here), "long", locale=locale())
    return f"{day}, {format_time(moment, 'HH:mm', tzinfo=here, locale=locale())}"


def day_of(moment: datetime) -> date:
    """Return the day in the browser's own time zone, else in UTC."""
    return moment.astimezone(zone()).date()


def zone() -> ZoneInfo:
    """Return the browser's own time zone, else UTC."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def day_format() -> str:
    """Return how a field for a day writes it, as ``st.date_input`` takes that."""
    return {"de": "DD.MM.YYYY"}.get(language(), "DD/MM/YYYY")


def leg_and_day(test: VisitTest) -> str:
    """Say which leg was tested, and when."""
    leg = text(f"app.leg.{test.side}")
    return text("app.earlier.line", leg=leg[:1].upper() + leg[1:], when=when(test.started_at))
