"""What went wrong, as a page says it: one plain sentence, never a traceback."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What is said on the command line names an option that no page has.
ON_A_PAGE = {"trouble.fix.space_or_o": "trouble.fix.free", "trouble.fix.folder_o": "trouble.fix.allow"}
_log = logging.getLogger(__name__)


def words(error: InputError, clip: Path | None = None) -> str:
    """Return what is wrong and how to mend it, in the language that is spoken now.

    Parameters
    ----------
    error : what was raised.
    clip : a recording that the error may name by its path, which tells a person nothing.
    """
    problem, fix = error.problem, error.fix
    if clip is not None:
        name = text("app.the_recording")
        problem = problem.replace(str(clip), name)
        problem = problem[:1].upper() + problem[1:]
    for command, page in ON_A_PAGE.items():
        fix = text(page) if fix == text(command) else fix
    return text("app.problem", problem=problem, fix=fix)


@contextmanager
def said_on_the_page() -> Iterator[None]:
    """Say on the page what is raised within, and log what nobody expected."""
    try:
        yield
    except InputError as error:
        st.error(words(error), icon=":material/error:")
    except Exception:
        _log.exception("a page failed")
        st.error(text("app.unexpected"), icon=":material/error:")
