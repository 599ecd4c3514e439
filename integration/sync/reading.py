"""Reads entities by their ids, with amoCRM's paid filters or, where an account lacks them, in other ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.amo.client import AmoClient, FilterIgnored
from integration.store import accounts
from integration.sync.apply import Batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integration.kpi.model import Lead
    from integration.sync.context import Context

FEW = 2
"""So many leads are read one by one; more are looked for among those updated last."""
PAGES = 4


def by_id(ctx: Context, client: AmoClient, account_id: int, kind: str, ids: Sequence[int]) -> Batch:
    """Return what amoCRM shows of at most 250 leads or tasks, and its clock then."""
    if kind == "tasks":
        tasks = client.tasks_by_id(ids)
        return Batch(client.server_now, tasks=tasks)
    leads, server_now = _leads(ctx, client, account_id, ids)
    return Batch(server_now, leads=leads)


def has_filters(ctx: Context, account_id: int) -> bool:
    """Tell whether the account is known to have the paid filters of leads."""
    with ctx.database.read() as conn:
        return accounts.get(conn, account_id).has_filters


def forget_filters(ctx: Context, account_id: int) -> None:
    """Remember that the account lacks the paid filters, until its settings say otherwise again."""
    with ctx.database.transaction() as conn:
        accounts.change(conn, account_id, has_filters=False)


def _leads(ctx: Context, client: AmoClient, account_id: int, ids: Sequence[int]) -> tuple[list[Lead], int]:
    if has_filters(ctx, account_id):
        try:
            return client.leads_by_id(ids), client.server_now
        except FilterIgnored:
            forget_filters(ctx, account_id)
    return _one_by_one(client, ids)


def _one_by_one(client: AmoClient, ids: Sequence[int]) -> tuple[list[Lead], int]:
    """Find the leads among those updated last, and ask singly for those that are not there.

    The time returned is that of the first answer: what changed since may have changed again.
    """
    wanted, found, server_now = set(ids), dict[int, "Lead"](), 0
    for page in range(1, PAGES + 1):
        if len(wanted) <= FEW:
            break
        leads, more = client.leads_newest_first(page)
        server_now = server_now or client.server_now
        found |= {lead.id: lead for lead in leads if lead.id in wanted}
        wanted -= found.keys()
        if not more:
            break
    for lead_id in sorted(wanted):
        lead = client.lead(lead_id)
        server_now = server_now or client.server_now
        if lead is not None:
            found[lead_id] = lead
    return list(found.values()), server_now
