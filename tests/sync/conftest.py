from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from integration.amo.rate_limit import RateLimit
from integration.settings import load
from integration.store import accounts, database, generations, mirrors
from integration.store.mirrors import PipelineRow, StatusRow
from integration.sync import rebuild
from integration.sync.context import Context, open_context
from integration.sync.patience import Patience
from tests.kpi.histories import DELIVERY, OPEN, RULES, UNSORTED
from tests.sync.world import World
from workers import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = Fernet.generate_key().decode()
NO_REDIS = "unix:///nonexistent/redis.sock"


def context_for(database_url: str, redis_url: str = NO_REDIS, **more: str) -> Context:
    """A context with everything but the network set; without Redis unless it is given."""
    return open_context(
        load(
            {
                "PULSE_PUBLIC_URL": "https://pulse.example.ru",
                "PULSE_CLIENT_ID": "00000000-0000-0000-0000-000000000001",
                "PULSE_CLIENT_SECRET": "secret",
                "PULSE_ENCRYPTION_KEYS": KEY,
                "PULSE_DATABASE_URL": database_url,
                "PULSE_REDIS_URL": redis_url,
                **more,
            }
        )
    )


@pytest.fixture
def ctx(database_url: str) -> Iterator[Context]:
    """A context on a migrated, empty database."""
    database.migrate(database_url)
    opened = context_for(database_url)
    yield opened
    opened.close()


def add_account(ctx: Context, account_id: int) -> int:
    """Add an active account whose rules are those of the random histories."""
    with ctx.database.transaction() as conn:
        accounts.add(
            conn,
            account_id,
            host=f"a{account_id}.amocrm.ru",
            hook_key=f"key-{account_id}",
            sealed_hook_key=ctx.vault.seal(account_id, f"key-{account_id}"),
            timezone=RULES.timezone,
            now=ctx.now,
        )
        accounts.enter(conn, account_id, accounts.State.ACTIVE, ctx.now)
        pipelines = [PipelineRow(key, str(key), key, is_main=False, is_archive=False) for key in OPEN]
        unsorted = [StatusRow(*pair, "Неразобранное", 10, "#fff", type=1) for pair in UNSORTED.items()]
        mirrors.replace(conn, account_id, PipelineRow, pipelines)
        mirrors.replace(conn, account_id, StatusRow, unsorted)
        account = accounts.get(conn, account_id)
        rebuild.follow(conn, account, timezone=RULES.timezone, known_pipelines=OPEN, reason="settings", now=ctx.now)
    rebuild.choose_after_sale(ctx, account_id, [DELIVERY])
    with ctx.database.read() as conn:
        assert generations.active(conn, account_id).rules == RULES
    return account_id


@pytest.fixture
def account_id(ctx: Context) -> int:
    """An active account."""
    return add_account(ctx, 31)


@pytest.fixture
def world(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A simulated amoCRM that Pulse is not connected to yet; without Redis."""
    with a_world(sqlite_url, monkeypatch) as made:
        yield made


@pytest.fixture
def both_worlds(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same on SQLite and then on PostgreSQL."""
    with a_world(database_url, monkeypatch) as made:
        yield made


@contextmanager
def a_world(database_url: str, monkeypatch: pytest.MonkeyPatch, **size: int) -> Iterator[World]:
    """Open a world with that many `leads` and `days`."""
    database.migrate(database_url)
    made = World(**size)
    ctx = context_for(database_url, **made.settings())
    # What is under amoCRM's limit is tried elsewhere; here it would only cost time.
    made.universe.switches.limits = False
    made.ctx = replace(ctx, limit=RateLimit(None, 1000), patience=Patience(30))
    monkeypatch.setattr(jobs, "context", lambda: made.ctx)
    yield made
    made.close()
    made.ctx.close()
