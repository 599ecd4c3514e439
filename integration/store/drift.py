"""Drift: what was wrong until a sweep or an audit found it, counted hour by hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, cast, func, select

from integration.store import rows
from integration.store.tables import drift

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

HOUR = 3_600

HEALED = "healed"
"""Entities whose change no hook had spoken of; the bucket is how old it was when it was found, in seconds."""
EVENTS = "events"
"""Entries of the event log that only a sweep found."""
CELLS = "cells"
"""Counters that differed from their recount."""
WHOLE = "full_pass"
"""Full passes that ended; nothing of amoCRM was left unread."""

_row = drift.c


def add(conn: Connection, account_id: int, now: int, measure: str, buckets: Mapping[int, int]) -> None:
    """Count: bucket → how many; 0 where the measure has no buckets."""
    values = [
        {"account_id": account_id, "hour": now // HOUR, "measure": measure, "bucket": bucket, "count": count}
        for bucket, count in sorted(buckets.items())
    ]
    rows.upsert(conn, drift, values, update={"count": "drift.count + excluded.count"})


def since(conn: Connection, account_id: int, time: int) -> dict[str, dict[int, int]]:
    """Return measure → bucket → how many, from the hour of this time on."""
    query = select(_row.measure, _row.bucket, cast(func.sum(_row.count), BigInteger))
    chosen = query.where(_row.account_id == account_id, _row.hour >= time // HOUR)
    found: dict[str, dict[int, int]] = {}
    for measure, bucket, count in conn.execute(chosen.group_by(_row.measure, _row.bucket)):
        found.setdefault(measure, {})[bucket] = count
    return found


def last(conn: Connection, account_id: int, measure: str) -> int | None:
    """Return the hour's beginning in which this was counted last, None for never."""
    query = select(func.max(_row.hour)).where(_row.account_id == account_id, _row.measure == measure)
    hour: int | None = conn.scalar(query)
    return None if hour is None else hour * HOUR
