"""The review of a session beside its page: who may see and change it, and what the player is sent.

A seat joins a token to one session and one browser or account. Whoever has the token and is another, or may
not use the desk any more, gets the same answer as somebody without one.
"""

from __future__ import annotations

import gzip
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from slumpcv.errors import InputError
from slumpcv.language import Language, speaking, text
from slumpcv.review.corrections import read_corrections
from slumpcv.ui import access
from slumpcv.ui.server.review_data import data_of
from slumpcv.ui.server.review_source import Outdated, Reviewed, forget
from slumpcv.ui.server.review_words import result_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from slumpcv.ui.server.review_source import ReviewSource

    Answering = Callable[["Seat", bytes], tuple[dict[str, Any], int]]

# A seat holds no arrays of its own; the oldest go. [E]
MOST_SEATS = 1024
# Of a state with all that anybody enters by hand; longer reasons are cut. [E]
LARGEST_BYTES, LONGEST_WHY = 2_000_000, 300
# A third of the usual level's time for a tenth more bytes: 2.5 ms and 48 kB for a clip of a minute.
GZIP_LEVEL = 4
PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@dataclass
class Seat:
    """One person's review of one session."""

    token: str
    session_id: str
    owner: str
    language: Language
    source: ReviewSource
    used_at: float = field(default_factory=time.monotonic)


_seats: dict[str, Seat] = {}
_lock = threading.Lock()


def open_review(session_id: str, owner: str, language: Language, source: ReviewSource) -> str:
    """Return the token of a review: the same for the same session, asker and language.

    Parameters
    ----------
    session_id : what is reviewed.
    owner : the browser or account, as `slumpcv.ui.access.owner` names it.
    language : that answers are written in.
    source : the session, as the person who reviews it may see and change it.
    """
    with _lock:
        for seat in _seats.values():
            if (seat.session_id, seat.owner, seat.language) == (session_id, owner, language):
                seat.used_at, seat.source = time.monotonic(), source
                return seat.token
        by_use = sorted(_seats.values(), key=lambda seat: seat.used_at)
        for seat in by_use[: max(0, len(by_use) + 1 - MOST_SEATS)]:
            del _seats[seat.token]
        token = secrets.token_urlsafe(24)
        _seats[token] = Seat(token, session_id, owner, language, source)
        return token


def close_reviews(session_id: str) -> None:
    """Let go of all reviews of a session: it is deleted, or somebody may not see it any more."""
    with _lock:
        for token in [token for token, seat in _seats.items() if seat.session_id == session_id]:
            del _seats[token]
    forget()


def leave(owner: str) -> None:
    """Let go of all reviews of somebody who logged out."""
    with _lock:
        for token in [token for token, seat in _seats.items() if seat.owner == owner]:
            del _seats[token]


def seat_of(token: str, owner: str | None) -> Seat | None:
    """Return the seat of a token, None when there is none or it is not for this browser or account."""
    with _lock:
        seat = _seats.get(token)
    if seat is None or not owner or not secrets.compare_digest(seat.owner.encode(), owner.encode()):
        return None
    seat.used_at = time.monotonic()
    return seat


async def _seat_of(request: Request) -> Seat | None:
    """Return the seat that a request is for, if its sender may use the desk and it is theirs."""
    return seat_of(request.path_params["token"], await run_in_threadpool(access.desk_asker, request))


# --- answers --------------------------------------------------------------------------------------


def _answer(content: dict[str, Any], zipped: bool, status: int = 200) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    headers = dict(PRIVATE)
    if zipped:
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(body, status, headers, "application/json")


async def _served(request: Request, answering: Answering) -> Response:
    """Answer whoever may ask, in a thread of its own and in the language of the page."""
    seat = await _seat_of(request)
    if seat is None:
        return Response("Not found", 404, PRIVATE)
    body = await _body(request)
    if body is None:
        return Response("Too large", 413, PRIVATE)
    zipped = "gzip" in request.headers.get("accept-encoding", "")

    def work() -> Response:
        with speaking(seat.language):
            try:
                content, status = answering(seat, body)
            except Outdated as newer:
                content, status = result_of(newer.now) | {"newer": _newer(newer.now)}, 409
            except InputError as error:
                content, status = {"problem": error.problem, "fix": error.fix}, 400
            return _answer(content, zipped, status)

    return await run_in_threadpool(work)


async def _body(request: Request) -> bytes | None:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BYTES:
            return None
    return body


def _newer(now: Reviewed) -> str:
    who = now.last.made_by if now.last else ""
    return text("player.newer", who=who or text("player.somebody"))


def _sent(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    number = sent.get("number") if isinstance(sent, dict) else None
    if not isinstance(sent, dict) or not isinstance(number, int):
        raise InputError(text("player.unreadable.problem"), text("player.unreadable.fix"))
    return sent


def _data(seat: Seat, _body: bytes) -> tuple[dict[str, Any], int]:
    reviewed = seat.source.data()
    return data_of(reviewed, seat.source.video()) | {"result": result_of(reviewed)}, 200


def _edit(seat: Seat, body: bytes) -> tuple[dict[str, Any], int]:
    sent = _sent(body)
    state = read_corrections(sent.get("state"))
    action, why = str(sent.get("action", ""))[:64], str(sent.get("why") or "")[:LONGEST_WHY]
    return result_of(seat.source.edit(sent["number"], state, action, why)), 200


def _undo(seat: Seat, body: bytes) -> tuple[dict[str, Any], int]:
    return result_of(seat.source.undo(_sent(body)["number"])), 200


def _redo(seat: Seat, body: bytes) -> tuple[dict[str, Any], int]:
    return result_of(seat.source.redo(_sent(body)["number"])), 200


# --- routes ---------------------------------------------------------------------------------------


async def get_data(request: Request) -> Response:
    """Send everything that the player shows."""
    return await _served(request, _data)


async def post_edit(request: Request) -> Response:
    """Keep a new state of the corrections, and send what follows from it."""
    return await _served(request, _edit)


async def post_undo(request: Request) -> Response:
    """Take the last change back."""
    return await _served(request, _undo)


async def post_redo(request: Request) -> Response:
    """Do again what was taken back."""
    return await _served(request, _redo)


async def get_video(request: Request) -> Response:
    """Send the clip, or the part of it that is asked for."""
    seat = await _seat_of(request)
    video = None if seat is None else await run_in_threadpool(seat.source.video)
    if video is None:
        return Response("Not found", 404, PRIVATE)
    return FileResponse(
        video, media_type="video/mp4", headers=PRIVATE | {"Cross-Origin-Resource-Policy": "same-origin"}
    )


REVIEW_ROUTES: list[BaseRoute] = [
    Route("/slumpcv/review/{token}/data", get_data),
    Route("/slumpcv/review/{token}/video", get_video),
    Route("/slumpcv/review/{token}/edit", post_edit, methods=["POST"]),
    Route("/slumpcv/review/{token}/undo", post_undo, methods=["POST"]),
    Route("/slumpcv/review/{token}/redo", post_redo, methods=["POST"]),
]
