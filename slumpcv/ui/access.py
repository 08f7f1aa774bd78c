"""Who asks, and what they may: one person without a login, or accounts with roles at a clinic.

Pages ask `person`, routes `asker`. Both look the account up each time, so that a role that was taken
away is gone with the next click.
"""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, Literal

import streamlit as st

from slumpcv.errors import InputError
from slumpcv.language import text
from slumpcv.library.access import RIGHTS
from slumpcv.library.terms import LOCAL, Person
from slumpcv.ui.login import HERE, identity, identity_of, login
from slumpcv.ui.server import hub
from slumpcv.ui.server.passes import PASSES

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import HTTPConnection

    from slumpcv.library.access import Action
    from slumpcv.library.terms import Account
    from slumpcv.ui.login import Identity
    from slumpcv.visits import Visit

GUEST = Person("guest", "", "patient")
OWNER_COOKIE, VIEWED = "slumpcv_owner", "viewed_test"
# What the pages are for, and what somebody must be allowed to do in the library for all patients.
Place = Literal["desk", "accounts", "audit"]
NEEDS: dict[Place, Action] = {"desk": "import", "accounts": "accounts", "audit": "audit"}
MOST_ENDED = 10_000  # logins that were ended before their time; older ones are over by themselves [E]

_ended: dict[str, None] = {}
_seen: dict[str, None] = {}  # logins that are in the log already
_lock = threading.Lock()


class NotAllowedError(InputError):
    """Somebody asked for what their role does not let them do."""


def person() -> Person | None:
    """Return who uses the page that runs now; None before a login, and without a role."""
    if login() is None:
        return _without_login(st.context.ip_address if PASSES.guarded else None)
    known = who_logged_in()
    return None if known is None else _with_role(account_of(known))


def _without_login(address: str | None) -> Person:
    """Return the one person at this computer, or a guest: a device that a link of --lan let in.

    Such a link may have been given to a patient, as the button: the desk is not for them.
    """
    here = address is None or address in HERE or address in PASSES.own
    return LOCAL if here or not PASSES.guarded else GUEST


def who_logged_in() -> Identity | None:
    """Return who has logged in on the page that runs now, with or without a role."""
    return _still_good(identity(st.user.to_dict()))


def person_of(connection: HTTPConnection) -> Person | None:
    """Return who sent a request; None before a login, and without a role.

    Without a login everybody at this computer is one person: `asker` tells their browsers apart.
    """
    if login() is None:
        return _without_login(connection.client.host if connection.client else None)
    known = _still_good(identity_of(connection.cookies))
    return None if known is None else _with_role(account_of(known))


def asker(connection: HTTPConnection) -> str | None:
    """Return whose visits and seats a request may reach: as `owner`, None for nobody's."""
    if login() is None:
        return connection.cookies.get(OWNER_COOKIE) or None
    known = person_of(connection)
    return None if known is None else owner_of(known)


def is_asker(connection: HTTPConnection, owner: str) -> bool:
    """Return whether a request comes from the browser or account that something was made for."""
    known = asker(connection)
    return known is not None and secrets.compare_digest(known.encode(), owner.encode())


def desk_asker(connection: HTTPConnection) -> str | None:
    """Return what `asker` returns, if the desk is for whoever sent a request; None else."""
    known = person_of(connection)
    return asker(connection) if known is not None and may(known, "desk") else None


def owner() -> str | None:
    """Return whose visits the page that runs now shows, an account's or a browser's; None for nobody's."""
    if login() is None:
        return st.context.cookies.get(OWNER_COOKIE) or None
    known = person()
    return None if known is None else owner_of(known)


def owner_of(known: Person | Account) -> str:
    """Return by what name the visits of an account's person are kept."""
    return f"account-{known.id}"


def may(known: Person, place: Place) -> bool:
    """Return whether some pages are for somebody."""
    return RIGHTS[NEEDS[place]][known.role] == "all"


def require(place: Place) -> Person:
    """Return who uses the page that runs now, who may do what it is for.

    Raises
    ------
    NotAllowedError
        When they may not.
    """
    known = person()
    if known is None or not may(known, place):
        raise NotAllowedError(text("access.not_allowed"), text("access.not_allowed_fix"))
    return known


def account_of(known: Identity) -> Account:
    """Return the account of who logged in, made at their first login; admins by name are admins."""
    named = login()
    is_admin = named is not None and named.names(known)
    found = hub.library().find_account(known.issuer, known.subject)
    if found is None:
        found = hub.library().add_account(
            known.issuer, known.subject, known.name, "admin" if is_admin else None
        )
    if is_admin and found.role != "admin":
        found = hub.library().make_admin(found)
    _note_login(known, found)
    return found


def _note_login(known: Identity, found: Account) -> None:
    with _lock:
        if known.login in _seen:
            return
        _remember(_seen, known.login)
    hub.library().note_account(found, "log_in")


def _with_role(found: Account) -> Person | None:
    return None if found.role is None else Person(found.id, found.name, found.role, found.patient_id)


def _still_good(known: Identity | None) -> Identity | None:
    with _lock:
        return None if known is None or known.login in _ended else known


def note(action: str, visit: Visit) -> None:
    """Write into the log what the person does with a guided test of theirs, where people log in."""
    known = person() if login() is not None else None
    if known is not None:
        hub.library().audit(known, action, detail=visit.id)


def note_view(visit: Visit) -> None:
    """Write into the log that the person looks at a guided test, once for each page that is opened."""
    if st.session_state.get(VIEWED) != visit.id:
        st.session_state[VIEWED] = visit.id
        note("test_view", visit)


def noting(action: str, visit: Visit, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes a file to take along, and writes into the log that it was taken."""
    known = person() if login() is not None else None

    def taken() -> bytes:
        if known is not None:
            hub.library().audit(known, action, detail=visit.id)
        return make()

    return taken


def end_login(connection: HTTPConnection) -> None:
    """Forget the login that a request came with, in all its tabs, and give up the person's seats."""
    from slumpcv.ui.server import review  # which asks who it is here

    known = _still_good(identity_of(connection.cookies)) if login() is not None else None
    if known is None:
        return
    found = account_of(known)
    with _lock:
        _remember(_ended, known.login)
    hub.leave(owner_of(found))
    review.leave(owner_of(found))
    hub.library().note_account(found, "log_out")


def _remember(kept: dict[str, None], login: str) -> None:
    while len(kept) >= MOST_ENDED:
        del kept[next(iter(kept))]
    kept[login] = None
