"""Files to take along: made when they are asked for, and what goes wrong is said in the page's language."""

from __future__ import annotations

import errno
import logging
import secrets
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from slumpcv.errors import InputError
from slumpcv.language import Language, speaking, text
from slumpcv.ui import access, trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Offer:
    """A file that one browser or account may have, for as long as its page holds this."""

    owner: str
    language: Language
    name: str
    make: Callable[[], bytes]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))


# Held by the pages: what nobody's page offers any more is gone.
_offers: WeakValueDictionary[str, Offer] = WeakValueDictionary()


def open_offer(offer: Offer) -> None:
    """Let a file be asked for, in place of an earlier offer of the same token."""
    _offers[offer.token] = offer


async def post_take(request: Request) -> Response:
    """Make a file and send it, to whom it is offered."""
    offer = _offers.get(request.path_params["token"])
    if offer is None or not await run_in_threadpool(access.is_asker, request, offer.owner):
        return Response("Not found", 404, PRIVATE)
    return await run_in_threadpool(_made, offer)


def _made(offer: Offer) -> Response:
    with speaking(offer.language):
        try:
            return Response(offer.make(), 200, PRIVATE, guess_type(offer.name)[0])
        except Exception as error:
            return JSONResponse({"problem": _problem(error)}, 500, PRIVATE)


def _problem(error: Exception) -> str:
    """Say what went wrong; the log of the terminal has what nobody expected."""
    if isinstance(error, InputError):
        return trouble.words(error)
    if isinstance(error, OSError) and error.errno in FULL:
        return text("app.take.full")
    if isinstance(error, FileNotFoundError):
        return text("app.take.gone")
    _log.error("a file could not be made", exc_info=error)
    return text("app.unexpected")
