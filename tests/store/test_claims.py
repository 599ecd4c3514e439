from __future__ import annotations

import pytest

from integration.errors import NotFound
from integration.store import accounts, installs, leases, runs, vault
from integration.store.accounts import State

KEYS = ("Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmE=", "YmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmE=")


def test_a_lane_is_served_by_one_until_it_is_released_or_forgotten(store, account_id):
    with store.transaction() as conn:
        assert leases.claim_lane(conn, account_id, "a", 0, 15_000)
        assert not leases.claim_lane(conn, account_id, "b", 14_999, 15_000)
        assert leases.claim_lane(conn, account_id, "a", 14_999, 15_000)
        leases.release_lane(conn, account_id, "b")
        assert not leases.claim_lane(conn, account_id, "b", 15_000, 15_000)
        leases.release_lane(conn, account_id, "a")
        assert leases.claim_lane(conn, account_id, "b", 15_000, 15_000)


def test_two_clocks_start_a_due_run_once(store, account_id):
    with store.transaction() as conn:
        runs.schedule(conn, account_id, runs.SWEEP, 100)
        assert runs.due(conn, 99) == []
        assert runs.due(conn, 100) == [(account_id, runs.SWEEP)]
        assert runs.claim(conn, account_id, runs.SWEEP, 100, 60)
        assert not runs.claim(conn, account_id, runs.SWEEP, 100, 60)


def test_an_unfinished_run_is_resumed_and_a_finished_one_begins_anew(store, account_id):
    with store.transaction() as conn:
        runs.schedule(conn, account_id, runs.BACKFILL, 100)
        run = runs.begin(conn, account_id, runs.BACKFILL, 100)
        runs.save(conn, run, {"page": 3}, due_at=160)
        assert runs.begin(conn, account_id, runs.BACKFILL, 170).progress == {"page": 3}
        runs.finish(conn, run, {"page": 9}, now=180, due_at=500)
        again = runs.begin(conn, account_id, runs.BACKFILL, 500)
    assert (again.started_at, again.progress) == (500, {})


def test_a_code_is_exchanged_by_one_and_then_forgotten(store, account_id):
    with store.transaction() as conn:
        installs.add(conn, "i", host="a.amocrm.ru", sealed_code="sealed", now=10)
        assert installs.waiting(conn, 14, older_than=5) == []
        assert installs.waiting(conn, 15, older_than=5) == ["i"]
        assert installs.take(conn, "i", 10, 60).sealed_code == "sealed"
        assert installs.take(conn, "i", 69, 60) is None
        installs.succeed(conn, "i", account_id)
        assert installs.take(conn, "i", 70, 60) is None
        assert installs.get(conn, "i").account_id == account_id


def test_an_account_is_found_by_the_secret_of_its_hook_address(store, account_id):
    with store.read() as conn:
        assert accounts.by_hook_key(conn, "key-31").account_id == account_id
        assert accounts.by_hook_key(conn, "key-32") is None
        assert accounts.by_hook_key(conn, "\udcff\x00") is None
        with pytest.raises(NotFound):
            accounts.get(conn, 99)


def test_cursors_and_as_of_move_only_forward(store, account_id):
    with store.transaction() as conn:
        accounts.advance(conn, accounts.lock(conn, account_id), visible=True, as_of=50, events_cursor=60)
        accounts.advance(conn, accounts.lock(conn, account_id), visible=False, as_of=40, events_cursor=70)
        account = accounts.get(conn, account_id)
    assert (account.version, account.as_of, account.events_cursor) == (1, 50, 70)


def test_a_state_remembers_since_when(store, account_id):
    with store.transaction() as conn:
        accounts.enter(conn, account_id, State.BLOCKED, 100, retry_at=900)
        accounts.enter(conn, account_id, State.BLOCKED, 200, retry_at=1900)
        account = accounts.get(conn, account_id)
    assert (account.state, account.state_since, account.retry_at) == (State.BLOCKED, 100, 1900)
    assert not account.may_ask(1899)
    assert account.may_ask(1900)


def test_a_sealed_secret_opens_for_its_account_only_and_with_an_older_key_too():
    sealed = vault.Vault(KEYS[1:]).seal(31, {"access": "x"})
    assert vault.Vault(KEYS).open(31, sealed) == {"access": "x"}
    with pytest.raises(vault.SealBroken):
        vault.Vault(KEYS).open(32, sealed)
    with pytest.raises(vault.SealBroken):
        vault.Vault(KEYS[:1]).open(31, sealed)
