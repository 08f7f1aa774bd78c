"""The database: opened, brought up to date, and asked within transactions.

SQLite writes ahead (WAL), so that readers never wait, and a transaction that writes says so at its
beginning: then it waits for its turn, where one that finds out later would fail.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.visits import FOR_THE_USER_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection as SQLiteConnection

    from sqlalchemy import URL

SCHEMA = "0001"
"""The newest of the migrations: what this program reads and writes."""

# How long a write waits for others; twenty reviewers need milliseconds each. [E]
BUSY_S = 30
# More than twenty reviewers and their media requests at a time. [E]
CONNECTIONS = 40
# Which of PostgreSQL's advisory locks keeps two programs from upgrading at once; any number of our own.
UPGRADING = 5_178_267
DRIVERS = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


class Database:
    """One database, at the present schema.

    Parameters
    ----------
    url : as SQLAlchemy reads it, for SQLite or PostgreSQL.

    Raises
    ------
    InputError
        When it cannot be reached, or a newer slumpcv wrote it.
    """

    def __init__(self, url: str) -> None:
        self.url = _read_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            _prepare_file(self.url)
        self.engine = _make_engine(self.url, self.is_sqlite)
        try:
            with _readable_errors():
                self._upgrade()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Ask in one transaction: all answers are of the same moment.

        Raises
        ------
        InputError
            When the database cannot be reached.
        """
        with _readable_errors(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Change something in one transaction: all of it or, after any error, nothing.

        Raises
        ------
        InputError
            When the database cannot be reached, or others kept it busy for too long.
        """
        with _readable_errors(), self.engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _upgrade(self) -> None:
        with self.reading() as connection:
            if _revision(connection) == SCHEMA:
                return
        with self.writing() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADING})
            present = _revision(connection)
            if present != SCHEMA:  # else another program was quicker
                _migrate(connection, present)


def _read_url(given: str) -> URL:
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise InputError(later("library.database.address"), later("library.fix.address")) from error
    kind = url.get_backend_name()
    if kind not in DRIVERS:
        raise InputError(later("library.database.kind", kind=kind), later("library.fix.address"))
    return url.set(drivername=DRIVERS[kind]) if "+" not in url.drivername else url


def _prepare_file(url: URL) -> None:
    """Make the file for this user only, with its folder."""
    if not url.database or url.database == ":memory:":
        raise InputError(later("library.database.memory"), later("library.fix.file"))
    path = Path(url.database)
    try:
        path.parent.mkdir(mode=FOR_THE_USER_ONLY, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise InputError(
            later("trouble.unwritable", folder=path, reason=error.strerror),
            later("library.fix.allow_or_space"),
        ) from error


def _make_engine(url: URL, is_sqlite: bool) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_S}} if is_sqlite else {"pool_pre_ping": True}
    try:
        engine = create_engine(url, pool_size=CONNECTIONS, max_overflow=CONNECTIONS, **options)
    except ImportError as error:
        raise InputError(later("library.database.driver"), later("library.fix.install")) from error
    if is_sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # we say ourselves where a transaction begins
    connection.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    # What was accepted stays, also when the power fails.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_mode = WAL")
    # SQLite's own knows the letters of ASCII only.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _readable_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise InputError(
            later("library.database.unusable", reason=reason), later("library.fix.running")
        ) from error
    except DBAPIError as error:
        if "not a database" not in str(error.orig):
            raise
        raise InputError(later("library.database.damaged"), later("library.fix.restore")) from error


def _revision(connection: Connection) -> str | None:
    """Return the schema of a database, None of an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _migrate(connection: Connection, present: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if present is not None and present not in known:
        raise InputError(
            later("library.database.newer", version=present, known=SCHEMA),
            later("trouble.fix.update"),
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
