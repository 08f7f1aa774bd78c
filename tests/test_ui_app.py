"""How the app is started and what it is allowed to do."""

from __future__ import annotations

import asyncio
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit import config
from streamlit.web.server.app_discovery import discover_asgi_app
from typer.testing import CliRunner

from slumpcv import cli_app
from slumpcv.cli import app
from slumpcv.errors import InputError
from slumpcv.ui.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

ROOT = Path(__file__).resolve().parents[1]


def test_streamlit_finds_the_app_in_the_checkout() -> None:
    assert discover_asgi_app(ROOT / "app.py").import_string == "app:app"


def test_every_setting_is_one_that_streamlit_knows() -> None:
    assert settings().keys() <= config._config_options_template.keys()


def test_nobody_else_is_let_in_and_nothing_is_reported() -> None:
    chosen = settings()
    assert chosen["server.address"] == "127.0.0.1"
    assert set(chosen["server.allowedHosts"]) == {"localhost", "127.0.0.1"}
    assert chosen["server.enableXsrfProtection"] is True
    for off in ("server.enableStaticServing", "server.enableAgentApi", "browser.gatherUsageStats"):
        assert chosen[off] is False, off


def test_light_and_dark_have_the_same_colours_named() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert theme["light"].keys() == theme["dark"].keys()


def test_without_its_libraries_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_app, "find_spec", lambda _name: None)
    result = CliRunner().invoke(app, ["app"])
    assert isinstance(result.exception, InputError)
    assert "slumpcv[app]" in result.exception.fix


@pytest.mark.parametrize(("command", "page"), [("desk", "desk"), ("app", "")])
def test_the_browser_is_opened_at_the_page_that_was_asked_for(
    command: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import streamlit as st
    from streamlit import cli_util

    opened: list[str] = []

    async def live(lifespan: Callable[[object], AbstractAsyncContextManager[None]]) -> None:
        async with lifespan(None):
            for _ in range(100):
                await asyncio.sleep(0.1)
                if opened:
                    return

    monkeypatch.setattr(cli_util, "open_browser", opened.append)
    monkeypatch.setattr("slumpcv.ui.app.warm_up", lambda: None)
    for ends_for_good in ("slumpcv.ui.jobs.stop", "slumpcv.ui.bringing.stop"):
        monkeypatch.setattr(ends_for_good, lambda: None)
    monkeypatch.setattr(st.App, "run", lambda self, **_: asyncio.run(live(self._user_lifespan)))
    result = CliRunner().invoke(app, [command, "--port", "8601"])
    assert result.exception is None, result.exception
    assert opened == [f"http://127.0.0.1:8601/{page}"]


def test_a_taken_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit as st

    def taken(_self: st.App, *, config: dict[str, object]) -> None:
        assert config["server.port"] == 8601
        assert config["server.headless"] is True
        assert config["server.address"] == "127.0.0.1"
        sys.exit(1)

    monkeypatch.setattr(st.App, "run", taken)
    result = CliRunner().invoke(app, ["app", "--port", "8601", "--no-browser"])
    assert isinstance(result.exception, InputError)
    assert "8601" in result.exception.problem
