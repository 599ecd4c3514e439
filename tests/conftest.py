"""What every room's tests may ask for: a real Valkey, and a fresh database on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let whoever proves the whole ask for the full sizes."""
    parser.addoption("--full", action="store_true", help="the flows at their full size: thousands of changes each")
    parser.addoption("--seed", type=int, default=1, help="the first of the random lives")


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the flows run at their full size."""
    return bool(request.config.getoption("--full"))


@pytest.fixture
def first_seed(request: pytest.FixtureRequest) -> int:
    """The seed of the first random life."""
    return int(request.config.getoption("--seed"))


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say a figure that was measured; all of them stand at the end of the output."""
    return lambda words: request.node.user_properties.append(("measured", words))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what was measured."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    for report in reports:
        if report.when == "call":
            for _, words in (each for each in report.user_properties if each[0] == "measured"):
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {words}")


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """The redis URL of a Valkey that lives as long as the session; a test flushes what it needs empty."""
    with servers.valkey() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_server_url() -> Iterator[str]:
    """The address of TEST_DATABASE_URL's server, else of one started from the wheel, in libpq's form."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql+psycopg://", "postgresql://", 1)
        return
    with servers.postgresql() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The SQLAlchemy URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'pulse.db'}"


@pytest.fixture
def postgresql_url(postgresql_server_url: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty schema of PostgreSQL, dropped after the test."""
    with _schema(postgresql_server_url) as schema:
        separator = "&" if "?" in postgresql_server_url else "?"
        url = postgresql_server_url.replace("postgresql://", "postgresql+psycopg://", 1)
        yield f"{url}{separator}options=-csearch_path={schema}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: the test runs once on SQLite, once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@contextmanager
def _schema(server_url: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        try:
            yield name
        finally:
            # A transaction that the test left open would make the drop wait for ever.
            connection.execute("SET lock_timeout = '5s'")
            connection.execute(f"DROP SCHEMA {name} CASCADE")
