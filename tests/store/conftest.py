from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from integration.store import accounts, database

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = 31


@pytest.fixture
def store(database_url: str) -> Iterator[database.Database]:
    """A migrated, empty database."""
    database.migrate(database_url)
    opened = database.Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def account_id(store: database.Database) -> int:
    """An account that has just been added."""
    with store.transaction() as conn:
        add_account(conn, ACCOUNT)
    return ACCOUNT


def add_account(conn: object, account_id: int) -> None:
    accounts.add(
        conn,
        account_id,
        host=f"a{account_id}.amocrm.ru",
        hook_key=f"key-{account_id}",
        sealed_hook_key="sealed",
        timezone="Europe/Moscow",
        now=1_763_000_000,
    )
