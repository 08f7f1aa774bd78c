"""What people read, in their language: the wording lives in gettext catalogues, not in the code.

A text has a key such as ``outcome.NOT_REPRODUCED.title``. Its first part names the catalogue
(``locale/LANGUAGE/LC_MESSAGES/outcome.po``); the catalogues are read as they are, so that none
has to be compiled or shipped as a binary. English is a language like the others.
"""

from __future__ import annotations

import gettext
import io
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator

Language = Literal["en", "es", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_spoken: ContextVar[Language] = ContextVar("spoken", default="en")


def language() -> Language:
    """Return the language that is spoken now."""
    return _spoken.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language within the context, in this thread only."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def text(key: str, /, **values: object) -> str:
    """Return a text in the language that is spoken now.

    Parameters
    ----------
    key : the catalogue's name, a dot, and the rest of the text's name.
    values : what stands in the text in braces, such as ``{seconds:.1f}``.

    Raises
    ------
    KeyError
        When the catalogue does not hold the key.
    """
    said = _catalogue(_spoken.get(), key.partition(".")[0]).gettext(key)
    if said == key:
        raise KeyError(f"no text {key!r} in {_spoken.get()!r}")
    return said.format(**values) if values else said


def listed(words: list[str]) -> str:
    """Join words as a sentence lists them: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return text("words.and", first=", ".join(words[:-1]), last=words[-1])


@cache
def _catalogue(language: Language, name: str) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = resources.files("slumpcv").joinpath("locale", language, "LC_MESSAGES", f"{name}.po")
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
