"""Fixtures for a library on either database; see library_case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slumpcv.library.library import Library


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rows' / 'library.db'}"
    from servers import new_database

    return new_database(request.getfixturevalue("postgres_server"))


@pytest.fixture
def library(database_url: str, tmp_path: Path) -> Iterator[Library]:
    from slumpcv.library.library import Library

    opened = Library.open(database_url, data=tmp_path / "data")
    yield opened
    opened.close()
