"""The seat that a request is for, if it is the asker's own: a token alone opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from slumpcv.ui import access
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from slumpcv.ui.server.seat import Seat


async def seat_of(connection: HTTPConnection) -> Seat | None:
    """Return the seat of the token in a request's path.

    Returns
    -------
    Seat or None
        None when there is none, and when it belongs to another browser or account than the one that asks:
        whoever tries tokens learns nothing.
    """
    seat = hub.seat(connection.path_params["token"])
    if seat is None:
        return None
    return seat if await run_in_threadpool(access.is_asker, connection, seat.owner) else None
