"""The recorded prompts and tones that come with the app, and how long they take.

``slumpcv/ui/voice`` holds ``LANGUAGE/KEY.mp3``, ``tones/NAME.mp3`` and ``manifest.json``; all of it
is made by ``scripts/make_voice.py`` from the catalogue ``say``.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from slumpcv.terms import Strict

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable

    from slumpcv.language import Language

FOLDER = "ui/voice"


class Recording(Strict):
    """One recorded prompt: the SHA-256 of its text (UTF-8), and how long it takes."""

    text_sha256: str
    seconds: float


class Manifest(Strict):
    """What was recorded, with what, and for which texts; ``tones`` by name in seconds."""

    schema_version: Literal[1] = 1
    synthesiser: str
    version: str
    voices: dict[str, dict[str, Recording]]
    tones: dict[str, float]


def voice_folder() -> Traversable:
    """Return the folder of the recordings."""
    return resources.files("slumpcv").joinpath(FOLDER)


@cache
def manifest() -> Manifest:
    """Return what was recorded."""
    return Manifest.model_validate(
        json.loads(voice_folder().joinpath("manifest.json").read_text(encoding="utf-8"))
    )


def seconds_of(language: Language) -> Callable[[str], float]:
    """Return the function that says how long a prompt takes to speak, in seconds.

    It raises KeyError for a prompt that was not recorded.
    """
    recorded = manifest().voices[language]
    return lambda key: recorded[key].seconds
