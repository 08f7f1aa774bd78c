"""Files that a page offers, as tests without a browser see them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def offered(app: AppTest) -> set[str]:
    """Labels of the files that a page offers to take along."""
    components = [part.proto for part in app.get("bidi_component")]
    found = [json.loads(part.json) for part in components if part.component_name.endswith("slumpcv_take")]
    return {file["label"] for data in found for file in data["files"]}
