"""The recorded prompts: where they are, and how long each takes to speak."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slumpcv.language import Language

FOLDER = Path(__file__).resolve().parents[1] / "voice"
TONES = "tones"
# For a prompt of which no recording is there: about as long as two short sentences take. [E]
UNKNOWN_S = 4.0


@cache
def _manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return found


def keys_of(language: Language) -> list[str]:
    """Return the keys of the prompts that are recorded in a language."""
    return sorted(_manifest()["voices"][language])


def seconds_of(language: Language, key: str) -> float:
    """Return how long a prompt takes to speak."""
    recorded = _manifest()["voices"][language].get(key)
    return float(recorded["seconds"]) if recorded else UNKNOWN_S


def voice_file(folder: str, key: str) -> Path | None:
    """Return the recording of a prompt in a language, or of a tone; None for what is not listed.

    Parameters
    ----------
    folder : a language, or ``tones``.
    key : the prompt's or the tone's name.
    """
    listed = _manifest()["tones"] if folder == TONES else _manifest()["voices"].get(folder, {})
    return FOLDER / folder / f"{key}.mp3" if key in listed else None
