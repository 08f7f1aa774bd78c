"""All that the server answers beside Streamlit's pages."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route, WebSocketRoute

from slumpcv.ui.server import hub
from slumpcv.ui.server.bring import put_incoming
from slumpcv.ui.server.doors import MIDDLEWARE
from slumpcv.ui.server.files import get_file, get_sample, get_voice
from slumpcv.ui.server.handing import get_patient
from slumpcv.ui.server.recording import end_clip, put_chunk, put_upload
from slumpcv.ui.server.remote import remote_routes
from slumpcv.ui.server.review import REVIEW_ROUTES
from slumpcv.ui.server.socket import live
from slumpcv.ui.server.taking import post_take

ROUTES: list[BaseRoute] = [
    WebSocketRoute("/slumpcv/live/{token}", live),
    Route("/slumpcv/clip/{token}/{number:int}", put_chunk, methods=["PUT"]),
    Route("/slumpcv/clip/{token}/end", end_clip, methods=["POST"]),
    Route("/slumpcv/upload/{token}", put_upload, methods=["PUT"]),
    Route("/slumpcv/bring/{token}/{item}", put_incoming, methods=["PUT"]),
    Route("/slumpcv/take/{token}", post_take, methods=["POST"]),
    Route("/slumpcv/patient/{token}/{patient}", get_patient),
    Route("/slumpcv/file/{token}/{name}", get_file),
    Route("/slumpcv/voice/{lang}/{key}.mp3", get_voice),
    Route("/slumpcv/sample/{name}", get_sample),
    *remote_routes(hub.seat_of_button),
    *REVIEW_ROUTES,
]

__all__ = ["MIDDLEWARE", "ROUTES"]
