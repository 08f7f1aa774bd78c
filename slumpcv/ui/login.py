"""How people log in at a clinic: what secrets.toml says of it, and who a login's cookie names.

Without ``[auth]`` in secrets.toml there is no login: one person, at this computer.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.datastructures import URL

from slumpcv.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

CALLBACK = "/oauth2callback"
ADMINS = "SLUMPCV_ADMINS"
SECRETS = "SLUMPCV_SECRETS"
SHORTEST_SECRET = 32  # bytes of cookie_secret: it signs who somebody is [E]
# A working day: whoever took a cookie along has no use of it tomorrow. [E]
LONGEST_S = 12 * 3600.0
AHEAD_S = 300.0  # that the provider's clock may be ahead of this one [E]
# What tells one login of a person from another one of theirs.
OF_ONE_LOGIN = ("iss", "sub", "iat", "exp", "nonce", "at_hash", "jti", "sid", "auth_time")
GUIDE = "docs/clinic.md says how it is set up."
LAN_FIX = (
    "Leave out --lan: with a login, phones reach the app by the address that everybody uses. "
    "Without [auth] in secrets.toml, --lan works as at home."
)
HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Login:
    """What secrets.toml says of the login.

    Attributes
    ----------
    origin : the only address of the app, such as ``https://slump.example.org``.
    host : the name in it.
    secure : whether it is encrypted.
    providers : names of the login providers, as ``st.login`` takes them; "default" for the only one.
    admins : subjects and mail addresses of those who are admins from the start.
    """

    origin: str
    host: str
    secure: bool
    providers: tuple[str, ...]
    admins: frozenset[str]

    def names(self, identity: Identity) -> bool:
        """Return whether somebody is named as an admin: by subject, or by an address that was checked."""
        mails = {name.lower() for name in self.admins}
        return identity.subject in self.admins or (identity.mail.lower() or None) in mails


@dataclass(frozen=True)
class Identity:
    """Who the provider says that somebody is; ``login`` tells this login of theirs from others.

    ``mail`` is empty unless the provider says that it has checked the address.
    """

    issuer: str
    subject: str
    name: str
    mail: str
    login: str


def identity(claims: Mapping[str, Any]) -> Identity | None:
    """Return who a login's claims name; None for nobody, and for a login older than `LONGEST_S`.

    Parameters
    ----------
    claims : of the provider's ID token, as in ``st.user``.
    """
    issuer, subject, issued_s = claims.get("iss"), claims.get("sub"), claims.get("iat")
    if not (claims.get("is_logged_in") and issuer and subject):
        return None
    if not isinstance(issued_s, int | float) or not -AHEAD_S < time.time() - issued_s < LONGEST_S:
        return None
    mail = str(claims.get("email") or "") if claims.get("email_verified") is True else ""
    name = next((str(claims[key]) for key in ("name", "preferred_username", "email") if claims.get(key)), "")
    return Identity(str(issuer), str(subject), name, mail, _fingerprint(claims))


def _fingerprint(claims: Mapping[str, Any]) -> str:
    told = json.dumps([str(claims.get(key)) for key in OF_ONE_LOGIN])
    return hashlib.sha256(told.encode()).hexdigest()


def identity_of(cookies: Mapping[str, str]) -> Identity | None:
    """Return whom the login's cookie of a request names; None when there is none that we signed."""
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    known, secret = login(), get_cookie_secret()

    def signed(name: str) -> bytes | None:
        value = cookies.get(name)
        return None if value is None else decode_signed_value(secret, name, value)

    told = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    try:
        claims = json.loads(told) if told else None
    except ValueError:
        return None
    if known is None or not isinstance(claims, dict) or claims.get("origin") != known.origin:
        return None
    return identity(claims)


@cache
def login() -> Login | None:
    """Return how people log in; None when nobody has to.

    Raises
    ------
    InputError
        When secrets.toml does not say all that is needed.
    """
    from streamlit.auth_util import get_redirect_uri, get_secrets_auth_section

    _refuse_unreadable()
    auth = get_secrets_auth_section()
    if not auth:
        return None
    address = URL(get_redirect_uri(auth) or "")
    if address.scheme not in {"http", "https"} or not address.hostname or address.path != CALLBACK:
        raise _wrong(f"redirect_uri must be the app's own address and end with {CALLBACK}")
    return Login(
        origin=f"{address.scheme}://{address.netloc}",
        host=address.hostname,
        secure=address.scheme == "https",
        providers=_providers(auth.to_dict()),
        admins=_admins(),
    )


