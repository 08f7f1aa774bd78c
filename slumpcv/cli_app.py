"""The command that opens the app in the browser."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from slumpcv.errors import InputError

PORT = 8501


def app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the app listens.")] = PORT,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the app in the browser.")
    ] = True,
) -> None:
    """Open the guided test in the browser. Only this computer can reach it."""
    if find_spec("streamlit") is None:
        raise InputError(
            "The app needs libraries that are not installed", "Install them: pip install 'slumpcv[app]'"
        )
    from slumpcv.ui.serve import serve

    serve(port, browser)
