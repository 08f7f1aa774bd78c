"""Recordings on their way to disk: chunk by chunk while recording, or a whole file at once."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from slumpcv.errors import InputError
from slumpcv.ui.server import hub
from slumpcv.ui.server.asking import seat_of
from slumpcv.ui.server.clipfile import LONGEST_BYTES, OutOfOrderError, TooLargeError, new_clip
from slumpcv.ui.server.seat import ReplacedError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from slumpcv.ui.server.seat import Seat

CHUNK_BYTES = 32 << 20  # a second of video has a fraction of this
BLOCK_BYTES = 1 << 20
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNTAKEN = (TooLargeError, OSError, InputError)  # see `untaken`
PART = ".upload"  # ends the name of an upload that is on its way
# By what a browser calls it; anything else is judged by its content once it is there.
SUFFIXES = {
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi",
}


def refusal(error: str, status: int, **more: object) -> JSONResponse:
    """Say why something was not done; the page has a sentence for each."""
    return JSONResponse({"error": error, **more}, status)


async def _admitted(request: Request) -> Seat | JSONResponse:
    return await seat_of(request) or refusal("refused", 404)


def _suffix(request: Request) -> str:
    return SUFFIXES.get(request.headers.get("content-type", "").partition(";")[0].strip(), ".mp4")


def untaken(error: Exception) -> JSONResponse:
    """Say why a recording was not taken: it is too large, or the disk did not take it."""
    if isinstance(error, TooLargeError):
        return refusal("too_large", 413)
    # A visit that cannot be written says so by an input error: there is no room for it.
    full = isinstance(error, InputError) or getattr(error, "errno", None) in FULL
    return refusal("disk_full", 507) if full else refusal("disk", 500)


async def put_chunk(request: Request) -> JSONResponse:
    """Append one chunk of a recording and say which one to send next."""
    seat = await _admitted(request)
    if isinstance(seat, JSONResponse):
        return seat
    chunk = bytearray()
    async for part in request.stream():
        chunk += part
        if len(chunk) > CHUNK_BYTES:
            return refusal("too_large", 413)
    take, number = request.query_params.get("take", ""), request.path_params["number"]
    try:
        coming = await run_in_threadpool(seat.add, take, _suffix(request), number, bytes(chunk))
    except ReplacedError:
        return refusal("replaced", 403)
    except OutOfOrderError:
        return refusal("out_of_order", 409, next=seat.clip.next if seat.clip else 0)
    except UNTAKEN as error:
        return untaken(error)
    return JSONResponse({"next": coming})


async def end_clip(request: Request) -> JSONResponse:
    """Have the recording whole on disk."""
    seat = await _admitted(request)
    if isinstance(seat, JSONResponse):
        return seat
    try:
        held = await run_in_threadpool(seat.finish, request.query_params.get("take", ""))
    except UNTAKEN as error:
        return untaken(error)
    return JSONResponse({"whole": True}) if held else refusal("no_recording", 409)


async def put_upload(request: Request) -> JSONResponse:
    """Write a whole clip to disk as it comes in; a newer upload of the same test ends an older one."""
    seat = await _admitted(request)
    if isinstance(seat, JSONResponse):
        return seat
    if int(request.headers.get("content-length") or 0) > LONGEST_BYTES:
        return refusal("too_large", 413)
    for left in seat.folder.glob(f"*{PART}"):  # of another page, or cut off by the end of the program
        with suppress(OSError):
            left.unlink()
    part = seat.folder / f"{secrets.token_hex(8)}{PART}"
    try:
        size_bytes = await receive(request, part)
        clip = new_clip(seat.folder, _suffix(request))
        part.replace(clip)
        await run_in_threadpool(hub.add_upload, seat, clip.name)
    except ClientDisconnect:  # the person cancelled; nobody reads the answer
        return refusal("cancelled", 400)
    except UNTAKEN as error:
        return untaken(error)
    finally:
        part.unlink(missing_ok=True)
    return JSONResponse({"bytes": size_bytes, "clip": clip.name})


async def receive(request: Request, path: Path) -> int:
    """Write a request's body to a file, block by block, and return its size."""
    size_bytes = 0
    block = bytearray()
    # Without a buffer, a disk that is just about full takes a part of a block and does not say so.
    with path.open("wb", buffering=BLOCK_BYTES) as file:
        async for piece in request.stream():
            size_bytes += len(piece)
            if size_bytes > LONGEST_BYTES:
                raise TooLargeError
            block += piece
            if len(block) >= BLOCK_BYTES:
                await run_in_threadpool(file.write, bytes(block))
                block.clear()
        await run_in_threadpool(file.write, bytes(block))
        await run_in_threadpool(_to_disk, file)
    return size_bytes


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
