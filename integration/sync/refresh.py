"""Serves an account's lane: fetches what is marked dirty, and the events since the cursor, until nothing is due."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from integration.store import accounts, dirty, leases
from integration.sync import connection, records, ring, troubles
from integration.sync.apply import batch
from integration.sync.lane import MARKS, Due, Lane

if TYPE_CHECKING:
    from integration.amo.client import AmoClient
    from integration.store.dirty import Mark
    from integration.sync.context import Context

LEASE_MS = 15_000
BUDGET_MS = 20_000
"""After this time the lane goes back into the queue, so that others get their turn."""
FAIR_MS = 2_000
"""After this time already, if others do wait."""
NEAR_MS = 1_500
"""A mark that is due so soon is waited for: the second in which its entity changed is just ending."""
LOOK_SECONDS = 0.05
"""While waiting, how often to look for marks that come meanwhile: whoever rings now finds the lane taken."""


def run(ctx: Context, account_id: int) -> None:
    """Serve the account until nothing is due, for a limited time. Returns at once if somebody else is serving it."""
    ring.silence(ctx, account_id)
    owner = secrets.token_hex(8)
    if not _claim(ctx, account_id, owner):
        return
    try:
        with troubles.met(ctx, account_id), connection.client(ctx, account_id, live=True) as client:
            _serve(ctx, client, account_id, owner)
    finally:
        with ctx.database.transaction() as conn:
            leases.release_lane(conn, account_id, owner)
    # Whoever rang while we held the lane went away: what they rang for is ours to look for.
    if _is_due(ctx, account_id):
        ring.ring(ctx, account_id)


def _claim(ctx: Context, account_id: int, owner: str) -> bool:
    with ctx.database.transaction() as conn:
        account = accounts.find(conn, account_id)
        now_ms = ctx.now_ms()
        if account is None or not account.may_ask(now_ms // 1000):
            return False
        return leases.claim_lane(conn, account_id, owner, now_ms, LEASE_MS)


def _is_due(ctx: Context, account_id: int) -> bool:
    with ctx.database.read() as conn:
        soonest = dirty.soonest(conn, account_id)
        now_ms = ctx.now_ms()
        return soonest is not None and soonest <= now_ms and accounts.get(conn, account_id).may_ask(now_ms // 1000)


def _serve(ctx: Context, client: AmoClient, account_id: int, owner: str) -> None:
    lane, started = Lane(ctx, client, account_id), ctx.now_ms()
    while not _is_over(ctx, started) or lane.is_log_due:
        due = Due() if _is_over(ctx, started) else lane.look()
        if due.urgent or lane.is_log_due:
            client.reserve()
            lane.turn(due if _is_over(ctx, started) else lane.look())
            _claim(ctx, account_id, owner)
        elif quiet := _quiet(ctx, account_id):
            for read in records.fetched(ctx, client, account_id, quiet):
                batch(ctx, account_id, read)
                _claim(ctx, account_id, owner)
        elif due.soonest_ms is not None and due.soonest_ms - ctx.now_ms() <= NEAR_MS:
            time.sleep(LOOK_SECONDS)
        else:
            return


def _quiet(ctx: Context, account_id: int) -> list[Mark]:
    """Return what nobody sees live: it comes after everything that somebody does."""
    with ctx.database.read() as conn:
        now_ms = ctx.now_ms()
        return [mark for kind in records.KINDS for mark in dirty.take(conn, account_id, kind, now_ms, MARKS)]


def _is_over(ctx: Context, started_ms: int) -> bool:
    served_ms = ctx.now_ms() - started_ms
    return served_ms > BUDGET_MS or (served_ms > FAIR_MS and ring.others_wait(ctx))
