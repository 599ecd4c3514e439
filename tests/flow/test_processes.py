"""Real processes: stopped for days, two accounts beside each other, an account that goes and comes back."""

from __future__ import annotations

import statistics
import time

import pytest

from integration.store import accounts, counters, dirty, entities
from integration.store.accounts import State
from tests.flow.conftest import busiest_second, drift, settle

DAY = 86_400
WORKING = ("web", "live", "worker", "clock")


@pytest.fixture(scope="module")
def stack(open_whole):
    """One whole for the tests of this file, which leave it exact. An account that leaves is forgotten at once."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PULSE_DELETE_AFTER_DAYS", "0")
        with open_whole() as whole:
            yield whole


@pytest.mark.parametrize("days", [1, 7])
def test_a_pulse_that_was_down_for_days_is_exact_soon_after_its_start(stack, days, full):
    stop(stack)
    for step in range(4):
        changes = (2000 if full else 40) * days // 4
        stack.simulator("play", {"changes": changes, "seed": days * 10 + step, "seconds": days * DAY // 4})
        # Nobody answers: the letters go through their whole ladder of repetitions.
        for _ in range(5):
            stack.simulator("hooks/flush", {})
    assert stack.simulator("hooks")["waiting"] == 0
    start(stack)
    stack.sweep()
    settle(stack)
    assert drift(stack) == []
    assert busiest_second(stack) <= 7


def test_what_befalls_one_account_is_nothing_to_another(stack, tell):
    other = beside(stack)
    misfortune = {"hook_lost": 0.5, "fail_share": 0.5, "fail_status": 502, "slow_share": 0.3, "slow_ms": 300}
    calm = [latency(stack, seed) for seed in range(8)]
    stack.simulator("switches", {"account_id": other.account_id, **misfortune}, method="PATCH")
    stack.simulator("play", {"account_id": other.account_id, "changes": 150, "seed": 5, "seconds": 60})
    beside_trouble = [latency(stack, seed) for seed in range(8, 16)]
    quiet, troubled = statistics.median(calm), statistics.median(beside_trouble)
    tell(f"hook to number beside a quiet account {quiet * 1000:.0f} ms, beside a troubled one {troubled * 1000:.0f} ms")
    settle(stack)
    assert drift(stack) == []
    assert troubled < max(3.0, 4 * quiet)

    calm_again = {"hook_lost": 0.0, "fail_share": 0.0, "slow_share": 0.0}
    stack.simulator("switches", {"account_id": other.account_id, **calm_again}, method="PATCH")
    heal(other)
    assert drift(other) == []
    assert drift(stack) == []
    assert busiest_second(stack) <= 7


def test_an_account_that_left_leaves_nothing_and_returns_by_another_administrator(stack):
    other = beside(stack)
    stack.simulator("disable", {"account_id": other.account_id})
    stack.parts.wait_until(lambda: not is_working(other), "the end of the account's work")
    stack.parts.wait_until(lambda: not has_rows(other), "the deletion of everything", seconds=60)
    # Its hooks go on coming: amoCRM does not always take them away.
    stack.simulator("play", {"account_id": other.account_id, "changes": 20, "seed": 6, "seconds": 60})
    stack.simulator("hooks/flush", {})
    assert not has_rows(other)

    heir = stack.simulator("act", {"do": "add_user", "account_id": other.account_id, "name": "Heir", "is_admin": True})
    stack.simulator("install", {"account_id": other.account_id, "user_id": heir["result"]})
    stack.parts.wait_until(other.is_imported, "the import after the return", seconds=120)
    settle(other)
    assert drift(other) == []
    assert drift(stack) == []


def stop(stack):
    stack.parts.end(*(part for part in stack.parts.running if part.name in WORKING))


def start(stack):
    stack.start_web()
    stack.start_worker()
    stack.start_clock()


def beside(stack):
    """Return the second account of the simulator as a whole of its own, opened and installed if need be."""
    listed = stack.simulator("accounts")["accounts"]
    known = [row["account_id"] for row in listed if row["account_id"] != stack.account_id]
    opened = {"subdomain": "beside", "days": 10, "leads": 30}
    account_id = known[0] if known else stack.simulator("accounts", opened)["account_id"]
    other = stack.of(account_id)
    if not known:
        stack.simulator("install", {"account_id": account_id})
    stack.parts.wait_until(other.is_imported, "the import of the second account", seconds=120)
    settle(other)
    return other


def latency(stack, seed):
    """Return the seconds from a change to the number that shows it."""
    with stack.ctx.database.read() as conn:
        version = accounts.get(conn, stack.account_id).version
    lead = next(row for row in stack.simulator("truth")["leads"] if not row["is_deleted"])
    began = time.monotonic()
    stack.simulator("act", {"do": "change_lead", "id": lead["id"], "by": 0, "price": 1000 + seed})
    stack.parts.wait_until(lambda: price_of(stack, lead["id"]) == (1000 + seed) * 100, "the new price", seconds=60)
    assert version_of(stack) > version
    return time.monotonic() - began


def price_of(stack, lead_id):
    with stack.ctx.database.read() as conn:
        return entities.leads_by_id(conn, stack.account_id, [lead_id])[lead_id].price


def version_of(stack):
    with stack.ctx.database.read() as conn:
        return accounts.get(conn, stack.account_id).version


def heal(stack):
    """End the pause that failures brought, and sweep."""
    with stack.ctx.database.transaction() as conn:
        accounts.change(conn, stack.account_id, retry_at=0, failures=0)
    stack.sweep()


def is_working(stack):
    with stack.ctx.database.read() as conn:
        account = accounts.find(conn, stack.account_id)
    return account is not None and account.state != State.UNINSTALLED


def has_rows(stack):
    """Tell whether anything that counts is stored of the account."""
    with stack.ctx.database.read() as conn:
        account = accounts.find(conn, stack.account_id)
        generation = account.generation if account else 1
        cells = counters.all_cells(conn, stack.account_id, generation)
        return bool(
            cells or entities.leads_after(conn, stack.account_id, 0, 1) or dirty.pending(conn, stack.account_id)
        )
