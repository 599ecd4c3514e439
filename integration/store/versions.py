"""The versions of accounts: a number that grows whenever readers could see a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from integration.store import rows
from integration.store.tables import accounts

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection


def of(conn: Connection, account_ids: Collection[int]) -> dict[int, int]:
    """Return id → version of those accounts that exist."""
    query = select(accounts.c.account_id, accounts.c.version)
    found = conn.execute(query.where(rows.among(conn, accounts.c.account_id, account_ids)))
    return {account_id: version for account_id, version in found}  # noqa: C416 - rows are not pairs to a type checker
