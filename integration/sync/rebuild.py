"""A new generation of counters: what a change of the rules asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.kpi.history import read_lead
from integration.store import accounts, counters, entities, events, mirrors
from integration.sync import audit, live

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integration.kpi.model import Rules
    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.sync.context import Context


def choose_after_sale(ctx: Context, account_id: int, pipeline_ids: Iterable[int]) -> None:
    """Remember which pipelines are delivery and after-sale, and count anew by that. Raises NotFound."""
    with ctx.database.transaction() as conn:
        accounts.lock(conn, account_id)
        accounts.change(conn, account_id, after_sale_pipelines=sorted(set(pipeline_ids)))
        account = accounts.get(conn, account_id)
        anew(conn, account)
        version = accounts.advance(conn, account, visible=True)
    live.announce(ctx, account_id, version)


def anew(conn: Connection, account: Account) -> None:
    """Count the locked account anew by its present rules, and let readers see that. All of it or nothing.

    `account` must have been read after its last change.
    """
    rules = mirrors.rules(conn, account)
    generation = account.generation + 1
    counters.add(conn, account.account_id, generation, audit.recount(conn, account.account_id, rules))
    _derive(conn, account.account_id, rules)
    accounts.change(conn, account.account_id, generation=generation)
    counters.drop(conn, account.account_id, account.generation)


def _derive(conn: Connection, account_id: int, rules: Rules) -> None:
    """Write anew what the rows of leads say about now."""
    last = 0
    while leads := entities.leads_after(conn, account_id, last, audit.CHUNK):
        last = leads[-1].id
        lines = events.of(conn, account_id, "lead", [lead.id for lead in leads])
        lives = [read_lead(lead, lines.get(lead.id, ()), rules) for lead in leads]
        rows = [entities.LeadRow(life.lead, life.is_open, life.entered_at) for life in lives]
        entities.save_leads(conn, account_id, rows)
