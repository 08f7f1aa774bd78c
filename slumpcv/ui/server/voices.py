"""Which recorded prompts a page may fetch, and where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slumpcv.live.voice import manifest

if TYPE_CHECKING:
    from slumpcv.language import Language

FOLDER = Path(__file__).resolve().parents[1] / "voice"
TONES = "tones"


def keys_of(language: Language) -> list[str]:
    """Return the keys of the prompts that are recorded in a language."""
    return sorted(manifest().voices[language])


def voice_file(folder: str, key: str) -> Path | None:
    """Return the recording of a prompt in a language, or of a tone; None for what is not listed.

    Parameters
    ----------
    folder : a language, or ``tones``.
    key : the prompt's or the tone's name.
    """
    listed = manifest().tones if folder == TONES else manifest().voices.get(folder, {})
    return FOLDER / folder / f"{key}.mp3" if key in listed else None
