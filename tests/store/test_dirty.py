from __future__ import annotations

from integration.store import accounts, dirty, leases
from tests.store.conftest import add_account

LEAD = ("leads", 7)


def marked(store, account_id, now_ms=1000, **how):
    with store.transaction() as conn:
        dirty.mark(conn, account_id, [LEAD], now_ms, **how)


def taken(store, account_id, now_ms=10_000):
    with store.read() as conn:
        return dirty.take(conn, account_id, "leads", now_ms, 250)


def cleared(store, account_id, marks):
    with store.transaction() as conn:
        still = dirty.unchanged(conn, account_id, marks)
        dirty.clear(conn, account_id, still)
    return still


def test_a_mark_is_cleared_once_it_was_served(store, account_id):
    marked(store, account_id)
    marks = taken(store, account_id)
    assert cleared(store, account_id, marks) == marks
    assert taken(store, account_id) == []


def test_a_hint_during_the_fetch_keeps_the_mark(store, account_id):
    marked(store, account_id)
    read = taken(store, account_id)
    marked(store, account_id, now_ms=2000)
    assert cleared(store, account_id, read) == []
    (left,) = taken(store, account_id)
    assert (left.seq, left.first_ms) == (2, 1000)


def test_a_hint_of_a_deletion_is_not_forgotten_by_later_hints(store, account_id):
    marked(store, account_id, deleted=[LEAD])
    marked(store, account_id)
    assert taken(store, account_id)[0].deletion_hinted


def test_a_postponed_mark_rests_until_its_time_or_a_new_hint(store, account_id):
    marked(store, account_id)
    with store.transaction() as conn:
        still = dirty.unchanged(conn, account_id, dirty.take(conn, account_id, "leads", 10_000, 250))
        dirty.postpone(conn, account_id, [(mark, 5000) for mark in still])
    assert taken(store, account_id, now_ms=4999) == []
    assert taken(store, account_id, now_ms=5000)[0].tries == 1
    with store.read() as conn:
        assert dirty.soonest(conn, account_id) == 5000
    marked(store, account_id)
    assert taken(store, account_id, now_ms=1)[0].tries == 0


def test_old_marks_that_nobody_serves_are_found(store, account_id):
    marked(store, account_id, now_ms=1000)
    with store.transaction() as conn:
        assert dirty.forgotten(conn, 5000, older_than_ms=5000) == []
        assert dirty.forgotten(conn, 6000, older_than_ms=5000) == [account_id]
        leases.claim_lane(conn, account_id, "me", 6000, 15_000)
        assert dirty.forgotten(conn, 6000, older_than_ms=5000) == []
        assert dirty.forgotten(conn, 21_000, older_than_ms=5000) == [account_id]


def test_an_account_that_may_not_be_asked_is_not_forgotten(store, account_id):
    marked(store, account_id)
    with store.transaction() as conn:
        accounts.enter(conn, account_id, accounts.State.BLOCKED, 10, retry_at=100)
        assert dirty.forgotten(conn, 99_000, older_than_ms=5000) == []
        assert dirty.forgotten(conn, 100_000, older_than_ms=5000) == [account_id]
        accounts.enter(conn, account_id, accounts.State.RECONNECT_REQUIRED, 10)
        assert dirty.forgotten(conn, 100_000, older_than_ms=5000) == []


def test_marks_of_one_account_are_nothing_to_another(store, account_id):
    with store.transaction() as conn:
        add_account(conn, 32)
    marked(store, account_id)
    marked(store, 32)
    cleared(store, 32, taken(store, 32))
    with store.read() as conn:
        assert dirty.pending(conn, account_id) == 1
        assert dirty.pending(conn, 32) == 0
