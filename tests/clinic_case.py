"""A clinic: its secrets.toml, people who have logged in there, and the cookies that they hold."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from slumpcv.library.audit import AuditQuery
from slumpcv.library.terms import LOCAL
from slumpcv.ui import access
from slumpcv.ui.login import SECRETS, login, login_settings, use_settings
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from slumpcv.library.library import Library, Role
    from slumpcv.library.terms import Account

HOME = "https://slump.example.org"
ISSUER = "https://login.example.org"
COOKIE_SECRET = "a secret of a test that is long enough"
FILE = f"""
[auth]
redirect_uri = "{HOME}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "slumpcv"
client_secret = "known to the provider"
server_metadata_url = "{ISSUER}/.well-known/openid-configuration"

[slumpcv]
admins = ["Ada@clinic.example", "subject-of-bob"]
contact = "Front desk, room 2"
"""


def claims(subject: str, **more: Any) -> dict[str, Any]:
    """What a provider says of somebody, as Streamlit puts it into its cookie."""
    told = {"iss": ISSUER, "sub": subject, "name": subject.title(), "iat": time.time() - 60, "nonce": subject}
    return told | {"origin": HOME, "is_logged_in": True, "provider": "default"} | more


def cookie(subject: str, secret: str = COOKIE_SECRET, **more: Any) -> dict[str, str]:
    """The cookies of a browser in which somebody has logged in."""
    told = json.dumps(claims(subject, **more))
    return {"_streamlit_user": create_signed_value(secret, "_streamlit_user", told).decode()}


@dataclass
class Clinic:
    library: Library

    def somebody(self, subject: str, role: Role | None = None) -> Account:
        """The account of somebody, made with a role when there is none."""
        return self.library.add_account(ISSUER, subject, subject.title(), role)

    def log(self) -> list[tuple[str, str]]:
        """Who did what, oldest first."""
        entries = self.library.audit_entries(LOCAL, AuditQuery()).entries
        return [(entry.who, entry.action) for entry in reversed(entries)]


def at_clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str = FILE) -> Iterator[Clinic]:
    """Have people log in while the iterator is open."""
    (tmp_path / "secrets.toml").write_text(text)
    monkeypatch.setenv(SECRETS, str(tmp_path / "secrets.toml"))
    names = "secrets.files", "server.allowedHosts", "browser.serverAddress"
    before = {name: config.get_option(name) for name in names}
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    monkeypatch.setattr(access, "_ended", {})
    monkeypatch.setattr(access, "_seen", {})
    try:
        _forget()
        use_settings(login_settings())
        held = hub.library()
        yield Clinic(held)
        held.close()
    finally:
        monkeypatch.delenv(SECRETS)
        for name, value in before.items():
            config.set_option(name, value)
        _forget()


def _forget() -> None:
    secrets_singleton._reset()
    login.cache_clear()
