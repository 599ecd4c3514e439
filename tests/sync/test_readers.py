"""Readers beside a swap: every look shows one generation and everything that belongs to its rules."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from integration.kpi.measures import Measure
from integration.kpi.model import Lead
from integration.store import accounts, counters, database, entities, generations
from integration.sync import audit, building, rebuild, recount
from integration.sync.apply import Batch, batch
from tests.kpi.histories import DELIVERY, RETAIL, SALES
from tests.sync.conftest import add_account, context_for

if TYPE_CHECKING:
    from integration.sync.context import Context

FAR = 4_000_000_000
SWAPS = 6
LEADS = [Lead(number, (SALES, RETAIL)[number % 2], 101, 11, 100, 11, 100, 100) for number in range(1, 41)]
PERIOD = {"first_day": 0, "last_day": 99999999}


@pytest.fixture
def filled(ctx: Context, account_id: int) -> int:
    return fill(ctx, account_id)


def fill(ctx: Context, account_id: int) -> int:
    """Forty open leads, half of them in a pipeline that will become after-sale and come back."""
    batch(ctx, account_id, Batch(FAR, leads=LEADS))
    return account_id


def looked(ctx: Context, account_id: int, *, within_one_moment: bool):
    """What a report reads: the account's rules, the sums, the derived rows if they are of the same moment."""
    if within_one_moment:
        with ctx.database.read() as conn:
            account = accounts.get(conn, account_id)
            sums = counters.sums(conn, account_id, account.generation, **PERIOD)
            return account, sums, entities.count_open(conn, account_id)
    # READ COMMITTED: every statement sees its own moment, so the derived rows may be of a later one.
    with ctx.database.engine.connect() as conn:
        account = accounts.get(conn, account_id)
        return account, counters.sums(conn, account_id, account.generation, **PERIOD), None


def expected(account):
    """How many leads are open by the rules that the account shows."""
    return 20 if RETAIL in account.after_sale_pipelines else 40


def swap_often(ctx: Context, account_id: int) -> None:
    for turn in range(SWAPS):
        rebuild.choose_after_sale(ctx, account_id, [DELIVERY, RETAIL] if turn % 2 == 0 else [DELIVERY])
        building.to_end(ctx, account_id)
        if turn % 3 == 2:
            rebuild.go_back(ctx, account_id)
            rebuild.go_back(ctx, account_id)
        moved = [replace(lead, price=100 + turn, updated_at=200 + turn) for lead in LEADS[:5]]
        batch(ctx, account_id, Batch(FAR, leads=moved))


def watched(ctx: Context, account_id: int, *, within_one_moment: bool):
    """What a reader in a thread of its own saw while generations took turns."""
    seen, done = [], threading.Event()

    def look():
        while not done.is_set():
            account, sums, is_open = looked(ctx, account_id, within_one_moment=within_one_moment)
            counted = sum(value for (measure, _), value in sums.items() if measure == Measure.OPEN_LEADS)
            seen.append((account.generation, expected(account), counted, is_open))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        swap_often(ctx, account_id)
    finally:
        done.set()
        reader.join()
    assert {number for number, _, _, _ in seen} > {1}
    return seen


def test_no_reader_ever_sees_a_mix(ctx, filled, monkeypatch):
    monkeypatch.setattr(recount, "CHUNK", 7)
    seen = watched(ctx, filled, within_one_moment=True)
    assert [look for look in seen if not look[1] == look[2] == look[3]] == []
    with ctx.database.read() as conn:
        assert audit.differences(conn, filled) == []


def test_not_even_one_whose_statements_see_moments_of_their_own(postgresql_url, monkeypatch):
    monkeypatch.setattr(recount, "CHUNK", 7)
    database.migrate(postgresql_url)
    ctx = context_for(postgresql_url)
    account_id = fill(ctx, add_account(ctx, 31))
    seen = watched(ctx, account_id, within_one_moment=False)
    assert [look for look in seen if look[1] != look[2]] == []
    ctx.close()


CHILD = """
from integration.sync import building, recount
from workers.jobs import context
recount.CHUNK = 1
print("ready", flush=True)
while building._step(context(), ACCOUNT):
    print("step", flush=True)
"""


def environment(ctx: Context) -> dict[str, str]:
    """The environment of another process of this Pulse."""
    known = ctx.settings
    own = {
        "PULSE_PUBLIC_URL": known.public_url,
        "PULSE_CLIENT_ID": known.client_id,
        "PULSE_CLIENT_SECRET": known.client_secret,
        "PULSE_ENCRYPTION_KEYS": " ".join(known.encryption_keys),
        "PULSE_DATABASE_URL": known.database_url,
        "PULSE_REDIS_URL": known.redis_url,
    }
    return {**os.environ, **own}


def test_a_build_that_was_killed_goes_on_where_it_was(ctx, filled):
    rebuild.choose_after_sale(ctx, filled, [DELIVERY, RETAIL])
    program = [sys.executable, "-c", CHILD.replace("ACCOUNT", str(filled))]
    child = subprocess.Popen(program, stdout=subprocess.PIPE, env=environment(ctx))  # noqa: S603
    with child:
        for _ in range(10):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    with ctx.database.read() as conn:
        (built,) = [one.built for one in generations.live(conn, filled) if one.stage == "building"]
    assert built["leads"] >= 9
    building.to_end(ctx, filled)
    account, sums, is_open = looked(ctx, filled, within_one_moment=True)
    assert (account.generation, is_open) == (2, 20)
    assert sum(value for (measure, _), value in sums.items() if measure == Measure.OPEN_LEADS) == 20
    with ctx.database.read() as conn:
        assert audit.differences(conn, filled) == []
