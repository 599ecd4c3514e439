"""The connection to the database: SQLite or PostgreSQL by the address, and the one place that commits."""

from __future__ import annotations

import os
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import alembic.command
import alembic.config
import sqlalchemy
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from integration.errors import PulseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

__all__ = ["Connection", "Database", "DatabaseDown", "migrate"]

BUSY_SECONDS = 30
"""How long a writer waits for SQLite's one write lock before it gives up."""
CONNECT_SECONDS = 3
LOCK_SECONDS = 20
"""How long a statement waits for somebody else's lock in PostgreSQL."""
STATEMENT_SECONDS = 120
IDLE_SECONDS = 300
"""How long PostgreSQL keeps a transaction open in which nothing happens: its process hangs, others must go on."""
POOL, OVERFLOW = 5, 10
POOL_SECONDS = 5
"""How long a thread waits for a connection while all are in use."""


class DatabaseDown(PulseError):
    """The database cannot be reached, or broke the connection: the same work may succeed later."""

    code = "database_down"


class Database:
    """One database, shared by the threads of a process. `url` begins with sqlite:/// or postgresql://."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        # A reader sees one moment of the database, so that a version and its numbers belong together.
        self._reader = self.engine.execution_options(**_reading(self.engine))
        _forks.add(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write: commits at the end, rolls back on an error. Raises DatabaseDown. Keep the network out of it."""
        with _translated(), self.engine.begin() as conn:
            yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read one consistent moment of the database. Raises DatabaseDown."""
        with _translated(), self._reader.connect() as conn:
            yield conn

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema, creating it if it is empty."""
    database = Database(url)
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with database.transaction() as conn:
            config.attributes["connection"] = conn
            alembic.command.upgrade(config, "head")
    finally:
        database.dispose()


_forks: weakref.WeakSet[Engine] = weakref.WeakSet()
_of_parents: list[object] = []


def _begin_as_child() -> None:
    """Leave the parent's connections alone: two processes that speak over one socket hear each other's answers."""
    for engine in list(_forks):
        _of_parents.append(engine.pool)  # forgetting it would close them
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_begin_as_child)


def _engine(url: str) -> Engine:
    address = sqlalchemy.make_url(url.replace("postgres://", "postgresql://", 1))
    if address.get_backend_name() != "sqlite":
        engine = sqlalchemy.create_engine(
            address.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=POOL,
            max_overflow=OVERFLOW,
            pool_timeout=POOL_SECONDS,
            connect_args={"connect_timeout": CONNECT_SECONDS},
        )
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _reading(engine: Engine) -> dict[str, Any]:
    if engine.dialect.name == "sqlite":
        return {"only_reads": True}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's connection
    limits = {
        "lock_timeout": LOCK_SECONDS,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    with connection.cursor() as cursor:
        for name, seconds in limits.items():
            cursor.execute(f"SET {name} = '{seconds}s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's connection, wrapped
    connection.isolation_level = None  # the driver shall not begin transactions: _begin_sqlite does
    connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(conn: Connection) -> None:
    # A transaction that begins as a reader and then writes fails at once when another one wrote meanwhile.
    only_reads = conn.get_execution_options().get("only_reads", False)
    conn.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlalchemy.exc.TimeoutError as error:
        raise DatabaseDown("All connections to the database are in use") from error
    except DBAPIError as error:
        if isinstance(error, sqlalchemy.exc.OperationalError) or error.connection_invalidated:
            raise DatabaseDown(f"The database does not answer: {type(error.orig).__name__}") from error
        raise
