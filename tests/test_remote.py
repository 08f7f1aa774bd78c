"""The phone as a button: what it says reaches its test, and what is marked reaches it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from slumpcv.ui.server.remote import GONE, remote_routes


@dataclass
class FakeSeat:
    marking: bool = False
    over: bool = False
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


def phone(seat: FakeSeat) -> TestClient:
    return TestClient(Starlette(routes=remote_routes({"mine": seat}.get)))


def test_a_mark_goes_to_the_test_and_comes_back() -> None:
    seat = FakeSeat()
    with phone(seat).websocket_connect("/slumpcv/remote/mine/socket") as socket:
        assert socket.receive_json() == {"marking": False, "over": False}
        socket.send_json({"type": "press"})
        assert socket.receive_json() == {"marking": True, "over": False}
        socket.send_json({"type": "release"})
        assert socket.receive_json() == {"marking": False, "over": False}
        socket.send_json({"type": "stop"})
        assert socket.receive_json() == {"marking": False, "over": True}
    assert seat.heard == [("press", "phone"), ("release", "phone"), ("stop", "button")]


def test_what_others_mark_is_shown_on_the_phone() -> None:
    seat = FakeSeat()
    with phone(seat).websocket_connect("/slumpcv/remote/mine/socket") as socket:
        assert socket.receive_json()["marking"] is False
        seat.marking = True
        assert socket.receive_json()["marking"] is True


def test_a_line_that_breaks_lets_go() -> None:
    seat = FakeSeat()
    with phone(seat).websocket_connect("/slumpcv/remote/mine/socket") as socket:
        socket.receive_json()
        socket.send_json({"type": "press"})
        socket.receive_json()
    assert seat.heard == [("press", "phone"), ("release", "phone")]


@pytest.mark.parametrize("words", ["", "[]", "{}", "1", '{"type": []}', '{"type": "release"}', "x" * 5000])
def test_nonsense_is_left_out_and_the_line_stays(words: str) -> None:
    seat = FakeSeat()
    with phone(seat).websocket_connect("/slumpcv/remote/mine/socket") as socket:
        socket.receive_json()
        socket.send_text(words)
        socket.send_json({"type": "press"})
        assert socket.receive_json()["marking"] is True
    assert seat.heard[0] == ("press", "phone")


def test_an_unknown_test_is_told_so() -> None:
    with phone(FakeSeat()).websocket_connect("/slumpcv/remote/other/socket") as socket:
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == GONE


def test_the_page_runs_only_its_own_script() -> None:
    answer = phone(FakeSeat()).get("/slumpcv/remote/mine")
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", policy)
    assert nonce is not None
    assert f'<script nonce="{nonce[1]}">' in answer.text
    assert not re.search(r"\{(lang|title|stop|nonce|words)\}", answer.text)


def test_the_page_speaks_the_language_of_the_link_then_of_the_phone() -> None:
    get = phone(FakeSeat()).get
    spanish = {"accept-language": "es"}
    assert "Ich spüre es" in get("/slumpcv/remote/mine?lang=de", headers=spanish).text
    assert "Lo siento" in get("/slumpcv/remote/mine?lang=xx", headers=spanish).text
