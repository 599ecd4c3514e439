"""What becomes of hints: noted = refreshed + superseded + pending, at any moment.

Noting counts hints when they come; clearing counts the marks that were fetched, and by their `seq` the hints that a
later one had taken the place of. The sides are written in different transactions by different code, so a mark that
gets lost or is cleared twice shows. Each commits with the marks it speaks of.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import BigInteger, cast, delete, func, insert, select

from integration.store import rows
from integration.store.tables import dirty, mark_totals, noted

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Column, ColumnElement, Connection


class Balance(NamedTuple):
    """The hints of an account since it connected, and what became of them."""

    noted: int
    refreshed: int
    superseded: int
    pending: int

    @property
    def holds(self) -> bool:
        """Tell whether nothing was lost and nothing was counted twice."""
        return self.noted == self.refreshed + self.superseded + self.pending


def note(conn: Connection, account_id: int, hints: int) -> None:
    """Count hints that come. A row of its own: hooks of one account never wait for each other or for a batch."""
    conn.execute(insert(noted).values(account_id=account_id, id=secrets.randbits(62), marks=hints))


def settle(conn: Connection, account_id: int, seqs: Collection[int]) -> None:
    """Count marks that were cleared, by their `seq`, and add up what came. The account must be locked."""
    came = conn.scalars(delete(noted).where(noted.c.account_id == account_id).returning(noted.c.marks)).all()
    totals = {
        "noted": sum(came),
        "refreshed": len(seqs),
        "superseded": sum(seqs) - len(seqs),
    }
    grown = {name: f"mark_totals.{name} + excluded.{name}" for name in totals}
    rows.upsert(conn, mark_totals, [{"account_id": account_id, **totals}], update=grown)


def balance(conn: Connection, account_id: int) -> Balance:
    """Return the account's balance; `conn` must show one moment of the database."""
    total = mark_totals.c
    columns = (total.noted, total.refreshed, total.superseded)
    settled = conn.execute(select(*columns).where(total.account_id == account_id)).one_or_none() or (0, 0, 0)
    coming = conn.scalar(select(_sum(noted.c.marks)).where(noted.c.account_id == account_id)) or 0
    waiting = select(func.count(), _sum(dirty.c.seq)).where(dirty.c.account_id == account_id)
    pending, hints = conn.execute(waiting).one()
    return Balance(settled[0] + coming, settled[1], settled[2] + (hints or 0) - pending, pending)


def _sum(column: Column[int]) -> ColumnElement[int]:
    return cast(func.sum(column), BigInteger)
