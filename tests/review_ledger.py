"""Corrections in a file of JSON lines: a ledger for reviews without a library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

from slumpcv.corrections import Corrections
from slumpcv.ui.server.review_source import Overtaken

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.session import Session


class KeptRow(BaseModel):
    number: int
    made_at: datetime
    made_by: str
    why: str
    action: str
    state: Corrections


@dataclass
class FileLedger:
    path: Path
    who: str = "Dr. Test"

    def rows(self) -> list[KeptRow]:
        if not self.path.exists():
            return []
        return [KeptRow.model_validate_json(line) for line in self.path.read_text().splitlines()]

    def append(self, action: str, state: Corrections, why: str, after: int, result: Session) -> None:
        assert result.phases
        if len(self.rows()) > after:
            raise Overtaken
        row = KeptRow(
            number=after + 1,
            made_at=datetime.now(UTC),
            made_by=self.who,
            why=why,
            action=action,
            state=state,
        )
        with self.path.open("a") as out:
            out.write(row.model_dump_json() + "\n")
