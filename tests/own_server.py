"""The app's own routes on a real server, and a client for them that leaves paths as they are."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from websockets.sync.client import ClientConnection, connect

from slumpcv.ui.server.routes import MIDDLEWARE, ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.routing import BaseRoute


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Client:
    """What a browser would send; ``origin`` is our own page's unless told otherwise."""

    host: str
    cookies: str = "slumpcv_owner=someone"

    @property
    def ours(self) -> dict[str, str]:
        return {"Origin": f"http://{self.host}", "Cookie": self.cookies}

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        connection = HTTPConnection(self.host, timeout=10)
        try:
            connection.request(method, path, body, self.ours if headers is None else headers)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, fields, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, headers={"Cookie": self.cookies, **headers})

    def live(self, token: str, take: str = "a", origin: str | None = None) -> ClientConnection:
        return connect(
            f"ws://{self.host}/slumpcv/live/{token}?take={take}",
            origin=origin or f"http://{self.host}",  # type: ignore[arg-type]
            additional_headers={"Cookie": self.cookies},
            proxy=None,
        )


@contextmanager
def own_server(routes: Sequence[BaseRoute] = ROUTES) -> Iterator[Client]:
    """Serve the routes on a free port for as long as the context lasts."""
    config = uvicorn.Config(
        Starlette(routes=routes, middleware=MIDDLEWARE),
        host="127.0.0.1",
        port=0,
        log_level="error",
        ws="websockets-sansio",
    )
    server = uvicorn.Server(config)
    bound = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield Client(f"127.0.0.1:{bound.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()
