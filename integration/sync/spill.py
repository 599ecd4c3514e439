"""Hints that came while the database was down: they wait in Redis until it is back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from integration.kpi.activity import Request
from integration.store import accounts, activity, dirty
from integration.store.accounts import State

if TYPE_CHECKING:
    from integration.amo.hooks import Hints
    from integration.sync.context import Context

KEY = "spill"
MOST = 100_000
"""More hints than that are not kept: the sweep finds what they spoke of."""


def keep(ctx: Context, account_id: int, hints: Hints) -> None:
    """Put the hints aside. Without Redis they are lost and counted."""
    requests = [(request.uid, request.category, request.pipeline_id, request.lead_id) for request in hints.requests]
    kept = json.dumps([account_id, sorted(hints.ids), sorted(hints.deleted), requests])
    try:
        ctx.redis.lpush(KEY, kept)
        ctx.redis.ltrim(KEY, 0, MOST - 1)
    except RedisError:
        ctx.counts["hints_lost"] += 1


def drain(ctx: Context) -> None:
    """Mark what was put aside. Raises DatabaseDown, and then nothing of the hint in hand is lost."""
    while kept := _next(ctx):
        account_id, ids, deleted, requests = json.loads(kept)
        with ctx.database.transaction() as conn:
            if (account := accounts.find(conn, account_id)) is None or account.state == State.UNINSTALLED:
                ids = deleted = requests = []
            told = [Request(uid, category, "", pipeline, lead_id=lead) for uid, category, pipeline, lead in requests]
            activity.hear(conn, account_id, told)
            marks = [(kind, entity_id) for kind, entity_id in ids]
            dirty.mark(conn, account_id, marks, ctx.now_ms(), deleted={(kind, number) for kind, number in deleted})
        _forget(ctx)


def _next(ctx: Context) -> str | bytes | None:
    try:
        found: str | bytes | None = ctx.redis.lindex(KEY, -1)
    except RedisError:
        return None
    return found


def _forget(ctx: Context) -> None:
    # Two that drain at once may drop a hint neither marked: only the clock drains, and the sweep looks after it.
    try:
        ctx.redis.rpop(KEY)
    except RedisError:
        ctx.counts["spill_failed"] += 1
