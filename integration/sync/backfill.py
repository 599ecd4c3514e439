"""Reads an account from end to end: at the install, and every night to be sure. Progress is saved with every page.

Leads, the trash and tasks come in the order of their ids. An entity that we know and that a page should have shown
is marked dirty, and so asked for by id: a page may skip a row while the list changes, and that deletes nothing.
Events come last, window by window from the newest, so that the present months are right first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration.store import accounts, dirty, entities, runs
from integration.sync import connection, intake, ring, troubles
from integration.sync.apply import Batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integration.amo.client import AmoClient
    from integration.kpi.model import Lead, Task
    from integration.store.runs import Run
    from integration.sync.context import Context

PHASES = ("leads", "trash", "tasks", "events")
WINDOW = 30 * 86_400
"""Seconds of the event log that are paged through at a time: deep pages are slow at amoCRM."""
SLICE_MS = 1_000
"""After this time the work goes to the end of the queue, so that what is live gets its turn."""
LEASE = 120
"""Seconds without a saved page after which somebody else resumes."""
LAST_ID = 2**62

Progress = dict[str, Any]


def run(ctx: Context, account_id: int, kind: str) -> None:
    """Do a slice of the full pass that was claimed, `kind` of store.runs, and have the rest done after others."""
    with ctx.database.transaction() as conn:
        work = runs.begin(conn, account_id, kind, ctx.now)
    deadline = ctx.now_ms() + SLICE_MS
    progress: Progress | None = work.progress or {"phase": "leads", "page": 1, "after_id": 0, "done": 0}
    with troubles.met(ctx, account_id), connection.client(ctx, account_id) as client:
        while progress is not None and ctx.now_ms() < deadline:
            progress = _step(ctx, client, work, progress)
    if progress is None:
        _finish(ctx, work)
    elif ctx.now_ms() < deadline or not ring.call(ctx, "backfill", account_id, kind):
        # Something went wrong, or there is no queue: the clock resumes it as soon as the account may be asked.
        with ctx.database.transaction() as conn:
            runs.save(conn, work, progress, due_at=ctx.now)
    ring.ring(ctx, account_id)  # for the marks that the pages left


def _finish(ctx: Context, work: Run) -> None:
    with ctx.database.transaction() as conn:
        never_again = work.kind == runs.BACKFILL
        due_at = runs.NEVER if never_again else ctx.now + 86_400
        runs.finish(conn, work, {"phase": "done"}, now=ctx.now, due_at=due_at)
        # The cards said «importing» until now.
        accounts.advance(conn, accounts.lock(conn, work.account_id), visible=never_again)


def _step(ctx: Context, client: AmoClient, work: Run, progress: Progress) -> Progress | None:
    """Read and apply one page, save the progress. Returns what comes next, None at the end."""
    page = {"leads": _leads, "trash": _trash, "tasks": _tasks, "events": _events}[progress["phase"]]
    progress = page(ctx, client, work.account_id, progress)
    if progress["phase"] == "done":
        return None
    with ctx.database.transaction() as conn:
        runs.save(conn, work, progress, due_at=ctx.now + LEASE)
    return progress


def _leads(ctx: Context, client: AmoClient, account_id: int, progress: Progress) -> Progress:
    leads, more = client.leads_page(progress["page"])
    intake.take(ctx, client, account_id, Batch(client.server_now, leads=leads))
    return _mark_unseen(ctx, account_id, progress, leads, more=more)


def _tasks(ctx: Context, client: AmoClient, account_id: int, progress: Progress) -> Progress:
    tasks, more = client.tasks_page(progress["page"])
    intake.take(ctx, client, account_id, Batch(client.server_now, tasks=tasks))
    return _mark_unseen(ctx, account_id, progress, tasks, more=more)


def _trash(ctx: Context, client: AmoClient, account_id: int, progress: Progress) -> Progress:
    ids, more = client.deleted_leads_page(progress["page"])
    with ctx.database.transaction() as conn:
        trashed = [("leads", lead_id) for lead_id in entities.alive(conn, account_id, "leads", ids)]
        dirty.mark(conn, account_id, trashed, ctx.now_ms(), deleted=trashed)
    return _turned(progress, len(ids), more=more)


def _events(ctx: Context, client: AmoClient, account_id: int, progress: Progress) -> Progress:
    if "until" not in progress:
        with ctx.database.read() as conn:
            oldest = entities.oldest(conn, account_id) or client.server_now
        progress = {**progress, "until": client.server_now, "oldest": oldest}
    until, page = progress["until"], progress["page"]
    events, more = client.events_page(until - WINDOW, until, page)
    intake.take(ctx, client, account_id, Batch(client.server_now, events=events))
    progress = {**progress, "done": progress["done"] + len(events)}
    if more:
        return {**progress, "page": page + 1}
    if until - WINDOW <= progress["oldest"]:
        return {"phase": "done"}
    return {**progress, "page": 1, "until": until - WINDOW}


def _mark_unseen(
    ctx: Context, account_id: int, progress: Progress, shown: Sequence[Lead] | Sequence[Task], *, more: bool
) -> Progress:
    """Mark what the page should have shown: everything we know between the last id before it and its own last."""
    ids = [entity.id for entity in shown]
    span = (progress["after_id"], max(ids, default=0) if more else LAST_ID)
    with ctx.database.transaction() as conn:
        unseen = entities.unseen(conn, account_id, progress["phase"], ids, span)
        dirty.mark(conn, account_id, [(progress["phase"], entity_id) for entity_id in unseen], ctx.now_ms())
    return _turned({**progress, "after_id": span[1]}, len(ids), more=more)


def _turned(progress: Progress, read: int, *, more: bool) -> Progress:
    """Turn to the next page, or to the next phase."""
    done = progress["done"] + read
    if more:
        return {**progress, "page": progress["page"] + 1, "done": done}
    following = PHASES[PHASES.index(progress["phase"]) + 1]
    return {"phase": following, "page": 1, "after_id": 0, "done": 0}
