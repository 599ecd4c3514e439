"""The way from amoCRM's answers into the numbers: what is new to the mirrors is looked up before it is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.store import mirrors as known
from integration.store import runs
from integration.sync import mirrors
from integration.sync.apply import Batch, batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integration.amo.client import AmoClient
    from integration.kpi.model import Lead
    from integration.sync.apply import Beside
    from integration.sync.context import Context

STRANGERS_AGAIN = 600
"""Seconds between two looks for strangers among the users and statuses."""


def take(ctx: Context, client: AmoClient, account_id: int, read: Batch, beside: Beside | None = None) -> None:
    """Apply a batch, and `beside` in its transaction. If it names a pipeline new to us, read the pipelines first.

    Only they say which statuses are «Неразобранное», and what is counted must be counted by the rules that hold.
    """
    named = {lead.pipeline_id for lead in read.leads if not lead.is_deleted}
    for event in read.events:
        if event.type == "lead_status_changed":
            named |= {place[0] for place in (event.before, event.after) if place}
    if named and (strange := _strange(ctx, account_id, named)):
        mirrors.refresh(ctx, client, account_id)
        _bury(ctx, account_id, strange)
    elif read.leads:
        _meet(ctx, account_id, [lead for lead in read.leads if not lead.is_deleted])
    batch(ctx, account_id, read, beside)


def _strange(ctx: Context, account_id: int, named: set[int]) -> set[int]:
    with ctx.database.read() as conn:
        return named - known.pipeline_ids(conn, account_id)


def _meet(ctx: Context, account_id: int, leads: Sequence[Lead]) -> None:
    """Have the mirrors read soon if somebody owns a lead, or it stands somewhere, of whom nobody told us yet.

    Whoever left the account stays a stranger, so that is not done all the time.
    """
    owners = {lead.responsible_user_id for lead in leads} - {0}
    places = {(lead.pipeline_id, lead.status_id) for lead in leads}
    with ctx.database.read() as conn:
        if known.has_all_users(conn, account_id, owners) and known.has_all_statuses(conn, account_id, places):
            return
        last = runs.get(conn, account_id, runs.MIRRORS)
    due_at = ctx.now if last is None else (last.finished_at or 0) + STRANGERS_AGAIN
    with ctx.database.transaction() as conn:
        runs.hasten(conn, account_id, runs.MIRRORS, max(due_at, ctx.now))


def _bury(ctx: Context, account_id: int, strange: set[int]) -> None:
    """Give those that the account does not list any more a tombstone: they are asked about once."""
    with ctx.database.transaction() as conn:
        known.bury_pipelines(conn, account_id, strange - known.pipeline_ids(conn, account_id))
