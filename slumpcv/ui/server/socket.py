"""The live connection of one page: pictures in, what is seen and said out.

Pictures are never queued: at most one is with the coach and one waits, and a newer one takes its
place. What a key or a button said is never dropped.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from slumpcv.errors import InputError
from slumpcv.language import speaking
from slumpcv.live.record import MarkedBy, StoppedBy
from slumpcv.ui.server.asking import seat_of
from slumpcv.ui.server.orders import Order, OrderKind, Shot
from slumpcv.ui.server.seat import ReplacedError

if TYPE_CHECKING:
    from slumpcv.ui.server.orders import Json
    from slumpcv.ui.server.seat import Seat

LARGEST_BYTES = 2 << 20  # of a picture; ours have about 40 KB
REFUSED, REPLACED = 4403, 4409  # codes of our own for closing
BACK_WITHIN_S = 60.0  # a lost connection may come back; then its coach goes on
LAST_PIECES_S = 10.0  # after the test's end only the rest of the recording may still come
BY = {"press": get_args(MarkedBy), "release": get_args(MarkedBy), "stop": get_args(StoppedBy)}

log = logging.getLogger(__name__)
# One thread per core, first come, first served: as each page has at most one picture here at a
# time, two pages take turns.
_coaches = ThreadPoolExecutor(max(2, os.cpu_count() or 1), thread_name_prefix="coach")
_lines: dict[str, Line] = {}


@dataclass
class Line:
    """One open connection and what came through it that the coach has not seen yet."""

    socket: WebSocket
    seat: Seat
    orders: list[Order] = field(default_factory=list)
    shot: Shot | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take_in(self, message: Json) -> None:
        """Note what the page sent; what is not understood is left out."""
        data, words = message.get("bytes"), message.get("text")
        if data is not None and 8 < len(data) <= LARGEST_BYTES:
            self.shot = Shot(struct.unpack_from("<d", data)[0], data[8:])
        elif words is not None and (order := read_order(words)) is not None:
            self.orders.append(order)
        self.news.set()

    async def work(self) -> None:
        """Pass what came in to the coach, and its answers to the page, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self.news.wait()
            self.news.clear()
            orders, shot, self.orders, self.shot = self.orders, self.shot, [], None
            if not orders and shot is None and not self.seat.asked:
                continue
            try:
                answers = await loop.run_in_executor(_coaches, self.seat.work, orders, shot)
            except ReplacedError:
                await self.socket.close(REFUSED)
                return
            except InputError as error:
                with speaking(self.seat.language):
                    answers = [{"type": "error", "text": str(error)}]
            for answer in answers:
                await self.socket.send_text(json.dumps(answer, allow_nan=False))


def read_order(words: str) -> Order | None:
    """Read what a page tells; None when it is not one of the things that a page can tell."""
    try:
        told = json.loads(words)
        kind, time_s, by = told["type"], float(told["t"]), told.get("by")
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if kind not in get_args(OrderKind) or by not in BY.get(kind, (by,)):
        return None
    return Order(kind, time_s, by)


async def live(socket: WebSocket) -> None:
    """Serve one page's live connection; the newest page of a test has it."""
    seat = await seat_of(socket)
    if seat is None:
        await socket.close(REFUSED)
        return
    await socket.accept()
    loop = asyncio.get_running_loop()
    if not await loop.run_in_executor(_coaches, seat.begin, socket.query_params.get("take", "")):
        await socket.close(REPLACED)
        return
    before = _lines.get(seat.token)
    line = _lines[seat.token] = Line(socket, seat)
    seat.nudge = lambda: _nudge(loop, line)
    if before is not None and before.socket.application_state is WebSocketState.CONNECTED:
        with suppress(RuntimeError):
            await before.socket.close(REPLACED)
    worker = asyncio.create_task(line.work())
    listener = asyncio.create_task(_listen(line))
    try:
        done, _ = await asyncio.wait({worker, listener}, return_when=asyncio.FIRST_COMPLETED)
        await _tell(done, line)
    finally:
        worker.cancel()
        listener.cancel()
        if _lines.get(seat.token) is line:
            del _lines[seat.token]
            loop.call_later(LAST_PIECES_S if seat.over else BACK_WITHIN_S, _leave, seat)
            with suppress(InputError):  # the recording's own route says that the disk is full
                await loop.run_in_executor(_coaches, seat.keep)


def _nudge(loop: asyncio.AbstractEventLoop, line: Line) -> None:
    """Have a connection look for orders from elsewhere; called by any thread."""
    with suppress(RuntimeError):  # the program ends
        loop.call_soon_threadsafe(line.news.set)


async def _listen(line: Line) -> None:
    while True:
        message = await line.socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        line.take_in(dict(message))


async def _tell(done: set[asyncio.Task[None]], line: Line) -> None:
    """Write down what ended a connection, unless it was the page that closed it."""
    for task in done:
        error = task.exception()
        if error is None or isinstance(error, WebSocketDisconnect | RuntimeError):
            continue
        log.error("The coach failed", exc_info=error)
        with suppress(RuntimeError):
            await line.socket.close(1011)


def _leave(seat: Seat) -> None:
    """Let a coach go whose page did not come back."""
    if seat.token not in _lines:
        asyncio.get_running_loop().run_in_executor(_coaches, seat.leave)
