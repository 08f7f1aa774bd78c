"""Starts the app's server and, when it answers, the browser."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from slumpcv.errors import InputError
from slumpcv.ui.settings import settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

LISTENS_AFTER_S = 0.5  # from the end of its own start until the server takes connections: far less [E]


def serve(port: int, browser: bool, changes: Mapping[str, object] | None = None, start: str = "") -> None:
    """Serve the app until it is stopped.

    Parameters
    ----------
    port : where to listen; no other port is tried.
    browser : whether to open it in the browser.
    changes : settings other than those of the file, by Streamlit's names.
    start : the page that is opened, such as ``desk``.

    Raises
    ------
    InputError
        When the port is taken, the app already runs with this data folder, or the server could not start;
        when a login is not complete, or missing for an address that others reach.
    """
    import streamlit as st

    from slumpcv.ui.app import PARTS
    from slumpcv.ui.login import check_login, login, login_settings, use_settings
    from slumpcv.ui.server.alone import keep_alone
    from slumpcv.ui.server.passes import PASSES

    keep_alone()
    chosen: dict[str, Any] = {
        **settings(),
        **login_settings(),
        "server.port": port,
        "server.headless": not browser,
        **(changes or {}),
    }
    known = login()
    check_login(known, chosen["server.address"], PASSES.guarded)
    use_settings(chosen)  # to look for a login is to have settings read: later it would say that they changed
    sys.argv[1:] = []  # the app's pages are not meant to read the command's options
    address = f"http://{chosen['server.address']}:{port}" if known is None else known.origin
    parts = PARTS | {"lifespan": opening(f"{address}/{start}")} if browser else PARTS
    try:
        st.App(**parts).run(config=chosen)
    except SystemExit as error:
        if error.code in {None, 0}:
            raise
        raise InputError(
            f"The app could not start; most likely something else uses port {port}",
            f"Close it, or choose another one: slumpcv app --port {port + 1 if port < 65535 else port - 1}",
        ) from error


def opening(address: str) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Return the app's lifespan, in which an address is opened in the browser (`st.App` opens none)."""
    from streamlit.cli_util import open_browser

    from slumpcv.ui.app import lifespan

    @asynccontextmanager
    async def opened(app: object) -> AsyncIterator[None]:
        async with lifespan(app):
            asyncio.get_running_loop().call_later(LISTENS_AFTER_S, open_browser, address)
            yield

    return opened


def serve_lan(port: int, echo: Callable[[str], None]) -> None:
    """Serve the app to the network too, encrypted, and say how a phone gets in.

    Parameters
    ----------
    port : where to listen.
    echo : prints a line.

    Raises
    ------
    InputError
        As :func:`serve`; also when this computer is in no network, and with a login.
    """
    from slumpcv.language import text
    from slumpcv.place import data_folder
    from slumpcv.ui.login import refuse_lan
    from slumpcv.ui.server.alone import keep_alone
    from slumpcv.ui.server.lan import lan_options, prepare_lan, qr_blocks

    refuse_lan()
    keep_alone()  # before a link is shown that leads nowhere
    lan = prepare_lan(port, data_folder())
    phone = lan.link()
    echo(qr_blocks(phone))
    echo(text("lan.start.phone", link=phone))
    echo(text("lan.start.here", link=lan.link()))
    echo(lan.notice())
    serve(port, browser=False, changes=lan_options(lan))
