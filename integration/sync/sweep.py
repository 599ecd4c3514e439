"""The net under the hooks: reads every few minutes what was updated, whether a hook spoke of it or not."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from integration.amo.client import FilterIgnored
from integration.amo.records import REFUSALS
from integration.store import accounts, runs
from integration.sync import connection, intake, mirrors, reading, records, ring, subscription, tokens, troubles
from integration.sync.apply import Batch, batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from integration.amo.client import AmoClient
    from integration.kpi.model import Lead
    from integration.store.accounts import Account
    from integration.sync.context import Context

    Progress = dict[str, Any]

EVERY = 300
"""Seconds between two sweeps."""
ACTIVITY_EVERY = 600
MIRRORS_EVERY = 3_600
OVERLAP = 600
"""Seconds that are read again: entries of the event log show up minutes late, clocks tick in whole seconds."""
WINDOW = 86_400
"""Seconds of the event log that are read before the cursor moves on."""


def run(ctx: Context, account_id: int) -> None:
    """Read everything updated since the cursors, and see to the tokens and the hook subscription."""

    def sweep(client: AmoClient) -> None:
        with ctx.database.read() as conn:
            account = accounts.get(conn, account_id)
        tokens.renew_at_half_life(ctx, account_id)
        subscription.repair(ctx, client, account_id)
        _sweep_leads(ctx, client, account)
        _sweep_tasks(ctx, client, account)
        _sweep_events(ctx, client, account)

    _do_every(EVERY, ctx, account_id, runs.SWEEP, sweep)
    ring.ring(ctx, account_id)  # for what the events made doubtful


def sweep_activity(ctx: Context, account_id: int) -> None:
    """Read contacts, calls, letters and incoming requests that are new, apart from what live numbers wait for."""

    def sweep(client: AmoClient) -> Progress:
        refused: Progress = {}
        counted: Progress = {}
        for kind in records.KINDS:
            try:
                for read in records.since(ctx, client, account_id, kind):
                    batch(ctx, account_id, read)
            except REFUSALS as refusal:
                refused[kind] = refusal.code
        try:
            counted = records.cross_check(ctx, client, account_id)
        except REFUSALS as refusal:
            refused.setdefault(records.WAITING, refusal.code)
        return {"refused": refused, "unsorted": counted}

    _do_every(ACTIVITY_EVERY, ctx, account_id, runs.ACTIVITY, sweep)
    ring.ring(ctx, account_id)


def refresh_mirrors(ctx: Context, account_id: int) -> None:
    """Bring users, pipelines and names up to date."""

    def refresh(client: AmoClient) -> None:
        mirrors.refresh(ctx, client, account_id)

    _do_every(MIRRORS_EVERY, ctx, account_id, runs.MIRRORS, refresh)


def _do_every(
    seconds: int, ctx: Context, account_id: int, kind: str, work: Callable[[AmoClient], Progress | None]
) -> None:
    """Do the work, and have it repeated after so many seconds; after a trouble as soon as amoCRM may be asked again.

    What the work returns is kept as the run's progress.
    """
    with ctx.database.transaction() as conn:
        begun = runs.begin(conn, account_id, kind, ctx.now)
    is_done, done = False, None
    with troubles.met(ctx, account_id), connection.client(ctx, account_id) as client:
        done = work(client)
        is_done = True
    with ctx.database.transaction() as conn:
        if is_done:
            runs.finish(conn, begun, done or {}, now=ctx.now, due_at=ctx.now + seconds)
        else:
            runs.save(conn, begun, {}, due_at=ctx.now)


def _sweep_leads(ctx: Context, client: AmoClient, account: Account) -> None:
    started = 0
    for leads in _leads_since(ctx, client, account):
        started = started or client.server_now
        intake.take(ctx, client, account.account_id, Batch(client.server_now, leads=leads, by_sweep=True))
    intake.take(ctx, client, account.account_id, Batch(client.server_now, cursors={"leads_cursor": started}))


def _leads_since(ctx: Context, client: AmoClient, account: Account) -> Iterator[list[Lead]]:
    since = account.leads_cursor - OVERLAP
    if not account.has_filters:
        yield from _scanned(client, since)
        return
    try:
        for page in count(1):
            leads, more = client.leads_page(page, since)
            yield leads
            if not more:
                return
    except FilterIgnored:
        reading.forget_filters(ctx, account.account_id)
        yield from _scanned(client, since)


def _scanned(client: AmoClient, since: int) -> Iterator[list[Lead]]:
    """Without the paid filters: from the latest updated back to the time."""
    for page in count(1):
        leads, more = client.leads_newest_first(page)
        yield [lead for lead in leads if lead.updated_at >= since]
        if not more or (leads and leads[-1].updated_at < since):
            return


def _sweep_tasks(ctx: Context, client: AmoClient, account: Account) -> None:
    started, more = 0, True
    for page in count(1):
        tasks, more = client.tasks_page(page, account.tasks_cursor - OVERLAP)
        started = started or client.server_now
        cursors = {} if more else {"tasks_cursor": started}
        intake.take(
            ctx, client, account.account_id, Batch(client.server_now, tasks=tasks, cursors=cursors, by_sweep=True)
        )
        if not more:
            return


def _sweep_events(ctx: Context, client: AmoClient, account: Account) -> None:
    start, now = account.events_cursor - OVERLAP, client.server_now
    while start < now:
        end = min(start + WINDOW, now)
        for page in count(1):
            events, more = client.events_page(start, end, page)
            cursors = {} if more else {"events_cursor": end}
            intake.take(
                ctx, client, account.account_id, Batch(client.server_now, events=events, cursors=cursors, by_sweep=True)
            )
            if not more:
                break
        start = end
