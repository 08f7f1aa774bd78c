"""What the app is made of: the pages, the server's own routes, the doors, and what loads at the start."""

from __future__ import annotations

import gc
import threading
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slumpcv.ui.server import hub
from slumpcv.ui.server.routes import MIDDLEWARE, ROUTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SCRIPT = Path(__file__).with_name("main.py")


def warm_up() -> None:
    """Load what is slow to load, once, before anybody waits for it.

    Streamlit collects all garbage after every run of a page, with the interpreter locked: over
    these libraries 100 ms, which halts the live coaching of everybody. Frozen, they are left out.
    """
    import slumpcv.analysis
    import slumpcv.live.coach  # noqa: F401 (loaded for what follows)

    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Answer the first page at once, and load the pose model's libraries beside it."""
    from slumpcv.ui import jobs

    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    yield
    jobs.stop()
    hub.leave_all()


PARTS: dict[str, Any] = {
    "script_path": SCRIPT,
    "routes": ROUTES,
    "middleware": MIDDLEWARE,
    "lifespan": lifespan,
}
