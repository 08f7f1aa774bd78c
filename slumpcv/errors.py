"""The one kind of error that a user is meant to read."""

from __future__ import annotations


class InputError(Exception):
    """Something the user gave cannot be used.

    Parameters
    ----------
    problem : str
        What is wrong and why, as a sentence without its full stop.
    fix : str
        What to do about it, as a sentence with its full stop.
    """

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem}. {fix}")
        self.problem = problem
        self.fix = fix
