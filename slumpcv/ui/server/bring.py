"""Files for the library on their way to disk, many at once, each as it comes in."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from slumpcv.language import LANGUAGES, speaking
from slumpcv.ui import access, bringing
from slumpcv.ui.server import hub
from slumpcv.ui.server.clipfile import LONGEST_BYTES
from slumpcv.ui.server.incoming import Item
from slumpcv.ui.server.recording import PART, SUFFIXES, UNTAKEN, receive, refusal, untaken

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

MOST_TOKENS = 512
LONGEST_NAME = 200


@dataclass(frozen=True)
class Bringer:
    """Who may bring files with a token: this person, out of this browser."""

    who: str
    owner: str


_bringers: dict[str, Bringer] = {}
_lock = threading.Lock()


def token_of(who: str, owner: str) -> str:
    """Return the token by which somebody's page may bring files: the same while the program runs."""
    bringer = Bringer(who, owner)
    with _lock:
        for token, known in _bringers.items():
            if known == bringer:
                return token
        while len(_bringers) >= MOST_TOKENS:
            del _bringers[next(iter(_bringers))]
        token = secrets.token_urlsafe(24)
        _bringers[token] = bringer
        return token


def admitted(request: Request) -> Bringer | None:
    """Return who may use the token of a request; None when it is not of the browser that asks."""
    with _lock:
        bringer = _bringers.get(request.path_params["token"])
    owner = access.desk_asker(request) or ""
    good = bringer is not None and secrets.compare_digest(bringer.owner.encode(), owner.encode())
    return bringer if good and owner else None


async def put_incoming(request: Request) -> JSONResponse:
    """Write one file to disk as it comes in and put it on the list; one that came already stays."""
    bringer = await run_in_threadpool(admitted, request)
    if bringer is None:
        return refusal("refused", 404)
    if int(request.headers.get("content-length") or 0) > LONGEST_BYTES:
        return refusal("too_large", 413)
    try:
        folder = hub.incoming().folder(request.path_params["item"])
        if hub.incoming().item(folder.name) is None:
            await _receive(request, bringer, folder / f"{secrets.token_hex(8)}{PART}")
    except ValueError:
        return refusal("refused", 404)
    except ClientDisconnect:  # the person cancelled; nobody reads the answer
        return refusal("cancelled", 400)
    except UNTAKEN as error:
        return untaken(error)
    return JSONResponse({"here": True})


async def _receive(request: Request, bringer: Bringer, part: Path) -> None:
    try:
        size_bytes = await receive(request, part)
        await run_in_threadpool(_keep, request, bringer, part, size_bytes)
    finally:
        part.unlink(missing_ok=True)
        with suppress(OSError):  # there is something in it, unless the file did not come whole
            part.parent.rmdir()


def _keep(request: Request, bringer: Bringer, part: Path, size_bytes: int) -> None:
    name = _name(request.headers.get("x-name", ""))
    file = f"file{_suffix(name, request.headers.get('content-type', ''))}"
    part.replace(part.with_name(file))
    item = Item(
        id=part.parent.name,
        who=bringer.who,
        name=name,
        file=file,
        size_bytes=size_bytes,
        came_at=datetime.now(UTC),
    )
    hub.incoming().add(item)
    wished = request.query_params.get("language")
    with speaking(next((known for known in LANGUAGES if known == wished), "en")):
        bringing.look_at(item.id)


def _name(header: str) -> str:
    """Read a file's name, which comes packed since headers take no letters but English ones."""
    try:
        name = base64.b64decode(header, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    shown = "".join(letter for letter in name if not unicodedata.category(letter).startswith("C"))
    return PurePath(shown).name[:LONGEST_NAME]


def _suffix(name: str, content_type: str) -> str:
    """Return how a file's name ends on our disk: only endings that we know."""
    given = PurePath(name).suffix.lower()
    if given in {".zip", *SUFFIXES.values()}:
        return given
    kind = content_type.partition(";")[0].strip()
    return ".zip" if kind.endswith("zip") or kind.endswith("zip-compressed") else SUFFIXES.get(kind, ".mp4")
