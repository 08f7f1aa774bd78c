"""What people read, in their language: the wording lives in gettext catalogues, not in the code.

A text has a key such as ``outcome.NOT_REPRODUCED.title``. Its first part names the catalogue
(``locale/LANGUAGE/LC_MESSAGES/outcome.po``); the catalogues are read as they are, so that none
has to be compiled or shipped as a binary. English is a language like the others.
"""

from __future__ import annotations

import gettext
import io
import string
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Language = Literal["en", "es", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_spoken: ContextVar[Language] = ContextVar("spoken", default="en")


def language() -> Language:
    """Return the language that is spoken now."""
    return _spoken.get()


def locale() -> str:
    """Return the locale that days are written in; in English, too, the day comes before the month."""
    return {"en": "en_GB"}.get(_spoken.get(), _spoken.get())


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
    values : what stands in the text in braces, such as ``{seconds:.1f}``; fractions as `numeral` writes them.

    Raises
    ------
    KeyError
        When the catalogue does not hold the key.
    """
    said = _catalogue(_spoken.get(), key.partition(".")[0]).gettext(key)
    if said == key:
        raise KeyError(f"no text {key!r} in {_spoken.get()!r}")
    return _FILLING.format(said, **values) if values else said


def numeral(value: float, spec: str = "g") -> str:
    """Write a number for people: with the decimal mark of the language that is spoken now.

    Files that programs read keep the point, and are not written with this.

    Parameters
    ----------
    value : the number.
    spec : how it is written, as for ``format``; ``.1f`` has one decimal.
    """
    return format(value, spec).replace(".", decimal_mark())


def decimal_mark() -> str:
    """Return what stands between whole and fraction in the language that is spoken now."""
    return _decimal_mark(_spoken.get())


class _Filling(string.Formatter):
    """Fills in values, and writes fractions as the language that is spoken now does."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, float):
            return numeral(value, format_spec)
        return format(value, format_spec)


_FILLING = _Filling()


@dataclass(frozen=True)
class Later:
    """A text that is put into words when it is read, in the language that is spoken then.

    ``values`` may hold further such texts.
    """

    key: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        """Return the words; as `text`."""
        return text(self.key, **self.values)

    def __format__(self, spec: str) -> str:
        """Return the words as they stand inside of another text."""
        return format(str(self), spec)


def later(key: str, /, **values: object) -> Later:
    """Return a text that is put into words when it is read: for what is raised far from who reads it."""
    return Later(key, values)


def listed(words: list[str]) -> str:
    """Join words as a sentence lists them: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return text("words.and", first=", ".join(words[:-1]), last=words[-1])


@cache
def _decimal_mark(language: Language) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(language)


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
