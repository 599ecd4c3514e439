"""The work on generations, in slices: counting, comparing, removing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.store import accounts, generations, runs
from integration.store.generations import Stage
from integration.sync import audit, rebuild, ring

if TYPE_CHECKING:
    from integration.store.database import Connection
    from integration.sync.context import Context

SLICE_MS = 1_000
"""After this time the work goes to the end of the queue, so that what is live gets its turn."""
LEASE = 120
"""Seconds after which somebody else takes up a slice that was called for."""


def run(ctx: Context, account_id: int) -> None:
    """Do a slice of what there is to do on the account's generations, and have the rest done after others."""
    with ctx.database.transaction() as conn:
        runs.begin(conn, account_id, runs.REBUILD, ctx.now)
    deadline = ctx.now_ms() + SLICE_MS
    is_left = True
    while is_left and ctx.now_ms() < deadline:
        is_left = _step(ctx, account_id)
    with ctx.database.transaction() as conn:
        is_left = _put_down(conn, account_id, ctx.now)
    if is_left and not ring.call(ctx, runs.REBUILD, account_id):
        with ctx.database.transaction() as conn:
            runs.hasten(conn, account_id, runs.REBUILD, ctx.now)


def to_end(ctx: Context, account_id: int) -> None:
    """Do everything that there is to do now, in this process. Somebody else may be at it, too."""
    while _step(ctx, account_id):
        pass


def _step(ctx: Context, account_id: int) -> bool:
    return audit.conclude(ctx, account_id) or rebuild.step(ctx, account_id)


def _put_down(conn: Connection, account_id: int, now: int) -> bool:
    """Say when the work goes on. True: there is something left to do at once."""
    accounts.lock(conn, account_id)  # nobody wishes for anything between our look and our word
    work = runs.begin(conn, account_id, runs.REBUILD, now)
    known = generations.every(conn, account_id)
    if any(one.stage not in {Stage.ACTIVE, Stage.RETIRED} for one in known):
        runs.save(conn, work, {}, due_at=now + LEASE)
        return True
    ends = [one.since + rebuild.KEEP_SECONDS for one in known if one.stage == Stage.RETIRED]
    runs.finish(conn, work, {}, now=now, due_at=min(ends, default=runs.NEVER))
    return False
