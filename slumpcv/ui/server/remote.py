"""The phone as a button: a page with one big button, and the line from it to its test."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.ui.server.doors import preferred

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

    from slumpcv.live.record import MarkedBy, StoppedBy

GONE = 4404  # code of our own for closing; remote.html knows it
LOOK_EVERY_S = 0.1  # how soon the phone shows what another device or the camera marked [E]
LONGEST = 200  # characters of what a phone can say
STATES = ("idle", "marking", "waiting", "over", "gone")


class Pressed(Protocol):
    """What the button needs of a test's seat; the time is the seat's own, of its latest picture."""

    @property
    def marking(self) -> bool: ...  # noqa: D102
    @property
    def over(self) -> bool: ...  # noqa: D102
    @property
    def closed(self) -> bool: ...  # noqa: D102
    def press(self, by: MarkedBy) -> None: ...  # noqa: D102
    def release(self, by: MarkedBy) -> None: ...  # noqa: D102
    def stop(self, by: StoppedBy) -> None: ...  # noqa: D102


def remote_routes(find: Callable[[str], Pressed | None]) -> list[BaseRoute]:
    """Return the routes of the button.

    Parameters
    ----------
    find : gives the seat of a token, None when nobody was given it.
    """

    async def page(request: Request) -> Response:
        return button_page(request)

    async def line(socket: WebSocket) -> None:
        await socket.accept()
        seat = find(socket.path_params["token"])
        if seat is None:
            await socket.close(GONE)
            return
        await serve_button(socket, seat)

    return [
        WebSocketRoute("/slumpcv/remote/{token}/socket", line),
        Route("/slumpcv/remote/{token}", page),
    ]


def button_page(request: Request) -> Response:
    """Return the page with the button, in the language of the link, else of the phone."""
    wished = request.query_params.get("lang")
    language = next((one for one in LANGUAGES if one == wished), None)
    language = language or preferred(request.headers.get("accept-language", ""))
    nonce = secrets.token_urlsafe(16)
    with speaking(language):
        words = {name: text(f"lan.remote.{name}") for name in STATES}
        values = {"title": escape(text("lan.remote.title")), "stop": escape(text("lan.remote.stop"))}
    # A closing tag within JSON would end the script that holds it.
    values |= {"words": json.dumps(words).replace("<", "\\u003c"), "nonce": nonce, "lang": language}
    html = resources.files("slumpcv.ui.server").joinpath("remote.html").read_text(encoding="utf-8")
    for name, value in values.items():
        html = html.replace(f"{{{name}}}", value)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


async def serve_button(socket: WebSocket, seat: Pressed) -> None:
    """Pass on what the button says, and tell it what is marked, until either end is gone.

    A line that breaks while the button is held counts as letting go.
    """
    telling = asyncio.create_task(_tell(socket, seat))
    held = False
    try:
        while True:
            kind = _kind(await socket.receive_text())
            if kind == "press" and not held:
                held = True
                await run_in_threadpool(seat.press, "phone")
            elif kind == "release" and held:
                held = False
                await run_in_threadpool(seat.release, "phone")
            elif kind == "stop":
                await run_in_threadpool(seat.stop, "button")
    except (WebSocketDisconnect, KeyError):  # KeyError: bytes came, which no button of ours sends
        pass
    finally:
        telling.cancel()
        if held:
            await run_in_threadpool(seat.release, "phone")


async def _tell(socket: WebSocket, seat: Pressed) -> None:
    told: dict[str, bool] = {}
    with suppress(WebSocketDisconnect, RuntimeError):
        while not seat.closed:
            now = {"marking": seat.marking, "over": seat.over}
            if now != told:
                await socket.send_text(json.dumps(now))
                told = now
            await asyncio.sleep(LOOK_EVERY_S)
        await socket.close(GONE)


def _kind(words: str) -> str | None:
    """Return what the button says; None when it is nothing that a button can say."""
    try:
        kind = json.loads(words[:LONGEST])["type"]
    except (ValueError, TypeError, KeyError):
        return None
    return kind if isinstance(kind, str) else None
