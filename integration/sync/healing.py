"""What a sweep found that no hook had spoken of: how much of it, and how late."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from integration.kpi.histogram import bucket
from integration.store import dirty, drift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integration.kpi.model import Event
    from integration.store.database import Connection
    from integration.store.dirty import Entity

ON_ITS_WAY = 60
"""Seconds in which the hook of a change may still be coming: what is younger was not missed."""


def note(conn: Connection, account_id: int, moved: Mapping[Entity, int], new: Sequence[Event], server_now: int) -> None:
    """Count the entities that changed, with the age of the change, and the new entries of the event log.

    What a mark speaks of is not counted: its hook came.
    """
    old = {entity: updated_at for entity, updated_at in moved.items() if updated_at <= server_now - ON_ITS_WAY}
    said = [event for event in new if event.created_at <= server_now - ON_ITS_WAY]
    told = dirty.marked(conn, account_id, {*old, *map(_entity, said)})
    healed = Counter(bucket(server_now - updated_at) for entity, updated_at in old.items() if entity not in told)
    drift.add(conn, account_id, server_now, drift.HEALED, healed)
    missed = sum(_entity(event) not in told for event in said)
    drift.add(conn, account_id, server_now, drift.EVENTS, {0: missed} if missed else {})


def _entity(event: Event) -> Entity:
    return f"{event.entity_type}s", event.entity_id
