"""What hangs on the entity whose card is open: its leads, and the open tasks on it and on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, or_, select

from integration.store.tables import leads, tasks

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

MOST_LEADS = 500
"""A contact's card sums up at most this many open leads; nobody works on more for one client."""


class EntityLead(NamedTuple):
    """A lead that the card speaks of."""

    id: int
    responsible_user_id: int
    is_open: bool


class OpenTask(NamedTuple):
    """An open task; `entity_type` and `entity_id` say what it hangs on."""

    id: int
    entity_type: str
    entity_id: int
    responsible_user_id: int
    complete_till: int


def leads_of(conn: Connection, account_id: int, entity_type: str, entity_id: int) -> list[EntityLead]:
    """Return the lead itself, or the open leads whose main contact or company the entity is."""
    belongs = {
        "leads": and_(leads.c.id == entity_id, ~leads.c.is_deleted),
        "contacts": and_(leads.c.main_contact_id == entity_id, leads.c.is_open),
        "companies": and_(leads.c.company_id == entity_id, leads.c.is_open),
    }[entity_type]
    query = (
        select(leads.c.id, leads.c.responsible_user_id, leads.c.is_open)
        .where(leads.c.account_id == account_id, belongs)
        .order_by(leads.c.id.desc())
        .limit(MOST_LEADS)
    )
    return [EntityLead(*row) for row in conn.execute(query)]


def open_tasks_of(
    conn: Connection, account_id: int, entity_type: str, entity_id: int, lead_ids: Collection[int]
) -> list[OpenTask]:
    """Return the open tasks on the entity and on the leads, the most urgent first."""
    on_entity = and_(tasks.c.entity_type == entity_type, tasks.c.entity_id == entity_id)
    on_leads = and_(tasks.c.entity_type == "leads", tasks.c.entity_id.in_(lead_ids))
    query = (
        select(tasks.c.id, tasks.c.entity_type, tasks.c.entity_id, tasks.c.responsible_user_id, tasks.c.complete_till)
        .where(tasks.c.account_id == account_id, ~tasks.c.is_completed, ~tasks.c.is_deleted, or_(on_entity, on_leads))
        .order_by(tasks.c.complete_till, tasks.c.id)
    )
    return [OpenTask(*row) for row in conn.execute(query)]
