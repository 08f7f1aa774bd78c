"""What the app is made of: the pages, the server's own routes, the doors, and what loads at the start."""

from __future__ import annotations

import gc
import threading
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware

from slumpcv.ui.login import check_login, login
from slumpcv.ui.server import hub
from slumpcv.ui.server.alone import Alone, note_address
from slumpcv.ui.server.passes import PASSES
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
    hub.go_on_with_work()


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Answer the first page at once, and load the pose model's libraries beside it."""
    from streamlit import config
    from streamlit.runtime.pages_manager import PagesManager

    from slumpcv.allocator import return_large_blocks, share_arenas
    from slumpcv.batch import beside
    from slumpcv.ui import bringing, jobs

    check_login(login(), config.get_option("server.address") or "", PASSES.guarded)
    note_address(_address())
    beside.make_way_for(hub.is_crowded)
    return_large_blocks()
    share_arenas()
    # The modules in pages/ are no addresses, as Streamlit takes them for until a first page has run.
    PagesManager.uses_pages_directory = False
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    yield
    jobs.stop()
    bringing.stop()
    hub.stop_work()
    beside.leave()  # nobody waits for it any more: who did has put back what was under way
    hub.leave_all()


def _address() -> str:
    """Return where this computer's own browser finds the app."""
    from streamlit import config

    scheme = "https" if config.get_option("server.sslCertFile") else "http"
    return f"{scheme}://localhost:{config.get_option('server.port')}"


PARTS: dict[str, Any] = {
    "script_path": SCRIPT,
    "routes": ROUTES,
    "middleware": [Middleware(Alone), *MIDDLEWARE],
    "lifespan": lifespan,
}
