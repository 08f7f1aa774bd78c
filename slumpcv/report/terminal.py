"""The questions on the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from slumpcv.errors import InputError
from slumpcv.language import numeral, text
from slumpcv.report.wording import phase_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from rich.console import Console

    from slumpcv.session import Session

    Answer = TypeVar("Answer")


class Terminal:
    """Asks on a console, one question at a time, until an answer fits.

    Parameters
    ----------
    console : rich.console.Console
        Where to write; answers are read from standard input.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, words: str) -> None:
        """Show a heading or an introduction."""
        self._console.print(Text(f"\n{words}", style="bold"))

    def choose(self, question: str, kind: str, options: Sequence[str]) -> str | None:
        """Ask for one of some options, by its number or its words."""
        labels = self._list(question, kind, options)

        def read(given: str) -> str:
            return options[_position(given, labels)]

        return self._until_it_fits(text("ask.terminal.one"), read)

    def choose_some(self, question: str, kind: str, options: Sequence[str]) -> list[str]:
        """Ask for any number of options, by their numbers or words."""
        labels = self._list(question, kind, options)

        def read(given: str) -> list[str]:
            parts = re.split(r"[\s,;]+", given) if re.fullmatch(r"[\d\s,;]+", given) else given.split(",")
            return [options[_position(part.strip(), labels)] for part in parts if part.strip()]

        return self._until_it_fits(text("ask.terminal.some"), read) or []

    def number(self, question: str, least: float, most: float, whole: bool) -> float | None:
        """Ask for a number within limits."""
        self._console.print(Text(question))

        def read(given: str) -> float:
            value = int(given) if whole else float(given.replace(",", "."))
            if not least <= value <= most:
                raise ValueError
            return value

        return self._until_it_fits(text("ask.terminal.number", least=least, most=most), read)

    def _list(self, question: str, kind: str, options: Sequence[str]) -> list[str]:
        labels = [text(f"ask.{kind}.{option}") for option in options]
        numbered = [f"{number} {label}" for number, label in enumerate(labels, 1)]
        between = "   " if len(labels) <= 4 else "\n  "
        self._console.print(Text(question + ("\n  " if len(labels) > 4 else "  ") + between.join(numbered)))
        return labels

    def _until_it_fits(self, what: str, read: Callable[[str], Answer]) -> Answer | None:
        hint = f"({what}; {text('ask.terminal.none')}) "
        while True:
            try:
                given = self._console.input(Text(hint, style="dim")).strip()
            except EOFError as error:
                raise InputError(
                    "The questions need a terminal to be answered in, and there is no input",
                    "Fill in a file instead: slumpcv answers --template",
                ) from error
            if not given:
                return None
            try:
                return read(given)
            except ValueError:
                self._console.print(Text(text("ask.terminal.again", what=what)))


def show_phases(console: Console, session: Session) -> None:
    """Show when each phase was, which helps to remember when something was felt."""
    if session.phases:
        console.print(Text(text("ask.terminal.phases"), style="bold"))
    for phase in session.phases:
        label = phase_label(phase, session.phases)
        console.print(Text(f"  {numeral(phase.start_s, '6.1f')} - {numeral(phase.end_s, '.1f')}  {label}"))


def _position(given: str, labels: Sequence[str]) -> int:
    """Return which option is meant: by number, or by how its words begin when only one does.

    Raises
    ------
    ValueError
        When it is none of them, or might be several.
    """
    if given.isdigit():
        if 1 <= int(given) <= len(labels):
            return int(given) - 1
        raise ValueError
    fits = [i for i, label in enumerate(labels) if label.lower().startswith(given.lower())]
    exact = [i for i in fits if labels[i].lower() == given.lower()]
    if len(exact or fits) != 1:
        raise ValueError
    return (exact or fits)[0]
