"""The one kind of error that a user is meant to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slumpcv.language import Later


class InputError(Exception):
    """Something the user gave cannot be used.

    Parameters
    ----------
    problem : str or Later
        What is wrong and why, as a sentence without its full stop.
    fix : str or Later
        What to do about it, as a sentence with its full stop. A text of the catalogues, given with
        `slumpcv.language.later`, is put into words when it is read: in English on the command line, and in
        the person's own language on a page.
    """

    def __init__(self, problem: str | Later, fix: str | Later) -> None:
        super().__init__(problem, fix)
        self._problem, self._fix = problem, fix

    @property
    def problem(self) -> str:
        """What is wrong and why, in the language that is spoken now."""
        return str(self._problem)

    @property
    def fix(self) -> str:
        """What to do about it, in the language that is spoken now."""
        return str(self._fix)

    def __str__(self) -> str:
        """Return both sentences."""
        return f"{self.problem}. {self.fix}"
