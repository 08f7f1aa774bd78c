"""The desk's pages as Streamlit runs them, without a browser, and a library for them."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

from streamlit.testing.v1 import AppTest

from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from slumpcv.library.library import Library


@contextmanager
def desk_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """An empty library, as the pages of one browser find it."""
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    browser = {
        "cookies": {"slumpcv_owner": "anna"},
        "locale": "en-GB",
        "timezone": "Europe/Berlin",
        "theme": SimpleNamespace(type="light"),
    }
    monkeypatch.setattr("streamlit.context", SimpleNamespace(**browser))
    for kept in (hub.visits, hub.incoming):
        kept.cache_clear()
    opened = hub.library()
    yield opened
    hub.stop_work()
    opened.close()
    for kept in (hub.visits, hub.incoming):
        kept.cache_clear()


def opened(at: str = "library", **query: str) -> AppTest:
    app = AppTest.from_string("from slumpcv.ui.desk import frame\nframe.run()", default_timeout=60)
    app.query_params.update({"at": at, **query})
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click()
    run(app)


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "html", "warning", "info", "error", "success", "caption")
    return "\n".join(str(getattr(e, "value", None) or e.proto.body) for kind in kinds for e in app.get(kind))
