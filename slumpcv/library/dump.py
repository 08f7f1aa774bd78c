"""Rows as JSON and back, the same for both databases."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, Table

from slumpcv.library.models import Base, PendingTable, UtcTime

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order in which they can be inserted; what is pending belongs to running programs.
TABLES: tuple[Table, ...] = tuple(
    table for table in Base.metadata.sorted_tables if table.name != PendingTable.__tablename__
)


def row_to_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON knows it: days and moments are ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, (date, datetime)) else value
        for name, value in row.items()
    }


def row_from_json(table: Table, text: str) -> dict[str, Any]:
    """Return a row as the database takes it.

    Raises
    ------
    ValueError
        When it is not a row of this table.
    """
    given = json.loads(text)
    if not isinstance(given, dict) or set(given) != set(table.columns.keys()):
        raise ValueError(f"no row of {table.name}")
    return {name: _read(table.columns[name].type, value) for name, value in given.items()}


def _read(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
