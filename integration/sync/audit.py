"""Proves the counters: counts everything anew from rows and events and compares every cell.

The account goes on changing meanwhile. So the recount is a generation like any other: built in chunks and kept up by
every batch. Once it is whole, the two have to be equal at every moment, and one consistent look compares them. If they
differ the recount takes the place of the counters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from integration.store import accounts, counters, drift, generations, runs
from integration.store.counters import Difference
from integration.store.generations import Stage
from integration.sync import live, rebuild, recount

if TYPE_CHECKING:
    from integration.store.counters import Comparison
    from integration.store.database import Connection
    from integration.store.generations import Generation
    from integration.sync.context import Context

EVERY = 86_400
"""Seconds between two audits."""
NAMED = 20
"""So many wrong cells are named in the log and in the proof; all of them are counted."""

_log = structlog.get_logger(__name__)


def differences(conn: Connection, account_id: int) -> list[Difference]:
    """Compare every counter of the account with a recount, now and at once. An empty list is the proof."""
    active = generations.active(conn, account_id)
    counted = counters.all_cells(conn, account_id, active.number)
    recounted = recount.whole(conn, account_id, active.rules)
    return [
        Difference(cell, counted.get(cell, 0), recounted.get(cell, 0))
        for cell in sorted(counted.keys() | recounted.keys())
        if counted.get(cell, 0) != recounted.get(cell, 0)
    ]


def run(ctx: Context, account_id: int) -> None:
    """Begin an audit: a recount is built beside the counters. While another generation is built the audit waits."""
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        work = runs.begin(conn, account_id, runs.AUDIT, ctx.now)
        begun = rebuild.audit(conn, account, ctx.now)
        runs.finish(conn, work, {}, now=ctx.now, due_at=ctx.now + (EVERY if begun else rebuild.AUDIT_AGAIN))


def conclude(ctx: Context, account_id: int) -> bool:
    """Compare a recount that is whole, and remember the proof. False: there is none.

    The proof is the run `runs.PROOF`: {"cells", "differed", "named": [[cell, counted, recounted], …]}.
    """
    with ctx.database.read() as conn:
        ready = _ready(conn, account_id)
        if ready is None:
            return False
        active = generations.active(conn, account_id)
        compared = counters.compare(conn, account_id, active.number, ready.number)
    version = 0
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        # Only what was compared may be decided about: somebody may have wished for something else meanwhile.
        if account.generation == active.number and _ready(conn, account_id) == ready:
            version = _settle(conn, account, ready, compared, ctx.now)
    if version:
        live.announce(ctx, account_id, version)
    return True


def _ready(conn: Connection, account_id: int) -> Generation | None:
    known = generations.live(conn, account_id)
    return next((one for one in known if one.stage == Stage.READY and one.reason == rebuild.AUDIT), None)


def _settle(conn: Connection, account: accounts.Account, recounted: Generation, compared: Comparison, now: int) -> int:
    """Write the proof down; let the recount take over if it says otherwise. Returns the new version, 0 for none."""
    account_id = account.account_id
    named = [[list(one.cell), one.counted, one.recounted] for one in compared.differences[:NAMED]]
    found: dict[str, Any] = {"cells": compared.cells, "differed": compared.differed, "named": named}
    runs.schedule(conn, account_id, runs.PROOF, runs.NEVER)
    proof = runs.begin(conn, account_id, runs.PROOF, now)
    runs.finish(conn, proof, found, now=now, due_at=runs.NEVER)
    if not compared.differed:
        generations.enter(conn, recounted, Stage.DROPPED, now)
        return 0
    drift.add(conn, account_id, now, drift.CELLS, {0: compared.differed})
    _log.error("cells_differed", account_id=account_id, cells=compared.cells, differed=compared.differed, named=named)
    version = rebuild.swap(conn, account, recounted, now)
    rebuild.drop_retired(conn, account_id, now)  # what was wrong is nothing to go back to
    return version
