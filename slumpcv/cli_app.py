"""The command that opens the app in the browser."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from slumpcv.cli_job import LanguageChoice
from slumpcv.errors import InputError

PORT = 8501
PortOption = Annotated[int, typer.Option(min=1, max=65535, help="Where the app listens.")]
BrowserOption = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the app in the browser.")]


def app(
    port: PortOption = PORT,
    browser: BrowserOption = True,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let a phone in the same network take part, by a one-time link.")
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(help="Where to listen, such as 0.0.0.0: for a clinic's server, needs a login."),
    ] = None,
    language: Annotated[
        LanguageChoice, typer.Option(help="Language of what --lan prints; the pages follow the browser.")
    ] = LanguageChoice.EN,
) -> None:
    """Open the guided test in the browser. Only this computer can reach it, unless --lan is given."""
    _check_installed()
    from slumpcv.language import speaking
    from slumpcv.ui.serve import serve, serve_lan

    if lan and address is not None:
        raise InputError("--lan chooses the address itself", "Leave out --address.")
    if not lan:
        serve(port, browser, {} if address is None else {"server.address": address})
        return
    with speaking(language.value):
        serve_lan(port, typer.echo)


def desk(port: PortOption = PORT, browser: BrowserOption = True) -> None:
    """Open the therapist's desk in the browser: the app, at another page."""
    _check_installed()
    from slumpcv.ui.serve import serve

    serve(port, browser, start="desk")


def _check_installed() -> None:
    if find_spec("streamlit") is None:
        raise InputError(
            "The app needs libraries that are not installed", "Install them: pip install 'slumpcv[app]'"
        )
