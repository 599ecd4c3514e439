"""Deletes an account for good, and keeps the journal of that: a restored backup must not bring anybody back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, tuple_

from integration.store import rows
from integration.store.tables import accounts, deletions, grants, installs, metadata, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Table

_LAST = {accounts, grants, runs, installs}
"""What says how far the deletion is goes with the account's row itself."""


def some(conn: Connection, account_id: int, limit: int) -> int:
    """Delete up to so many rows of what was collected about the account. Returns how many; 0: there are no more."""
    for table in _collected():
        key = list(table.primary_key)
        chosen = select(*key).where(table.c.account_id == account_id).limit(limit)
        deleted = conn.execute(delete(table).where(tuple_(*key).in_(chosen))).rowcount
        if deleted:
            return deleted
    return 0


def rest(conn: Connection, account_id: int, now: int) -> None:
    """Delete whatever there still is of the account, its row too, and write that into the journal."""
    host = select(accounts.c.host).where(accounts.c.account_id == account_id).scalar_subquery()
    conn.execute(delete(installs).where(or_(installs.c.account_id == account_id, installs.c.host == host)))
    for table in (*_collected(), runs, grants, accounts):
        conn.execute(delete(table).where(table.c.account_id == account_id))
    rows.upsert(conn, deletions, [{"account_id": account_id, "deleted_at": now}])


def journal(conn: Connection) -> list[tuple[int, int]]:
    """Return (account_id, when it was deleted) of every deletion, the earliest first."""
    found = select(deletions.c.account_id, deletions.c.deleted_at).order_by(deletions.c.deleted_at)
    return [(account_id, deleted_at) for account_id, deleted_at in conn.execute(found)]


def _collected() -> Iterator[Table]:
    for table in metadata.sorted_tables:
        if "account_id" in table.c and table not in _LAST and table is not deletions:
            yield table
