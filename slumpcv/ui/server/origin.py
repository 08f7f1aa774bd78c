"""Who may change something: only our own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


def same_origin(connection: HTTPConnection) -> bool:
    """Return whether a request comes from a page of this very server.

    Browsers send the origin with every request that changes something and with every websocket,
    and no page can forge it. A request without one does not come from a page of ours.
    """
    origin = connection.headers.get("origin", "")
    host = connection.headers.get("host", "")
    return bool(host) and origin.partition("://")[2] == host
