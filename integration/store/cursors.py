"""How far the lists of each kind are read, in amoCRM's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from integration.store import rows
from integration.store.tables import cursors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection


def of(conn: Connection, account_id: int) -> dict[str, int]:
    """Return kind → the time up to which it was read; kinds that were never read are missing."""
    query = select(cursors.c.kind, cursors.c.read_to).where(cursors.c.account_id == account_id)
    return {kind: read_to for kind, read_to in conn.execute(query)}  # noqa: C416 - rows are not pairs to a type checker


def advance(conn: Connection, account_id: int, read_to: Mapping[str, int]) -> None:
    """Move cursors, only forward."""
    moved = [{"account_id": account_id, "kind": kind, "read_to": read_to[kind]} for kind in sorted(read_to)]
    later = "CASE WHEN excluded.read_to > cursors.read_to THEN excluded.read_to ELSE cursors.read_to END"
    rows.upsert(conn, cursors, moved, update={"read_to": later})
