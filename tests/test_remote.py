"""The phone as a button: what it says reaches its test, and what is marked reaches it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

import pytest
from asgi_browser import Browser
from starlette.applications import Starlette

from slumpcv.ui.server.remote import GONE, remote_routes


@dataclass
class FakeSeat:
    marking: bool = False
    over: bool = False
    closed: bool = False
    heard: list[tuple[str, str]] = field(default_factory=list)

    def press(self, by: str) -> None:
        self.heard.append(("press", by))
        self.marking = True

    def release(self, by: str) -> None:
        self.heard.append(("release", by))
        self.marking = False

    def stop(self, by: str) -> None:
        self.heard.append(("stop", by))
        self.over = True


def phone(seat: FakeSeat) -> Browser:
    return Browser(Starlette(routes=remote_routes({"mine": seat}.get)))


def test_a_mark_goes_to_the_test_and_comes_back() -> None:
    seat = FakeSeat()

    async def talk() -> None:
        async with phone(seat).line("/slumpcv/remote/mine/socket") as socket:
            assert (await socket.hear()) == {"marking": False, "over": False}
            await socket.say('{"type": "press"}')
            assert (await socket.hear()) == {"marking": True, "over": False}
            await socket.say('{"type": "release"}')
            assert (await socket.hear()) == {"marking": False, "over": False}
            await socket.say('{"type": "stop"}')
            assert (await socket.hear()) == {"marking": False, "over": True}

    asyncio.run(talk())
    assert seat.heard == [("press", "phone"), ("release", "phone"), ("stop", "button")]


def test_what_others_mark_is_shown_on_the_phone() -> None:
    seat = FakeSeat()

    async def talk() -> None:
        async with phone(seat).line("/slumpcv/remote/mine/socket") as socket:
            assert (await socket.hear())["marking"] is False
            seat.marking = True
            assert (await socket.hear())["marking"] is True

    asyncio.run(talk())


def test_a_line_that_breaks_lets_go() -> None:
    seat = FakeSeat()

    async def talk() -> None:
        async with phone(seat).line("/slumpcv/remote/mine/socket") as socket:
            await socket.hear()
            await socket.say('{"type": "press"}')
            await socket.hear()

    asyncio.run(talk())
    assert seat.heard == [("press", "phone"), ("release", "phone")]


@pytest.mark.parametrize("words", ["", "[]", "{}", "1", '{"type": []}', '{"type": "release"}', "x" * 5000])
def test_nonsense_is_left_out_and_the_line_stays(words: str) -> None:
    seat = FakeSeat()

    async def talk() -> None:
        async with phone(seat).line("/slumpcv/remote/mine/socket") as socket:
            await socket.hear()
            await socket.say(words)
            await socket.say('{"type": "press"}')
            assert (await socket.hear())["marking"] is True

    asyncio.run(talk())
    assert seat.heard[0] == ("press", "phone")


def test_an_unknown_test_is_told_so() -> None:
    async def talk() -> None:
        async with phone(FakeSeat()).line("/slumpcv/remote/other/socket") as socket:
            assert await socket.hear() == {"code": GONE}

    asyncio.run(talk())


def test_the_page_runs_only_its_own_script() -> None:
    answer = phone(FakeSeat()).ask("/slumpcv/remote/mine")
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", policy)
    assert nonce is not None
    assert f'<script nonce="{nonce[1]}">' in answer.text
    assert not re.search(r"\{(lang|title|stop|nonce|words)\}", answer.text)


def test_the_page_speaks_the_language_of_the_link_then_of_the_phone() -> None:
    ask = phone(FakeSeat()).ask
    assert "Ich spüre es" in ask("/slumpcv/remote/mine?lang=de", accept_language="es").text
    assert "Lo siento" in ask("/slumpcv/remote/mine?lang=xx", accept_language="es").text
