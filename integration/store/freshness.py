"""How long hints waited until their numbers were committed: a histogram for every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, cast, func, select

from integration.store import rows
from integration.store.tables import freshness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection


def add(conn: Connection, account_id: int, day: int, marks: Mapping[int, int]) -> None:
    """Count marks: bucket of their waiting time in milliseconds → how many."""
    values = [
        {"account_id": account_id, "day": day, "bucket": bucket, "marks": count}
        for bucket, count in sorted(marks.items())
    ]
    rows.upsert(conn, freshness, values, update={"marks": "freshness.marks + excluded.marks"})


def histogram(conn: Connection, account_id: int, first_day: int, last_day: int) -> dict[int, int]:
    """Return bucket → marks over the days."""
    row = freshness.c
    query = select(row.bucket, cast(func.sum(row.marks), BigInteger).label("marks"))
    chosen = query.where(row.account_id == account_id, row.day.between(first_day, last_day)).group_by(row.bucket)
    return {row.bucket: row.marks for row in conn.execute(chosen)}
