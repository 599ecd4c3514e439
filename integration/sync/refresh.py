"""Serves an account's lane: fetches what is marked dirty, and the events since the cursor, until nothing is due."""

from __future__ import annotations

import secrets
import time
from itertools import count
from typing import TYPE_CHECKING

from integration.amo.client import FilterIgnored
from integration.store import accounts, dirty, leases
from integration.sync import connection, deletion, intake, records, ring, troubles
from integration.sync.apply import Batch, batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from integration.amo.client import AmoClient
    from integration.kpi.model import Lead, Task
    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.store.dirty import Mark
    from integration.sync.context import Context

MARKS = 250
"""As many entities of a type as one request may ask for."""
OVERLAP = 5
"""Seconds of the event log that are read again: entries show up late. The sweep reads further back."""
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
        with troubles.met(ctx, account_id), connection.client(ctx, account_id) as client:
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
    started = ctx.now_ms()
    while (now_ms := ctx.now_ms()) < started + BUDGET_MS:
        if now_ms > started + FAIR_MS and ring.others_wait(ctx):
            return
        with ctx.database.read() as conn:
            account = accounts.get(conn, account_id)
            marks = _take(conn, account_id, ("leads", "tasks"), now_ms)
            soonest = dirty.soonest(conn, account_id)
            # What nobody sees live comes after everything that somebody does.
            quiet = [] if marks else _take(conn, account_id, records.KINDS, now_ms)
        if quiet:
            for read in records.fetched(ctx, client, account_id, quiet):
                batch(ctx, account_id, read)
                _claim(ctx, account_id, owner)
        elif marks:
            for read in fetched(ctx, client, account, marks):
                intake.take(ctx, client, account_id, read)
                _claim(ctx, account_id, owner)
        elif soonest is not None and soonest - now_ms <= NEAR_MS:
            time.sleep(LOOK_SECONDS)
        else:
            return


def _take(conn: Connection, account_id: int, kinds: Sequence[str], now_ms: int) -> list[Mark]:
    return [mark for kind in kinds for mark in dirty.take(conn, account_id, kind, now_ms, MARKS)]


def fetched(ctx: Context, client: AmoClient, account: Account, marks: list[Mark]) -> Iterator[Batch]:
    """Read the marked entities and then the events since the cursor; the last batch answers the marks.

    The events are read after the snapshots: what changed in between shows as an event newer than its snapshot.
    """
    leads = _leads(client, [mark.entity_id for mark in marks if mark.entity_type == "leads"])
    server_now = client.server_now
    tasks = _tasks(client, [mark.entity_id for mark in marks if mark.entity_type == "tasks"])
    server_now = server_now or client.server_now
    end = client.server_now
    for page in count(1):
        events, more = client.events_page(account.events_cursor - OVERLAP, end, page)
        if not more:
            break
        yield Batch(server_now, events=events)
    shown = {("leads", lead.id) for lead in leads} | {("tasks", task.id) for task in tasks}
    missing = [mark for mark in marks if (mark.entity_type, mark.entity_id) not in shown]
    verdict = deletion.judge(ctx, client, account.account_id, missing, events)
    answered = [mark for mark in marks if mark not in missing] + verdict.answered
    yield Batch(
        server_now=server_now,
        leads=[*leads, *verdict.leads],
        tasks=tasks,
        events=events,
        deleted=frozenset(verdict.deleted),
        answered=answered,
        later=verdict.later,
        cursors={"events_cursor": end},
    )


def _leads(client: AmoClient, ids: list[int]) -> list[Lead]:
    if not ids:
        return []
    try:
        return client.leads_by_id(ids)
    except FilterIgnored:
        # Without the paid filters every lead is a request of its own.
        return [lead for lead in map(client.lead, ids) if lead is not None]


def _tasks(client: AmoClient, ids: list[int]) -> list[Task]:
    return client.tasks_by_id(ids) if ids else []
