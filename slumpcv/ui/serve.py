"""Starts the app's server and, when it answers, the browser."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from slumpcv.errors import InputError
from slumpcv.ui.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def serve(port: int, browser: bool, changes: Mapping[str, object] | None = None) -> None:
    """Serve the app until it is stopped.

    Parameters
    ----------
    port : where to listen; no other port is tried.
    browser : whether to open it in the browser.
    changes : settings other than those of the file, by Streamlit's names.

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
        **(changes or {}),
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


def serve_lan(port: int, echo: Callable[[str], None]) -> None:
    """Serve the app to the network too, encrypted, and say how a phone gets in.

    Parameters
    ----------
    port : where to listen.
    echo : prints a line.

    Raises
    ------
    InputError
        As :func:`serve`; also when this computer is in no network.
    """
    from slumpcv.language import text
    from slumpcv.ui.server import hub
    from slumpcv.ui.server.lan import lan_options, prepare_lan, qr_blocks

    lan = prepare_lan(port, hub.data_folder())
    phone = lan.link()
    echo(qr_blocks(phone))
    echo(text("lan.start.phone", link=phone))
    echo(text("lan.start.here", link=lan.link()))
    echo(lan.notice())
    serve(port, browser=False, changes=lan_options(lan))
