"""What the live side wants people to hear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ToneName = Literal["hold", "done", "mark_on", "mark_off"]


@dataclass(frozen=True)
class Say:
    """One spoken prompt: the text ``say.KEY`` of the catalogue, and the recording of that name."""

    key: str


@dataclass(frozen=True)
class Tone:
    """One short tone."""

    name: ToneName


Event = Say | Tone