def _providers(auth: Mapping[str, Any]) -> tuple[str, ...]:
    if "client_id" in auth:
        return ("default",)
    return tuple(name for name, value in auth.items() if isinstance(value, dict) and "client_id" in value)


def _admins() -> frozenset[str]:
    """Return who are admins from the start: of the environment variable and of secrets.toml."""
    import streamlit as st

    named = [*os.environ.get(ADMINS, "").split(","), *st.secrets.get("slumpcv", {}).get("admins", ())]
    return frozenset(name.strip() for name in named if name.strip())


def contact() -> str:
    """Return whom to ask for a role, as secrets.toml says it; empty when it does not."""
    import streamlit as st

    return str(st.secrets.get("slumpcv", {}).get("contact", ""))


def _refuse_unreadable() -> None:
    """Raise when secrets.toml is there and cannot be read: Streamlit would go on without a login."""
    from streamlit import config
    from streamlit.runtime.secrets import secrets_singleton

    there = [path for path in config.get_option("secrets.files") if Path(path).exists()]
    if there and not secrets_singleton.load_if_toml_exists():
        raise InputError(f"{there[-1]} cannot be read", f"Write it as TOML. {GUIDE}")


def login_settings() -> dict[str, Any]:
    """Return the Streamlit settings that a login asks for: where its secrets are, and the app's name.

    Raises
    ------
    InputError
        When `SECRETS` names no file (nobody would be asked who they are), and as :func:`login`.
    """
    from streamlit import config

    found: dict[str, Any] = {}
    named = os.environ.get(SECRETS)
    if named:
        if not Path(named).is_file():
            raise InputError(f"{SECRETS} names {named}, which is no file", GUIDE)
        found["secrets.files"] = [named]
        config.set_option("secrets.files", [named])
    known = login()
    if known is not None:
        # The name that everybody uses, and this computer's own for whatever watches over the server.
        found["server.allowedHosts"] = list(dict.fromkeys([known.host, *HERE[:2]]))
        # Else Streamlit asks a server outside for this computer's address, to print it at the start.
        found["browser.serverAddress"] = known.host
    return found


def use_settings(chosen: Mapping[str, Any]) -> None:
    """Have Streamlit, which has read its settings already, take over others."""
    from streamlit import config

    for name, value in chosen.items():
        config.set_option(name, value)


def check_login(known: Login | None, address: str, guarded: bool) -> None:
    """Refuse to start where nobody would be asked who they are, or the answer could not be trusted.

    Parameters
    ----------
    known : how people log in.
    address : where the app listens.
    guarded : whether devices of the local network are let in by one-time links.

    Raises
    ------
    InputError
        With the reason and what to do.
    """
    if known is None:
        if not guarded and address not in HERE:
            raise InputError(
                f"Without a login the app is for this computer only, not for {address or 'every address'}",
                f"Use 127.0.0.1, `slumpcv app --lan`, or a login. {GUIDE}",
            )
        return
    if guarded:
        refuse_lan()
    if not known.secure and known.host not in HERE:
        raise _wrong("redirect_uri must begin with https: anybody on the way could read a login")
    from streamlit.web.server.server_util import get_cookie_secret

    if len(get_cookie_secret().encode()) < SHORTEST_SECRET:
        raise _wrong(f"cookie_secret is shorter than {SHORTEST_SECRET} bytes")
    if not known.providers:
        raise _wrong("no provider is named by client_id, client_secret and server_metadata_url")
    if find_spec("authlib") is None:
        raise InputError(
            "A login needs a library that is not installed", "Install it: pip install 'slumpcv[app,clinic]'"
        )


def refuse_lan() -> None:
    """Raise when --lan was asked for and people log in.

    Raises
    ------
    InputError
        The links of --lan let a device in, whoever holds it: that is no login, and both have an address.
    """
    login_settings()
    if login() is not None:
        raise InputError("--lan does not go together with a login", LAN_FIX)


def _wrong(problem: str) -> InputError:
    return InputError(f"The login in secrets.toml is not complete: {problem}", GUIDE)
