"""What a page may fetch: a test's clips, the recorded prompts, the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from slumpcv.replay import REPLAY
from slumpcv.ui.server.asking import seat_of
from slumpcv.ui.server.clipfile import CLIP_NAME
from slumpcv.ui.server.samples import sample_file
from slumpcv.ui.server.voices import voice_file

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".avi": "video/x-msvideo",
    ".mp3": "audio/mpeg",
}
SAFE = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}


def _file(path: Path | None, cache: str) -> Response:
    if path is None or not path.is_file():
        return Response("Not found", 404)
    headers = SAFE | {"Cache-Control": cache}
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=headers)


async def get_file(request: Request) -> Response:
    """Send a test's clip or replay, or the part of it that is asked for."""
    seat = await seat_of(request)
    name = request.path_params["name"]
    if seat is None or not (name == REPLAY or CLIP_NAME.fullmatch(name)):
        return Response("Not found", 404)
    return _file(seat.folder / name, "private, no-store")


async def get_voice(request: Request) -> Response:
    """Send the recording of a prompt."""
    return _file(voice_file(request.path_params["lang"], request.path_params["key"]), "private, max-age=3600")


async def get_sample(request: Request) -> Response:
    """Send a sample clip."""
    return _file(sample_file(request.path_params["name"].removesuffix(".mp4")), "private, max-age=3600")
