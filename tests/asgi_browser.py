"""A browser as small as the tests of the server's doors need it, without any connection."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE_S = 5.0


@dataclass
class Answer:
    status_code: int
    headers: dict[str, str]
    text: str


@dataclass
class Line:
    """An open websocket; what the server closes with comes as ``{"code": ...}``."""

    to_server: asyncio.Queue[dict[str, Any]]
    to_browser: asyncio.Queue[dict[str, Any]]

    async def hear(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.to_browser.get(), PATIENCE_S)
        if message["type"] == "websocket.accept":
            return await self.hear()
        if message["type"] == "websocket.close":
            return {"code": message["code"]}
        said: dict[str, Any] = json.loads(message["text"])
        return said

    async def say(self, words: str) -> None:
        await self.to_server.put({"type": "websocket.receive", "text": words})


@dataclass
class Browser:
    """Keeps cookies and asks an ASGI app under one origin."""

    app: Any
    origin: str = "https://localhost:8501"
    cookies: dict[str, str] = field(default_factory=dict)

    def scope(self, kind: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
        scheme, _, host = self.origin.partition("://")
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"host": host, "cookie": cookie} | headers
        bare, _, query = path.partition("?")
        return {
            "type": kind,
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "scheme": scheme if kind == "http" else scheme.replace("http", "ws"),
            "path": bare,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("192.168.1.9", 50000),
        }

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return asyncio.run(self._ask(self.scope("http", path, named) | {"method": method}))

    async def _ask(self, scope: dict[str, Any]) -> Answer:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        for name, value in sent[0]["headers"]:
            if name == b"set-cookie":
                key, _, held = value.decode().partition(";")[0].partition("=")
                self.cookies[key] = held
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], headers, body.decode())

    @asynccontextmanager
    async def line(self, path: str, **headers: str) -> AsyncIterator[Line]:
        """Open a websocket; leaving hangs up."""
        line = Line(asyncio.Queue(), asyncio.Queue())
        scope = self.scope("websocket", path, headers)
        served = asyncio.create_task(self.app(scope, line.to_server.get, line.to_browser.put))
        await line.to_server.put({"type": "websocket.connect"})
        yield line
        await line.to_server.put({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(served, PATIENCE_S)

    def line_opens(self, path: str, **headers: str) -> bool:
        async def attempt() -> bool:
            async with self.line(path, **headers) as line:
                first = await asyncio.wait_for(line.to_browser.get(), PATIENCE_S)
                return bool(first["type"] == "websocket.accept")

        return asyncio.run(attempt())
