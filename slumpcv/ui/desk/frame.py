"""What stands around every page of the desk, and which page that is."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import language, speaking, text
from slumpcv.ui import access, shell, state
from slumpcv.ui.components.arrival import arrival
from slumpcv.ui.components.deskbar import Area, deskbar
from slumpcv.ui.desk import paths, strip
from slumpcv.ui.login import login
from slumpcv.ui.pages import sign_in
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from slumpcv.library.library import Person

STYLE = Path(__file__).with_name("style.css")
AREAS = ("library", "bring", "compare", "agreement")
FOR_ADMINS = ("accounts", "audit")
# Pages that are come to from another one, and the area that they belong to.
WITHIN = {"patient": "library", "review": "library"}


def run() -> None:
    """Show the page of the desk that the address names."""
    with speaking(state.language(None)):
        st.set_page_config(
            page_title=text("desk.title"),
            page_icon=str(shell.ICON),
            layout="wide",
            initial_sidebar_state="collapsed",
        )
        st.html(shell.STYLE)
        st.html(STYLE)
        try:
            shell.account()
            if access.person() is None:
                sign_in.show(None)
            else:
                _show(access.require("desk"))
        except InputError as error:
            st.error(text("app.problem", problem=error.problem, fix=error.fix), icon=":material/error:")


def page_of(at: str, person: Person) -> str:
    """Return the page to show for what the address names: the library for what is not there.

    Parameters
    ----------
    at : as it came in the address.
    person : who wants to see it.
    """
    known = at in {*_areas_of(person), *WITHIN}
    return at if known and find_spec(f"slumpcv.ui.desk.{at}") else paths.HOME


def _show(person: Person) -> None:
    at = page_of(paths.given("at"), person)
    ids = sorted(value for name, value in st.query_params.items() if name not in ("at", "language"))
    arrival(" ".join(["desk", at, *ids]), language())
    chosen = deskbar(_areas(person), WITHIN.get(at, at))
    if chosen:
        paths.go(chosen)
    library = hub.library()
    person = library.named(person)
    hub.work()
    if at != "bring":  # its list says the same of each file
        strip.show(person, library)
    import_module(f"slumpcv.ui.desk.{at}").show(person, library)


def _areas(person: Person) -> list[Area]:
    return [
        Area(name, text(f"desk.area.{name}"), paths.address(name))
        for name in _areas_of(person)
        if page_of(name, person) == name
    ]


def _areas_of(person: Person) -> tuple[str, ...]:
    """Return the areas for somebody; where nobody logs in there are no accounts."""
    admin = FOR_ADMINS if access.may(person, "accounts") else ()
    return AREAS + tuple(name for name in admin if name != "accounts" or login() is not None)
