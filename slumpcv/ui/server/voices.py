"""The recorded prompts: where they are, and how long each takes to speak."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.language import LANGUAGES

if TYPE_CHECKING:
    from slumpcv.language import Language

FOLDER = Path(__file__).resolve().parents[1] / "voice"
# For a prompt of which no recording is there: about as long as two short sentences take. [E]
UNKNOWN_S = 4.0


@cache
def lengths_s(language: Language) -> dict[str, float]:
    """Return how long each recorded prompt of a language takes, by its key."""
    try:
        manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {key: float(length_s) for key, length_s in manifest[language].items()}


def seconds_of(language: Language, key: str) -> float:
    """Return how long a prompt takes to speak."""
    return lengths_s(language).get(key, UNKNOWN_S)


def voice_file(language: str, key: str) -> Path | None:
    """Return the recording of a prompt, None when there is none; only listed names are looked for."""
    for known in LANGUAGES:
        if language == known and key in lengths_s(known):
            path = FOLDER / known / f"{key}.mp3"
            return path if path.is_file() else None
    return None
