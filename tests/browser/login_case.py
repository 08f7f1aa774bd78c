"""A clinic's app with a real login provider beside it, and browsers of different people."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import TimeoutError  # what a click raises

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route

PEOPLE = {
    "ada": {"name": "Ada Adler", "email": "ada@clinic.example", "email_verified": True},
    "thea": {"name": "Thea Thorn", "email": "thea@clinic.example", "email_verified": True},
    "pat": {"name": "Pat Pool", "email": "pat@home.example"},
    "sam": {"name": "Sam Sand", "email": "sam@home.example"},
}
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "of a test, and long enough for that"
client_id = "slumpcv"
client_secret = "of a test"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[slumpcv]
admins = ["ada@clinic.example"]
contact = "Front desk, room 2"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def provider(log: Path) -> Iterator[str]:
    """Run an OpenID Connect provider that knows `PEOPLE`; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    for subject, told in PEOPLE.items():
        command += ["--user-claims", json.dumps({"sub": subject, **told})]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/jwks", timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def choose(page: Page, box: Locator, name: str) -> None:
    """Choose from a list, which closes when the page is drawn anew while it is open."""
    option = page.get_by_role("option", name=name, exact=True)
    for wait_ms in (3_000, 10_000, 30_000):
        box.click()
        try:
            option.click(timeout=wait_ms)
        except TimeoutError:
            page.keyboard.press("Escape")
        else:
            return
    pytest.fail(f"{name} could not be chosen")


@dataclass
class Desk:
    """One person's browser."""

    page: Page
    address: str
    provider: str
    errors: list[str] = field(default_factory=list)

    def log_in(self, subject: str) -> None:
        """Go from the login page to the provider and back."""
        self.page.goto(self.address)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(f"{self.provider}/**")
        self.page.locator(f'button[value="{subject}"]').click()
        self.page.wait_for_url(f"{self.address}/")
        self.page.get_by_text(str(PEOPLE[subject]["name"])).first.wait_for()

    def fetch(self, path: str, method: str = "GET") -> int:
        """What the server answers to this browser, asked by a script of the app's own page."""
        return int(
            self.page.evaluate(
                "([path, method]) => fetch(path, {method}).then((answer) => answer.status)", [path, method]
            )
        )

    def line_opens(self, path: str) -> bool:
        """Whether a live line opens for this browser."""
        return bool(
            self.page.evaluate(
                """(path) => new Promise((done) => {
                  const line = new WebSocket(`ws://${location.host}${path}`);
                  line.onopen = () => { line.close(); done(true); };
                  line.onclose = () => done(false);
                })""",
                path,
            )
        )


@dataclass
class Street:
    """All browsers of a test; nobody reaches anything but the app and its login provider."""

    browser: Browser
    address: str
    provider: str
    contexts: list[BrowserContext] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)

    def desk(self, **options: object) -> Desk:
        """Give a new browser, in which nobody has logged in."""
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        self.contexts.append(context)
        context.set_default_timeout(30_000)
        context.route("**/*", self._pass)
        desk = Desk(context.new_page(), self.address, self.provider)
        desk.page.on(
            "console",
            lambda said: (
                desk.errors.append(said.text)
                if said.type == "error" and desk.page.url.startswith(self.address)
                else None
            ),
        )
        return desk

    def _pass(self, route: Route) -> None:
        asked, page = urlsplit(route.request.url), urlsplit(route.request.frame.url)
        known = {urlsplit(self.address).netloc, urlsplit(self.provider).netloc}
        if asked.netloc in known:
            route.continue_()
            return
        if page.netloc == urlsplit(self.address).netloc:
            self.elsewhere.add(asked.netloc)
        route.abort()  # the provider's own pages have their style from elsewhere
