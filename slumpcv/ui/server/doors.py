"""Who may come in: a plain ASGI layer before every page, file and live connection.

It passes messages on as they come, so that nothing streamed is held back.
"""

from __future__ import annotations

import secrets
from html import escape
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse

from slumpcv.language import LANGUAGES, Language, speaking, text
from slumpcv.ui import access
from slumpcv.ui.login import login
from slumpcv.ui.server.passes import PASSES, Passes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWNER, PASS = access.OWNER_COOKIE, "slumpcv_pass"
YEAR_S = 365 * 24 * 3600
OWN, ENTER = "/slumpcv/", "/slumpcv/enter/"
LOGIN, LOGOUT = "/auth/login", "/auth/logout"
# Streamlit gives these to whoever has the address; at a clinic nobody without a role may.
FOR_PEOPLE = ("/media/", "/_stcore/upload_file/")
FOR_NOBODY = "/_stcore/metrics"
TOKENS = "_streamlit_user_tokens"  # begins the names of the cookies with the provider's tokens
READING = {"GET", "HEAD", "OPTIONS"}
REFUSED = 4403  # code of our own for closing
# The browser itself then refuses to talk to any other machine. Streamlit's page needs its inline
# script and styles, and blob: for the scripts of components and for workers.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob: mediastream:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), screen-wake-lock=(self)",
}
PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8">{more}
<meta name="viewport" content="width=device-width, initial-scale=1"><title>slumpcv</title>
<style>:root{{color-scheme:light dark}}body{{font:1.2rem/1.5 system-ui,sans-serif;max-width:32rem;
margin:15vh auto;padding:0 1.5rem}}h1{{font-size:1.5rem}}</style><h1>{title}</h1><p>{words}</p></html>"""


def allowed_hosts() -> Sequence[str]:
    """Return the names under which the app may be reached; none means any, as in Streamlit."""
    from streamlit import config

    hosts: list[str] = config.get_option("server.allowedHosts")
    return hosts


def preferred(accept: str) -> Language:
    """Return the first of our languages in an Accept-Language header, else English."""
    for wish in accept.split(","):
        for language in LANGUAGES:
            if wish.strip().lower().partition(";")[0].partition("-")[0] == language:
                return language
    return "en"


def _page(connection: HTTPConnection, name: str, status: int, more: str = "") -> Response:
    language = preferred(connection.headers.get("accept-language", ""))
    with speaking(language):
        title, words = text(f"lan.{name}.title"), text(f"lan.{name}.words")
    page = PAGE.format(lang=language, title=escape(title), words=escape(words), more=more)
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})


def _go_on(connection: HTTPConnection, to: str) -> Response:
    """Send the browser on from a page of ours: after a redirect it would keep back strict cookies."""
    more = f'<meta http-equiv="refresh" content="0;url={escape(to, quote=True)}">'
    return _page(connection, "go_on", 200, more)


def _set(headers: MutableHeaders, name: str, value: str, secure: bool, max_age_s: int | None = None) -> None:
    kept = "" if max_age_s is None else f"; Max-Age={max_age_s}"
    headers.append(
        "Set-Cookie", f"{name}={value}; Path=/; HttpOnly; SameSite=Strict{kept}{'; Secure' if secure else ''}"
    )


class Doors:
    """Refuses who may not come in, and gives the others what they need.

    Parameters
    ----------
    app : what is behind the doors.
    passes : who was let in from the local network.
    hosts : gives the names under which the app may be reached.
    """

    def __init__(
        self, app: ASGIApp, passes: Passes = PASSES, hosts: Callable[[], Sequence[str]] = allowed_hosts
    ) -> None:
        self._app, self._passes, self._hosts = app, passes, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one live connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        new: dict[str, tuple[str, int | None]] = {}
        answer = self._answer(connection, new) or await _about_people(connection)
        if scope["type"] == "websocket" and answer is not None:
            await receive()
            await send({"type": "websocket.close", "code": REFUSED})
            return
        refused = answer is not None and answer.status_code >= 400
        if not refused and OWNER not in connection.cookies and not _came_from_elsewhere(connection):
            new[OWNER] = secrets.token_urlsafe(24), YEAR_S
        await (answer or self._app)(scope, receive, _dressed(send, scope, new))

    def _answer(self, connection: HTTPConnection, new: dict[str, tuple[str, int | None]]) -> Response | None:
        """Return what the doors themselves answer; None lets the request through."""
        path = connection.scope["path"]
        if not _known(connection.headers.get("host", ""), self._hosts()):
            return _page(connection, "other_name", 400)
        if _changes(connection) and not _same_origin(connection):
            return _page(connection, "other_page", 403)
        if path.startswith(ENTER) and connection.scope.get("method") == "GET":
            return self._enter(connection, path.removeprefix(ENTER), new)
        elsewhere = _from_elsewhere(connection, path) if _came_from_elsewhere(connection) else None
        if elsewhere is not None:
            return elsewhere
        if self._passes.guarded and not self._passes.good(connection.cookies.get(PASS, "")):
            return _page(connection, "refused", 403)
        return None

    def _enter(
        self, connection: HTTPConnection, token: str, new: dict[str, tuple[str, int | None]]
    ) -> Response:
        if not self._passes.guarded:
            return _go_on(connection, "/")
        entered = self._passes.enter(token, connection.client.host if connection.client else "")
        if entered is None:
            return _page(connection, "used_up", 403)
        new[PASS] = entered[0], None
        return _go_on(connection, entered[1])


def _from_elsewhere(connection: HTTPConnection, path: str) -> Response | None:
    """Answer what a page of somebody else asks for; a login's provider leads back to us in this way too."""
    ours = path in {LOGIN, LOGOUT}  # nobody else logs anybody in or out
    # A link: the browser keeps back our strict cookies, though it may have them.
    if connection.headers.get("sec-fetch-mode") == "navigate":
        query = "" if ours else connection.scope["query_string"].decode("latin-1")
        # Browsers take both "//" and "/\\" for the beginning of another server's name.
        inside = "" if ours else path.replace("\\", "/").lstrip("/")
        return _go_on(connection, f"/{inside}{'?' if query else ''}{query}")
    return _page(connection, "other_page", 403) if ours else None


