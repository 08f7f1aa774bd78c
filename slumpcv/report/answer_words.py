"""What was answered, in words; the words of the answers themselves are in the catalogue ``ask``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.language import listed, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slumpcv.answers import Felt, Place


def place(where: Place) -> str:
    """Name a place on the body with its side."""
    region = text(f"ask.region.{where.region}")
    return region if where.side is None else text(f"ask.place.{where.side}", region=region)


def places_in(felt: Iterable[Felt]) -> str:
    """List where things were felt, each place once; empty when nobody said."""
    return _once([place(p) for f in felt for p in f.regions])


def qualities_in(felt: Iterable[Felt]) -> str:
    """List what things were like, each once; empty when nobody said."""
    return _once([text(f"ask.quality.{q}") for f in felt for q in f.qualities])


def answer(given: str | None) -> str:
    """Write yes, no, unsure or that there is no answer."""
    return text(f"ask.answer.{given or 'none'}")


def _once(words: Sequence[str]) -> str:
    # Places hold commas ("calf, left"), so more than one are told apart by semicolons.
    kept = list(dict.fromkeys(words))
    return "; ".join(kept) if any("," in word for word in kept) else listed(kept)
