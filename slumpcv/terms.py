"""The words that every schema shares."""

from __future__ import annotations

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
