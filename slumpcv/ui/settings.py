"""The app's settings: one file for a checkout and for an installed wheel."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FILE_NAME = "config.toml"


def settings_file() -> Path:
    """Return where the settings are: beside this module once installed, else in the checkout."""
    package = Path(__file__).resolve().parent
    installed = package / FILE_NAME
    return installed if installed.is_file() else package.parents[1] / ".streamlit" / FILE_NAME


def settings() -> dict[str, Any]:
    """Return the settings as Streamlit names them, such as ``server.address``."""
    return _flat(tomllib.loads(settings_file().read_text(encoding="utf-8")))


def _flat(table: dict[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value
    return found
