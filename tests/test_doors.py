"""Who may come in, by which door, and what each answer carries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from asgi_browser import Browser
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from slumpcv.ui.server.doors import OWNER, PASS, Doors, preferred
from slumpcv.ui.server.passes import LINK_LIVES_S, MOST_WRONG, WRONG_WITHIN_S, Passes

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.websockets import WebSocket

HOSTS = ["localhost", "192.168.1.7"]
HOME = "https://localhost:8501"


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.url.path)


async def line(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


def client(passes: Passes | None = None, base: str = HOME) -> Browser:
    routes = [
        WebSocketRoute("/_stcore/stream", line),
        WebSocketRoute("/slumpcv/live", line),
        Route("/slumpcv/clip", hello, methods=["PUT", "GET"]),
        Route("/{path:path}", hello),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Doors, passes or Passes(), lambda: HOSTS)])
    return Browser(app, base)


def guarded() -> tuple[Passes, Browser]:
    passes = Passes(guarded=True)
    return passes, client(passes)


def test_a_browser_gets_one_owner_cookie_that_scripts_cannot_read() -> None:
    browser = client()
    given = browser.ask("/").headers["set-cookie"]
    assert given.startswith(f"{OWNER}=")
    for part in ("HttpOnly", "SameSite=Strict", "Secure", "Max-Age=31536000", "Path=/"):
        assert part in given.split("; ")
    assert "set-cookie" not in browser.ask("/").headers


def test_the_cookie_also_works_without_https() -> None:
    assert "Secure" not in client(base="http://localhost").ask("/").headers["set-cookie"]


def test_a_link_elsewhere_does_not_replace_the_owner() -> None:
    answer = client().ask("/?visit=a", sec_fetch_site="cross-site", sec_fetch_mode="navigate")
    assert "set-cookie" not in answer.headers
    assert "0;url=/?visit=a" in answer.text


@pytest.mark.parametrize("start", ["//", "/\\", "/\\/", "\\\\"])
def test_a_link_elsewhere_cannot_send_the_browser_to_another_server(start: str) -> None:
    answer = client().ask(f"{start}evil.example/", sec_fetch_site="cross-site", sec_fetch_mode="navigate")
    assert "0;url=/evil.example/" in answer.text


def test_every_answer_has_the_headers_that_protect_it() -> None:
    headers = client().ask("/").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=(self)" in headers["permissions-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "connect-src 'self' data: blob:;" in headers["content-security-policy"]


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://localhost:8501"])
def test_only_our_pages_change_something(origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    assert client().ask("/slumpcv/clip", "PUT", **headers).status_code == 403
    assert not client().line_opens("/slumpcv/live", **headers)


def test_our_pages_change_something() -> None:
    assert client().ask("/slumpcv/clip", "PUT", origin=HOME).status_code == 200
    assert client().line_opens("/slumpcv/live", origin=HOME)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:x", ""])
def test_no_other_name_leads_here(host: str) -> None:
    assert client().ask("/slumpcv/clip", host=host).status_code == 400


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/static/a.js", "/slumpcv/clip", "/media/a"])
def test_without_a_pass_nothing_is_shown_to_the_network(path: str) -> None:
    _, browser = guarded()
    answer = browser.ask(path, accept_language="de-AT,en;q=0.5")
    assert answer.status_code == 403
    assert 'lang="de"' in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/_stcore/stream", "/slumpcv/live"])
def test_without_a_pass_no_line_opens(path: str) -> None:
    passes, browser = guarded()
    assert not browser.line_opens(path, origin=HOME)
    browser.ask(f"/slumpcv/enter/{passes.new_link()}")
    assert browser.line_opens(path, origin=HOME)


def test_a_link_lets_one_device_in_once() -> None:
    passes, browser = guarded()
    link = f"/slumpcv/enter/{passes.new_link('/slumpcv/remote/a-b_1?lang=de')}"
    entered = browser.ask(link)
    assert "0;url=/slumpcv/remote/a-b_1?lang=de" in entered.text
    assert browser.ask("/").status_code == 200
    stranger = client(passes)
    assert stranger.ask(link).status_code == 403
    assert stranger.ask("/").status_code == 403


def test_a_made_up_pass_opens_nothing() -> None:
    _, browser = guarded()
    browser.cookies[PASS] = "guess"
    assert browser.ask("/").status_code == 403


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil", "/slumpcv/remote/../x", "/a"]
)
def test_a_link_leads_to_our_own_pages_only(to: str) -> None:
    with pytest.raises(ValueError, match="no page"):
        Passes().new_link(to)


def test_a_link_does_not_live_for_ever() -> None:
    now = [0.0]
    passes = Passes(guarded=True, clock=lambda: now[0])
    token = passes.new_link()
    now[0] = LINK_LIVES_S + 1
    assert passes.enter(token, "a") is None


def test_who_guesses_has_to_wait_and_others_do_not() -> None:
    now = [0.0]
    passes = Passes(guarded=True, clock=lambda: now[0])
    for _ in range(MOST_WRONG):
        assert passes.enter("guess", "a") is None
    token = passes.new_link()
    assert passes.enter(token, "a") is None
    assert passes.enter(token, "b") is not None
    now[0] = WRONG_WITHIN_S + 1
    assert passes.enter(passes.new_link(), "a") is not None


def test_a_streamed_answer_and_body_are_passed_on_piece_by_piece() -> None:
    happened: list[str] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2):
            piece = await receive()
            await send({"type": "http.response.body", "body": piece["body"], "more_body": piece["more_body"]})

    async def receive() -> dict[str, Any]:
        happened.append("in")
        return {"type": "http.request", "body": b"x", "more_body": happened.count("in") < 2}

    async def send(message: Any) -> None:
        happened.append(message["type"].removeprefix("http.response."))

    scope = {
        "type": "http",
        "method": "PUT",
        "path": "/slumpcv/clip",
        "query_string": b"",
        "scheme": "https",
        "headers": [(b"host", b"localhost"), (b"origin", b"https://localhost")],
    }
    asyncio.run(Doors(app, Passes(), lambda: HOSTS)(scope, receive, send))
    assert happened == ["start", "in", "body", "in", "body"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [("", "en"), ("fr, es;q=0.8", "es"), ("DE", "de"), ("est", "en")],
)
def test_the_first_of_our_languages_is_spoken(accept: str, language: str) -> None:
    assert preferred(accept) == language
