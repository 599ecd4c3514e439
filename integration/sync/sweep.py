"""The net under the hooks: reads every few minutes what was updated, whether a hook spoke of it or not."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from integration.amo.client import FilterIgnored
from integration.store import accounts, runs
from integration.sync import connection, intake, mirrors, ring, subscription, tokens, troubles
from integration.sync.apply import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.amo.client import AmoClient
    from integration.kpi.model import Lead
    from integration.store.accounts import Account
    from integration.sync.context import Context

EVERY = 300
"""Seconds between two sweeps."""
MIRRORS_EVERY = 3_600
OVERLAP = 600
"""Seconds that are read again: entries of the event log show up minutes late, clocks tick in whole seconds."""
WINDOW = 86_400
"""Seconds of the event log that are read before the cursor moves on."""


def run(ctx: Context, account_id: int) -> None:
    """Read everything updated since the cursors, and see to the tokens and the hook subscription."""
    with ctx.database.transaction() as conn:
        work = runs.begin(conn, account_id, runs.SWEEP, ctx.now)
        account = accounts.get(conn, account_id)
    due_at = ctx.now  # on an error: as soon as the account may be asked again
    with troubles.met(ctx, account_id), connection.client(ctx, account_id) as client:
        tokens.renew_at_half_life(ctx, account_id)
        subscription.repair(ctx, client, account_id)
        _sweep_leads(ctx, client, account)
        _sweep_tasks(ctx, client, account)
        _sweep_events(ctx, client, account)
        due_at = ctx.now + EVERY
    with ctx.database.transaction() as conn:
        runs.finish(conn, work, {}, now=ctx.now, due_at=due_at)
    ring.ring(ctx, account_id)  # for what the events made doubtful


def refresh_mirrors(ctx: Context, account_id: int) -> None:
    """Bring users, pipelines and names up to date."""
    with ctx.database.transaction() as conn:
        work = runs.begin(conn, account_id, runs.MIRRORS, ctx.now)
    due_at = ctx.now
    with troubles.met(ctx, account_id), connection.client(ctx, account_id) as client:
        mirrors.refresh(ctx, client, account_id)
        due_at = ctx.now + MIRRORS_EVERY
    with ctx.database.transaction() as conn:
        runs.finish(conn, work, {}, now=ctx.now, due_at=due_at)


def _sweep_leads(ctx: Context, client: AmoClient, account: Account) -> None:
    started = 0
    for leads in _leads_since(client, account.leads_cursor - OVERLAP):
        started = started or client.server_now
        intake.take(ctx, client, account.account_id, Batch(client.server_now, leads=leads))
    intake.take(ctx, client, account.account_id, Batch(client.server_now, cursors={"leads_cursor": started}))


def _leads_since(client: AmoClient, since: int) -> Iterator[list[Lead]]:
    try:
        for page in count(1):
            leads, more = client.leads_page(page, since)
            yield leads
            if not more:
                return
    except FilterIgnored:
        yield from _scanned(client, since)


def _scanned(client: AmoClient, since: int) -> Iterator[list[Lead]]:
    """Without the paid filters: from the latest updated back to the time."""
    for page in count(1):
        leads, more = client.leads_newest_first(page)
        yield [lead for lead in leads if lead.updated_at >= since]
        if not more or leads[-1].updated_at < since:
            return


def _sweep_tasks(ctx: Context, client: AmoClient, account: Account) -> None:
    started, more = 0, True
    for page in count(1):
        tasks, more = client.tasks_page(page, account.tasks_cursor - OVERLAP)
        started = started or client.server_now
        cursors = {} if more else {"tasks_cursor": started}
        intake.take(ctx, client, account.account_id, Batch(client.server_now, tasks=tasks, cursors=cursors))
        if not more:
            return


def _sweep_events(ctx: Context, client: AmoClient, account: Account) -> None:
    start, now = account.events_cursor - OVERLAP, client.server_now
    while start < now:
        end = min(start + WINDOW, now)
        for page in count(1):
            events, more = client.events_page(start, end, page)
            cursors = {} if more else {"events_cursor": end}
            intake.take(ctx, client, account.account_id, Batch(client.server_now, events=events, cursors=cursors))
            if not more:
                break
        start = end