async def _about_people(connection: HTTPConnection) -> Response | None:
    """Answer what nobody but somebody with a role may ask for, where people log in."""
    path = connection.scope["path"]
    if login() is None:
        return None
    if path == LOGOUT:
        await run_in_threadpool(access.end_login, connection)
    closed = path == FOR_NOBODY
    if path.startswith(FOR_PEOPLE):
        closed = await run_in_threadpool(access.person_of, connection) is None
    return PlainTextResponse("Not found", 404) if closed else None


def _came_from_elsewhere(connection: HTTPConnection) -> bool:
    return connection.headers.get("sec-fetch-site") in {"cross-site", "same-site"}


def _changes(connection: HTTPConnection) -> bool:
    return connection.scope["type"] == "websocket" or connection.scope["method"] not in READING


def _same_origin(connection: HTTPConnection) -> bool:
    """Browsers send the origin with all that changes something, and no page can forge it."""
    origin, known = connection.headers.get("origin", ""), login()
    if known is not None:  # as everybody calls the app; a proxy must not change the name on the way
        return origin == known.origin == f"{known.origin.partition(':')[0]}://{connection.headers['host']}"
    scheme, _, host = origin.partition("://")
    secure = connection.scope["scheme"] in {"https", "wss"}
    return host == connection.headers["host"] and scheme == ("https" if secure else "http")


def _known(host: str, allowed: Sequence[str]) -> bool:
    """Return whether a Host header names this app: other names were made to lead here by somebody."""
    name, _, port = host.lower().partition(":")
    return (
        bool(host) and (not port or port.isdecimal()) and (not allowed or name in allowed or "*" in allowed)
    )


def _dressed(send: Send, scope: Scope, new: dict[str, tuple[str, int | None]]) -> Send:
    """Return a ``send`` that adds headers and cookies to the answer's first message."""
    known = login()
    secure = scope["scheme"] in {"https", "wss"} if known is None else known.secure

    async def dressed(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.accept"}:
            headers = MutableHeaders(scope=message)
            if scope["type"] == "http":
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if known is not None:
                    _trim_cookies(headers, secure)
                for name, (value, max_age_s) in new.items():
                    _set(headers, name, value, secure, max_age_s)
        await send(message)

    return dressed


def _trim_cookies(headers: MutableHeaders, secure: bool) -> None:
    """Keep Streamlit's cookies to encrypted connections, and the provider's tokens out of the browser.

    Nothing here needs the tokens; on logging out, Streamlit would put one, which holds the person's name,
    into an address.
    """
    given = headers.getlist("set-cookie")
    del headers["set-cookie"]
    for cookie in given:
        if not cookie.startswith(TOKENS):
            headers.append("set-cookie", f"{cookie}; Secure" if secure else cookie)


MIDDLEWARE: list[Middleware] = [Middleware(Doors)]
