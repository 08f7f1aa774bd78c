"""The servers that tests are given answer, and do so to their own libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import servers
from sqlalchemy import create_engine, text

if TYPE_CHECKING:
    from servers import LoginProvider, Storage

ROOT = Path(__file__).resolve().parents[1]


def test_postgresql_answers_on_an_empty_database(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("select 1")).scalar_one() == 1
        tables = "select count(*) from pg_tables where schemaname = 'public'"
        assert connection.execute(text(tables)).scalar_one() == 0
    engine.dispose()


def test_a_file_in_the_s3_storage_is_read_back(s3_storage: Storage) -> None:
    name = f"{s3_storage.bucket}/visit/clip.bin"
    s3_storage.open().pipe(name, b"\x00film")
    assert s3_storage.open().cat(name) == b"\x00film"


def test_each_s3_storage_is_empty(s3_storage: Storage) -> None:
    assert s3_storage.open().ls(s3_storage.bucket) == []


def test_the_login_provider_says_where_everything_is(login_provider: LoginProvider) -> None:
    with urllib.request.urlopen(login_provider.discovery, timeout=10) as answer:
        document = json.load(answer)
    assert document["issuer"] == login_provider.issuer
    assert document["authorization_endpoint"].startswith(f"{login_provider.issuer}/")
    assert login_provider.client_secret


def test_without_postgresql_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "find_program", lambda _: None)
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL server"):
        servers.postgres_programs()


def test_what_is_skipped_fails_in_ci_also_in_a_worker(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.fixture(scope='session')\n"
        "def server(): pytest.skip('no server')\n"
        "def test_it(server): pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "conftest", "-n1", "--rootdir", "."]
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("tests", "scripts", "."))
    variables = os.environ | {"CI": "true", "PYTHONPATH": paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 error" in done.stdout


def test_a_server_that_ends_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no port is free')"]
    with (
        pytest.raises(AssertionError, match="no port is free"),
        servers.running(command, "http://127.0.0.1:9/", tmp_path / "log"),
    ):
        pass
