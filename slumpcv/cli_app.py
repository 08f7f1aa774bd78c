"""The command that opens the app in the browser."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from slumpcv.cli_job import LanguageChoice
from slumpcv.errors import InputError

PORT = 8501


def app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the app listens.")] = PORT,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the app in the browser.")
    ] = True,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let a phone in the same network take part, by a one-time link.")
    ] = False,
    language: Annotated[
        LanguageChoice, typer.Option(help="Language of what --lan prints; the pages follow the browser.")
    ] = LanguageChoice.EN,
) -> None:
    """Open the guided test in the browser. Only this computer can reach it, unless --lan is given."""
    if find_spec("streamlit") is None:
        raise InputError(
            "The app needs libraries that are not installed", "Install them: pip install 'slumpcv[app]'"
        )
    from slumpcv.language import speaking
    from slumpcv.ui.serve import serve, serve_lan

    if not lan:
        serve(port, browser)
        return
    with speaking(language.value):
        serve_lan(port, typer.echo)
