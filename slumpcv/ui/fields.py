"""The questions' fields: nothing is preselected, and what was answered before is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text

if TYPE_CHECKING:
    from collections.abc import Sequence


def spoken(key: str) -> str:
    """Return a text as it stands alone, with a capital."""
    words = text(key)
    return words[:1].upper() + words[1:]


def one_of(label: str, options: Sequence[str], kind: str, given: str | None, key: str) -> str | None:
    """Ask for one of some options, or none.

    Parameters
    ----------
    label : the question.
    options, kind : what can be answered; the words are those of ``ask.KIND.OPTION``.
    given : the answer on disk.
    key : of the field.

    Returns
    -------
    str or None
    """
    _remember(key, given)
    field = st.segmented_control if len(options) == 2 else st.pills  # pills take a second line well
    return field(label, options, format_func=lambda option: spoken(f"ask.{kind}.{option}"), key=key)


def some_of(label: str, options: Sequence[str], kind: str, given: Sequence[str], key: str) -> list[str]:
    """Ask for any number of options; as `one_of` otherwise."""
    _remember(key, list(given))
    return st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=lambda option: spoken(f"ask.{kind}.{option}"),
        key=key,
        wrap=True,
    )


def _remember(key: str, given: object) -> None:
    # A field's own default would make it another field whenever the answer on disk changes.
    if key not in st.session_state:
        st.session_state[key] = given
