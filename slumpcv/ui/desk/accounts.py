"""Who may log in as what: an admin gives roles, and says which patient an account belongs to."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, get_args

import streamlit as st
from babel.dates import format_date

from slumpcv.language import locale, text
from slumpcv.library.library import Role
from slumpcv.ui import access, shell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from slumpcv.library.library import Library, Person
    from slumpcv.library.terms import Account

MOST_SHOWN = 25  # more are found by searching [E]
NOTHING = ""  # stands for no role and for no patient, in fields that hold strings
ROLES = (NOTHING, *get_args(Role))


def show(person: Person, library: Library) -> None:
    """Show everybody who has logged in, those without a role first."""
    access.require("accounts")
    shell.heading(text("access.accounts.title"), text("access.accounts.lead"))
    wanted = st.text_input(text("access.accounts.search"), key="search_accounts", icon=":material/search:")
    found = matching(library.list_accounts(person), wanted)
    if st.session_state.pop("account_saved", False):
        st.toast(text("access.accounts.saved"), icon=":material/check:")
    if not found:
        st.write(text("access.accounts.none"))
    codes = {patient.id: patient.code for patient in library.patients(person)}
    for account in found[:MOST_SHOWN]:
        _row(person, library, account, codes)
    if len(found) > MOST_SHOWN:
        st.caption(text("access.accounts.more", shown=MOST_SHOWN, total=len(found)))


def matching(accounts: Sequence[Account], wanted: str) -> list[Account]:
    """Return the accounts whose name or subject holds all wanted words: no role first, then the newest."""
    words = wanted.lower().split()
    found = [one for one in accounts if all(word in f"{one.name} {one.subject}".lower() for word in words)]
    newest = sorted(found, key=lambda one: one.created_at, reverse=True)
    return sorted(newest, key=lambda one: one.role is not None)


def _row(person: Person, library: Library, account: Account, codes: dict[str, str]) -> None:
    with st.container(border=True, key=f"account_{account.id}"):
        who, role_at, patient_at, save_at = st.columns((3, 2, 2, 1), vertical_alignment="bottom")
        who.html(_who(account))
        if account.id == person.id:
            role_at.write(text(f"access.accounts.role.{account.role or 'none'}"))
            patient_at.caption(text("access.accounts.own"))
            return
        role = role_at.selectbox(
            text("access.accounts.role"),
            ROLES,
            index=ROLES.index(account.role or NOTHING),
            format_func=lambda one: text(f"access.accounts.role.{one or 'none'}"),
            key=f"role_{account.id}",
        )
        patient = _patient(patient_at, account, role, codes)
        changed = (role or None, patient) != (account.role, account.patient_id)
        words, key = text("access.accounts.save"), f"save_{account.id}"
        if save_at.button(words, key=key, disabled=not changed, type="primary"):
            library.set_role(person, account.id, role or None, patient)
            st.session_state.account_saved = True
            st.rerun()


def _patient(at: DeltaGenerator, account: Account, role: str, codes: dict[str, str]) -> str | None:
    """Ask which patient an account belongs to, where it is a patient's."""
    if role != "patient":
        return None
    ids = (NOTHING, *sorted(codes, key=codes.__getitem__))
    held = account.patient_id if account.patient_id in codes else NOTHING
    chosen = at.selectbox(
        text("access.accounts.patient"),
        ids,
        index=ids.index(held or NOTHING),
        format_func=lambda one: codes.get(one) or text("access.accounts.patient.none"),
        key=f"patient_{account.id}",
    )
    return chosen or None


def _who(account: Account) -> str:
    since = text("access.accounts.since", day=format_date(account.created_at, "long", locale=locale()))
    name = account.name or text("access.accounts.unnamed")
    lines = f"<strong>{escape(name)}</strong><br>{escape(account.subject)}<br>{escape(since)}"
    return f'<p class="kept">{lines}</p>'
