"""Servers that a clinic brings along, for tests: PostgreSQL, an S3 storage, a login provider.

Each is a process of its own on this machine, started once for all tests that ask for it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bootstrap import POSTGRES_SERVER, find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from s3fs import S3FileSystem

LONGEST_START_S = 60
LONGEST_STOP_S = 10
SUPERUSER = "postgres"  # in the database; on Debian also the account that its programs run as


@dataclass(frozen=True)
class Storage:
    """An empty bucket on an S3 server, and what opens it."""

    endpoint: str
    bucket: str
    key: str = "of-a-test"
    secret: str = "of-a-test-too"

    def open(self) -> S3FileSystem:
        """Open the storage; nothing of it comes from the environment or is kept for others."""
        import s3fs

        return s3fs.S3FileSystem(
            key=self.key,
            secret=self.secret,
            endpoint_url=self.endpoint,
            client_kwargs={"region_name": "eu-central-1"},
            skip_instance_cache=True,
        )


@dataclass(frozen=True)
class LoginProvider:
    """An OpenID Connect provider; people log in by a button, without a password."""

    issuer: str
    client_id: str = "slumpcv"
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def discovery(self) -> str:
        """Address of the document that says where everything is."""
        return f"{self.issuer}/.well-known/openid-configuration"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL server, of its own for each process that runs tests."""
    with running_postgres(postgres_programs()) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """Address of an empty database, for SQLAlchemy with psycopg."""
    return new_database(postgres_server)


def new_database(server: str) -> str:
    """Return the address of an empty database on a PostgreSQL server."""
    from sqlalchemy import create_engine, make_url, text

    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"test_{secrets.token_hex(6)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an S3 server that keeps everything in memory."""
    port, log = free_port(), tmp_path_factory.mktemp("s3") / "server.log"
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, f"http://127.0.0.1:{port}/moto-api/data.json", log):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def s3_storage(s3_server: str) -> Storage:
    """An empty bucket."""
    storage = Storage(s3_server, f"test-{secrets.token_hex(6)}")
    storage.open().mkdir(storage.bucket)
    return storage


@pytest.fixture(scope="session")
def login_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginProvider]:
    """A login provider that knows nobody yet: whoever types a name is that person."""
    port, log = free_port(), tmp_path_factory.mktemp("login") / "server.log"
    with running_provider(port, log) as provider:
        yield provider


@contextmanager
def running_provider(port: int, log: Path, *options: str) -> Iterator[LoginProvider]:
    """Run a login provider; options are those of ``python -m oidc_provider_mock``."""
    provider = LoginProvider(f"http://127.0.0.1:{port}")
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *options]
    with running(command, provider.discovery, log):
        yield provider


def postgres_programs() -> Path:
    """Return the folder of the server's programs; without one, skip whatever asks for it."""
    initdb = find_program(POSTGRES_SERVER)
    if initdb is None:
        pytest.skip("no PostgreSQL server on this machine (Debian's package `postgresql`)")
    return Path(initdb).resolve().parent


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """Run a cluster of its own; no other account of this machine can reach it.

    Parameters
    ----------
    programs : the folder in which ``initdb`` and ``pg_ctl`` are.
    """
    # PostgreSQL refuses to run as root. Debian makes this account with the package.
    user = {"user": SUPERUSER} if os.geteuid() == 0 else {}
    # Not below pytest's folder: the path of a socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="slumpcv-pg-", dir="/tmp"))
    log = folder / "log"

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        # Without a pipe: the server inherits it, so that its end would never come.
        with log.open("ab") as out:
            done = subprocess.run(
                command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, check=False, **user
            )
        assert done.returncode == 0, log.read_text()

    try:
        if user:
            shutil.chown(folder, SUPERUSER)
        run("initdb", "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        # By its socket alone, in a folder that is closed to others: needs no port and no password.
        settings = (
            f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=200"
        )
        try:
            run("pg_ctl", "-w", "-t", str(LONGEST_START_S), "-o", settings, "start")
            yield f"postgresql://{SUPERUSER}@/postgres?host={folder}"
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: Sequence[str], address: str, log: Path) -> Iterator[None]:
    """Run a server from when an address answers until the context ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + LONGEST_START_S
        while not _answers(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(LONGEST_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1):
            return True
    except OSError:
        return False
