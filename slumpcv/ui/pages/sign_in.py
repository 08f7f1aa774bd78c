"""The page before all others at a clinic: log in, or why there is nothing to see yet."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from slumpcv.language import text
from slumpcv.ui import access, shell
from slumpcv.ui.login import contact, login
from slumpcv.ui.pages.welcome import languages

if TYPE_CHECKING:
    from slumpcv.ui.login import Identity
    from slumpcv.visits import Visit


def show(_visit: Visit | None) -> None:
    """Ask to log in; who has, and has no role here, reads whom to ask for one."""
    languages()
    known = access.who_logged_in()
    if known is None:
        _log_in()
    else:
        _no_role(known)


def _log_in() -> None:
    shell.heading(text("access.sign_in.title"), text("access.sign_in.lead"))
    found = login()
    assert found is not None
    for provider in found.providers:
        words = text("access.sign_in.button")
        if len(found.providers) > 1:
            words = text("access.sign_in.button_with", provider=provider)
        if st.button(words, type="primary", key=f"log_in_{provider}", icon=":material/login:"):
            st.login(None if provider == "default" else provider)
    st.caption(text("access.sign_in.privacy"))


def _no_role(known: Identity) -> None:
    shell.heading(text("access.no_role.title"), text("access.no_role.lead"))
    whom = contact()
    st.write(text("access.no_role.ask", contact=whom) if whom else text("access.no_role.ask_anybody"))
    st.write(text("access.no_role.tell"))
    told = "".join(f"<li>{escape(line)}</li>" for line in (known.name, known.mail, known.subject) if line)
    st.html(f'<ul class="points">{told}</ul>')
    if st.button(text("access.no_role.again"), type="primary", key="look_again", icon=":material/refresh:"):
        st.rerun()
