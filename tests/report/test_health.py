"""What the head reads about the net under the hooks."""

from __future__ import annotations

import pytest

from integration.report import health
from integration.store import dirty, drift, runs
from integration.store.conservation import Balance
from integration.store.database import Database, migrate
from tests.store.conftest import ACCOUNT, add_account

NOW = 1_763_000_000


@pytest.fixture
def store(database_url):
    """A database with an account that has just been added."""
    migrate(database_url)
    opened = Database(database_url)
    with opened.transaction() as conn:
        add_account(conn, ACCOUNT)
    yield opened
    opened.dispose()


def read(store):
    with store.read() as conn:
        return health.read(conn, ACCOUNT, NOW)


def test_an_account_that_has_just_come_has_nothing_to_tell(store):
    assert read(store) == health.Health(0, 0, None, 0, None, None, is_recounting=False, marks=Balance(0, 0, 0, 0))


def test_the_last_day_is_told_and_what_is_older_is_not(store):
    with store.transaction() as conn:
        drift.add(conn, ACCOUNT, NOW - 100, drift.HEALED, {30: 2, 100: 5})
        drift.add(conn, ACCOUNT, NOW - 3700, drift.EVENTS, {0: 3})
        drift.add(conn, ACCOUNT, NOW - 3700, drift.EVENTS, {0: 4})
        drift.add(conn, ACCOUNT, NOW - 200_000, drift.HEALED, {30: 1})
        drift.add(conn, ACCOUNT, NOW - 200_000, drift.WHOLE, {0: 1})
        dirty.mark(conn, ACCOUNT, [("leads", 1)], 0)
        runs.begin(conn, ACCOUNT, runs.PROOF, NOW - 50)
        proof = runs.begin(conn, ACCOUNT, runs.PROOF, NOW)
        runs.finish(conn, proof, {"cells": 12, "differed": 0, "named": []}, now=NOW - 40, due_at=runs.NEVER)
    found = read(store)
    assert (found.healed, found.events_missed, found.cells_differed) == (7, 7, 0)
    assert found.repaired_within == health.quantile({100: 1}, 0.5)
    assert found.last_full_pass == (NOW - 200_000) // 3600 * 3600
    assert found.proof == health.Proof(NOW - 40, 12, 0)
    assert found.marks == (1, 0, 0, 1)
