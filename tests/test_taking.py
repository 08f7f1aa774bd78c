"""Files to take along: who gets them, and what is said when one cannot be made."""

from __future__ import annotations

import errno
import gc
from typing import TYPE_CHECKING

import pytest
from own_server import Client, own_server

from slumpcv.errors import InputError
from slumpcv.language import later, speaking, text
from slumpcv.ui.server.taking import Offer, open_offer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OWNER = "someone"


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    with own_server() as client:
        yield client


def opened(make: Callable[[], bytes], owner: str = OWNER, name: str = "report.pdf") -> Offer:
    offer = Offer(owner, "de", name, make)
    open_offer(offer)
    return offer


def failing(error: Exception) -> Callable[[], bytes]:
    def make() -> bytes:
        raise error

    return make


def test_a_file_is_made_each_time_it_is_asked_for(server: Client) -> None:
    contents = [b"second", b"first"]
    offer = opened(contents.pop)
    for content in (b"first", b"second"):
        reply = server.ask("POST", f"/slumpcv/take/{offer.token}")
        assert (reply.status, reply.content) == (200, content)
        assert reply.headers["content-type"] == "application/pdf"
        assert reply.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "app.take.full"),
        (FileNotFoundError(errno.ENOENT, "No such file"), "app.take.gone"),
        (ValueError("whatever it is"), "app.unexpected"),
    ],
)
def test_what_went_wrong_is_said_in_the_language_of_the_page(
    server: Client, error: Exception, key: str
) -> None:
    offer = opened(failing(error))
    reply = server.ask("POST", f"/slumpcv/take/{offer.token}")
    assert reply.status == 500
    with speaking("de"):
        assert reply.json() == {"problem": text(key)}


def test_what_one_can_mend_says_how(server: Client) -> None:
    error = InputError(later("trouble.disk_full", name="a", folder="b"), later("trouble.fix.space_or_o"))
    offer = opened(failing(error))
    reply = server.ask("POST", f"/slumpcv/take/{offer.token}")
    with speaking("de"):  # and names no option of the command line
        said = text("trouble.disk_full", name="a", folder="b"), text("trouble.fix.free")
        assert reply.json() == {"problem": text("app.problem", problem=said[0], fix=said[1])}


def test_a_file_is_for_the_browser_that_it_was_offered_to(server: Client) -> None:
    made: list[int] = []
    offer = opened(lambda: bytes(made.append(1) or 1), owner="somebody else")
    assert server.ask("POST", f"/slumpcv/take/{offer.token}").status == 404
    assert server.ask("POST", "/slumpcv/take/unknown").status == 404
    assert made == []


def test_no_foreign_page_can_ask_for_a_file(server: Client) -> None:
    offer = opened(lambda: b"x")
    foreign = {"Origin": "http://elsewhere.example", "Cookie": server.cookies}
    assert server.ask("POST", f"/slumpcv/take/{offer.token}", headers=foreign).status == 403


def test_an_offer_ends_with_the_page_that_made_it(server: Client) -> None:
    offer = opened(lambda: b"x")
    token = offer.token
    del offer
    gc.collect()
    assert server.ask("POST", f"/slumpcv/take/{token}").status == 404
