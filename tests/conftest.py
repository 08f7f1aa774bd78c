"""Rules for all tests."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from slumpcv.visits import Visits

# What costs much is made only for the tests that ask for it.
pytest_plugins = ["library_fixtures", "sample_analysis", "servers"]

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


# strace, which shows a program's network calls, exists on Linux only.
collect_ignore = [] if sys.platform == "linux" else ["test_no_network.py"]

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
IN_CI = os.environ.get("CI") == "true"


def _fail_if_skipped(report: Report) -> Report:
    # A skip in CI means that something the tests need was not set up: nobody would notice.
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _fail_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _fail_if_skipped((yield))


@pytest.fixture
def in_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have recordings worked on in this process, where a test can change how."""
    from batch_case import Here

    from slumpcv.batch import beside

    beside.leave()
    monkeypatch.setattr(beside, "Pool", lambda *_, **__: Here())
    yield
    beside.leave()


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visits:
    """The visits of the pages, and anna's browser before them."""
    from slumpcv.ui.server import hub
    from slumpcv.ui.state import OWNER_COOKIE

    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    hub.visits.cache_clear()
    browser = {"cookies": {OWNER_COOKIE: "anna"}, "locale": "en-GB", "timezone": "Europe/Berlin"}
    monkeypatch.setattr("streamlit.context", SimpleNamespace(**browser, theme=SimpleNamespace(type="light")))
    return hub.visits()


@pytest.fixture
def without_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what only a browser can show, and the analysis, which has its own tests."""
    from slumpcv.ui.pages import camera, upload

    monkeypatch.setattr(camera, "guide", lambda *_: None)
    monkeypatch.setattr(upload, "upload", lambda *_, **__: None)
    monkeypatch.setitem(sys.modules, "slumpcv.ui.pages.analysis", SimpleNamespace(show=lambda _visit: None))
