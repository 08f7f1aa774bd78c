"""The words that every schema shares."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Side = Literal["left", "right"]
PhaseName = Literal[
    "BASELINE",
    "SLUMP",
    "NECK_FLEXION",
    "KNEE_EXTENSION",
    "DORSIFLEXION",
    "HEAD_LIFT",
    "RETURN",
    "RECOVERY",
]


class Strict(BaseModel):
    """Base of every schema: unknown fields are refused, values cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Signature(Strict):
    """Who signed a report, as which version of it, and on which day."""

    who: str
    version: int
    day: date
