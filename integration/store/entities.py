"""Leads and tasks as the API last showed them, and what the readers need derived from them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, func, select, tuple_, update

from integration.kpi.model import LOST, WON, Lead, Task
from integration.store import rows
from integration.store.tables import leads, tasks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection, Table

    from integration.kpi.model import Rules

_LEAD = [leads.c[field.name] for field in fields(Lead)]
_TASK = [tasks.c[field.name] for field in fields(Task)]


class LeadRow(NamedTuple):
    """A lead with what its history says about now: in work or not, and since when in its status."""

    lead: Lead
    is_open: bool
    entered_at: int


def leads_by_id(conn: Connection, account_id: int, ids: Collection[int]) -> dict[int, Lead]:
    """Return the stored ones among these leads."""
    query = select(*_LEAD).where(leads.c.account_id == account_id, rows.among(conn, leads.c.id, ids))
    return {row.id: Lead(*row) for row in conn.execute(query)}


def tasks_by_id(conn: Connection, account_id: int, ids: Collection[int]) -> dict[int, Task]:
    """Return the stored ones among these tasks."""
    query = select(*_TASK).where(tasks.c.account_id == account_id, rows.among(conn, tasks.c.id, ids))
    return {row.id: Task(*row) for row in conn.execute(query)}


def save_leads(conn: Connection, account_id: int, changed: Iterable[LeadRow]) -> None:
    """Insert or replace these leads."""
    values = [
        {**_columns(account_id, row.lead), "is_open": row.is_open, "entered_at": row.entered_at} for row in changed
    ]
    rows.upsert(conn, leads, values)


def save_tasks(conn: Connection, account_id: int, changed: Iterable[Task]) -> None:
    """Insert or replace these tasks."""
    rows.upsert(conn, tasks, [_columns(account_id, task) for task in changed])


def leads_after(conn: Connection, account_id: int, after_id: int, limit: int) -> list[Lead]:
    """Return the next leads in the order of their ids: a page of a walk over all of them."""
    query = select(*_LEAD).where(leads.c.account_id == account_id, leads.c.id > after_id)
    return [Lead(*row) for row in conn.execute(query.order_by(leads.c.id).limit(limit))]


def tasks_after(conn: Connection, account_id: int, after_id: int, limit: int) -> list[Task]:
    """Return the next tasks in the order of their ids."""
    query = select(*_TASK).where(tasks.c.account_id == account_id, tasks.c.id > after_id)
    return [Task(*row) for row in conn.execute(query.order_by(tasks.c.id).limit(limit))]


def is_empty(conn: Connection, account_id: int) -> bool:
    """Tell whether nothing of the account is stored, and so nothing counted."""
    return not any(
        conn.scalar(select(table.c.id).where(table.c.account_id == account_id).limit(1)) for table in (leads, tasks)
    )


def count_open(conn: Connection, account_id: int) -> int:
    """Count the leads in work."""
    return conn.scalar(select(func.count()).where(leads.c.account_id == account_id, leads.c.is_open)) or 0


def reopen(conn: Connection, account_id: int, was: Rules, rules: Rules) -> None:
    """Derive anew which leads are in work, where these rules see that differently than those before."""
    changed = was.after_sale_pipelines ^ rules.after_sale_pipelines
    changed |= {pipeline_id for pipeline_id, _ in was.unsorted_statuses ^ rules.unsorted_statuses}
    row = leads.c
    is_open = and_(
        ~row.is_deleted,
        row.status_id.not_in([WON, LOST]),
        row.pipeline_id.not_in(sorted(rules.after_sale_pipelines)),
        tuple_(row.pipeline_id, row.status_id).not_in(sorted(rules.unsorted_statuses)),
    )
    there = (row.account_id == account_id, rows.among(conn, row.pipeline_id, changed))
    conn.execute(update(leads).where(*there).values(is_open=case((is_open, True), else_=False)))


def unseen(
    conn: Connection, account_id: int, entity_type: str, seen: Sequence[int], span: tuple[int, int]
) -> list[int]:
    """Return the ids within the span (from, to], not deleted here, that a full list should have shown and did not."""
    table = _table(entity_type)
    first, last = span
    inside = (table.c.account_id == account_id, table.c.id > first, table.c.id <= last, ~table.c.is_deleted)
    return list(conn.scalars(select(table.c.id).where(*inside, ~rows.among(conn, table.c.id, seen))))


def alive(conn: Connection, account_id: int, entity_type: str, ids: Collection[int]) -> list[int]:
    """Return those of the ids that are stored and not deleted."""
    table = _table(entity_type)
    known = (table.c.account_id == account_id, ~table.c.is_deleted, rows.among(conn, table.c.id, ids))
    return list(conn.scalars(select(table.c.id).where(*known)))


def oldest(conn: Connection, account_id: int) -> int | None:
    """Return when the oldest stored lead was created: no event of interest is older."""
    found: int | None = conn.scalar(select(func.min(leads.c.created_at)).where(leads.c.account_id == account_id))
    return found


def _columns(account_id: int, entity: Lead | Task) -> dict[str, Any]:
    return {"account_id": account_id} | {name: getattr(entity, name) for name in entity.__slots__}


def _table(entity_type: str) -> Table:
    return {"leads": leads, "tasks": tasks}[entity_type]
