from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog

from integration import settings
from integration.app import create_app
from integration.store import database
from integration.sync.context import Context, open_context
from tests.web import office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

OURS, THEIRS = 31, 32


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What is logged on purpose does not clutter the tests' own report."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def ctx(database_url: str, valkey_url: str) -> Iterator[Context]:
    """Two accounts with the same ids inside, on a fresh database and an empty Redis; the clock stands still."""
    database.migrate(database_url)
    configured = settings.load(office.environment(database_url, valkey_url))
    opened = open_context(configured, now_ms=lambda: office.NOW * 1000)
    opened.redis.flushall()
    with opened.database.transaction() as conn:
        office.add_account(conn, OURS)
        office.add_account(conn, THEIRS)
        office.fill(conn, OURS)
    yield opened
    opened.close()


@pytest.fixture
def client(ctx: Context) -> FlaskClient:
    app = create_app(ctx)
    app.testing = False  # errors become answers, as they do for real
    return app.test_client()
