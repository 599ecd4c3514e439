"""Which account a webhook's address belongs to. Asked for every hook, so nothing else is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from integration.store.tables import accounts

if TYPE_CHECKING:
    from sqlalchemy import Connection


def account_of(conn: Connection, hook_key_hash: str) -> int | None:
    """Return the id of the account with this address (`accounts.digest` of its secret part), or None."""
    return conn.scalar(select(accounts.c.account_id).where(accounts.c.hook_key_hash == hook_key_hash))
