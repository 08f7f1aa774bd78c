"""Everything about one patient in one file, made on disk and sent from there."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.ui import access
from slumpcv.ui.server import hub
from slumpcv.ui.server.bring import admitted

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

FILE_NAME = "slumpcv-patient.zip"  # says nothing about whose it is


async def get_patient(request: Request) -> Response:
    """Send everything about a patient to whoever may have it."""
    if await run_in_threadpool(admitted, request) is None:
        return Response("Not found", 404)
    try:
        file = await run_in_threadpool(_export, request)
    except InputError as error:
        return Response(str(error), 404)
    return FileResponse(
        file,
        media_type="application/zip",
        filename=FILE_NAME,
        headers={"Cache-Control": "private, no-store"},
        background=BackgroundTask(shutil.rmtree, file.parent, ignore_errors=True),
    )


def _export(request: Request) -> Path:
    who = access.person_of(request)
    if who is None:
        raise InputError(later("access.not_allowed"), later("access.not_allowed_fix"))
    folder = hub.incoming().scratch()
    try:
        return hub.library().export_patient(who, request.path_params["patient"], folder / FILE_NAME)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
