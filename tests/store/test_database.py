from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from integration.store import accounts, database
from integration.store.tables import metadata


def test_the_migrations_build_what_the_tables_say(store):
    with store.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_migrating_twice_changes_nothing(database_url, store, account_id):
    database.migrate(database_url)
    with store.read() as conn:
        assert accounts.get(conn, account_id).account_id == account_id


def test_an_error_undoes_the_whole_transaction(store, account_id):
    def interrupted() -> None:
        with store.transaction() as conn:
            accounts.change(conn, account_id, currency="EUR")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    with store.read() as conn:
        assert accounts.get(conn, account_id).currency == "RUB"


def test_a_reader_sees_one_moment(store, account_id):
    with store.read() as conn:
        before = accounts.get(conn, account_id).version
        with store.transaction() as other:
            accounts.change(other, account_id, version=before + 1)
        assert accounts.get(conn, account_id).version == before


def test_a_reader_cannot_write(store, account_id):
    with store.read() as conn:
        try:
            accounts.change(conn, account_id, currency="EUR")
        except Exception:  # noqa: BLE001 - PostgreSQL refuses, SQLite forgets
            conn.rollback()
    with store.read() as conn:
        assert accounts.get(conn, account_id).currency == "RUB"


def test_writers_of_one_account_take_turns(store, account_id):
    def count() -> None:
        for _ in range(10):
            with store.transaction() as conn:
                account = accounts.lock(conn, account_id)
                accounts.advance(conn, account, visible=True)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as conn:
        assert accounts.get(conn, account_id).version == 80


def test_a_database_that_is_gone_is_said_to_be_down(tmp_path):
    nowhere = database.Database(f"postgresql://postgres@/postgres?host={tmp_path}")
    with pytest.raises(database.DatabaseDown), nowhere.read():
        pass
    nowhere.dispose()
