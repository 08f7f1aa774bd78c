"""Where everything is kept that belongs to this user."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """Return where the app keeps everything: SLUMPCV_DATA, else a folder of its own in the user's data."""
    given = os.environ.get("SLUMPCV_DATA")
    if given:
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("slumpcv", appauthor=False)
