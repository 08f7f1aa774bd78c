"""Starts the app's server and, when it answers, the browser."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from slumpcv.errors import InputError
from slumpcv.ui.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping


def serve(port: int, browser: bool, **changes: Any) -> None:
    """Serve the app until it is stopped.

    Parameters
    ----------
    port : where to listen; no other port is tried.
    browser : whether to open it in the browser.
    changes : settings other than those of the file, as ``server_address=...``.

    Raises
    ------
    InputError
        When the port is taken, or the server could not start.
    """
    import streamlit as st

    from slumpcv.ui.app import PARTS

    chosen: Mapping[str, Any] = {
        **settings(),
        "server.port": port,
        "server.headless": not browser,
        **{name.replace("_", ".", 1): value for name, value in changes.items()},
    }
    sys.argv[1:] = []  # the app's pages are not meant to read the command's options
    try:
        st.App(**PARTS).run(config=chosen)
    except SystemExit as error:
        if error.code in {None, 0}:
            raise
        raise InputError(
            f"The app could not start; most likely something else uses port {port}",
            f"Close it, or choose another one: slumpcv app --port {port + 1 if port < 65535 else port - 1}",
        ) from error
