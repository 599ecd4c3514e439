"""AmoCRM's event log, as far as KPIs read it: a set keyed by the event's id."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from integration.kpi.model import Event
from integration.store import rows
from integration.store.tables import events

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection

_row = events.c
_EVENT = [
    _row.id,
    _row.type,
    _row.entity_type,
    _row.entity_id,
    _row.created_by,
    _row.created_at,
    _row.before,
    _row.after,
]


def add(conn: Connection, account_id: int, seen: Iterable[Event], received_at: int) -> list[Event]:
    """Put the events into the set; return those that were not in it."""
    by_id = {event.id: event for event in seen}
    values = [
        {
            "account_id": account_id,
            "id": event.id,
            "type": event.type,
            "entity_type": event.entity_type,
            "entity_id": event.entity_id,
            "created_by": event.created_by,
            "created_at": event.created_at,
            "before": rows.as_json(event.before),
            "after": rows.as_json(event.after),
            "received_at": received_at,
        }
        for event in by_id.values()
    ]
    written = rows.upsert(conn, events, values, update={}, returning=("id",))
    return [by_id[row.id] for row in written]


def of(conn: Connection, account_id: int, entity_type: str, ids: Collection[int]) -> dict[int, list[Event]]:
    """Return all events of these entities (`entity_type` singular: lead or task), in no particular order."""
    query = select(*_EVENT).where(
        _row.account_id == account_id, _row.entity_type == entity_type, rows.among(conn, _row.entity_id, ids)
    )
    found: defaultdict[int, list[Event]] = defaultdict(list)
    for key, kind, entity, entity_id, created_by, created_at, before, after in conn.execute(query):
        event = Event(key, kind, entity, entity_id, created_by, created_at, _values(before), _values(after))
        found[entity_id].append(event)
    return found


def last_merge(conn: Connection, account_id: int) -> int:
    """Return when entities of the account were last merged, 0 for never."""
    query = select(func.max(_row.created_at)).where(_row.account_id == account_id, _row.type == "entity_merged")
    return conn.scalar(query) or 0


def merges_since(conn: Connection, account_id: int, at: int) -> int:
    """Count the merges of entities of the account at that second or later."""
    query = select(func.count()).where(_row.account_id == account_id, _row.type == "entity_merged")
    return conn.scalar(query.where(_row.created_at >= at)) or 0


@lru_cache(maxsize=65536)
def _values(text: str) -> tuple[int, ...]:
    # An account has few statuses and people: most events name a pair that was read before.
    return tuple(json.loads(text))
