"""Who let us into an account: one pair of tokens for every user who did, and which of them is used.

An administrator's grant sees everything and outlives that user; any other grant sees what its user may see.
https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select, update

from integration.store import rows
from integration.store.tables import grants

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

_row = grants.c


@dataclass(frozen=True, slots=True)
class Grant:
    """One user's grant. `dead_since` is when amoCRM refused its refresh token, None while it lives."""

    user_id: int
    is_admin: bool
    sealed_tokens: str
    expires_at: int
    granted_at: int
    refreshed_at: int
    dead_since: int | None


_COLUMNS = [_row[column.name] for column in fields(Grant)]


def of(conn: Connection, account_id: int) -> list[Grant]:
    """Return all grants, the one that is used first: living before dead, administrators first, then the latest."""
    query = select(*_COLUMNS).where(_row.account_id == account_id)
    preference = (_row.dead_since.is_not(None), _row.is_admin.desc(), _row.granted_at.desc(), _row.user_id.desc())
    return [Grant(*found) for found in conn.execute(query.order_by(*preference))]


def living(conn: Connection, account_id: int) -> list[Grant]:
    """Return the grants that may be used, in the order of preference."""
    return [grant for grant in of(conn, account_id) if grant.dead_since is None]


def add(conn: Connection, account_id: int, grant: Grant) -> None:
    """Remember a grant; a new one of the same user takes the place of the old."""
    values = {field.name: getattr(grant, field.name) for field in fields(Grant)}
    rows.upsert(conn, grants, [{"account_id": account_id, **values, "lease_until_ms": 0}])


def claim(conn: Connection, account_id: int, user_id: int, now_ms: int, lease_ms: int) -> bool:
    """Take the right to refresh the grant's tokens. False: somebody is refreshing them now."""
    free = update(grants).where(_one(account_id, user_id), _row.lease_until_ms <= now_ms)
    return conn.execute(free.values(lease_until_ms=now_ms + lease_ms)).rowcount == 1


def release(conn: Connection, account_id: int, user_id: int) -> None:
    """Give back the right to refresh without new tokens: the refresh failed."""
    conn.execute(update(grants).where(_one(account_id, user_id)).values(lease_until_ms=0))


def save(conn: Connection, account_id: int, user_id: int, *, sealed: str, expires_at: int, now: int) -> None:
    """Put refreshed tokens into the row and give back the right to refresh, in one statement."""
    fresh = {"sealed_tokens": sealed, "expires_at": expires_at, "refreshed_at": now, "dead_since": None}
    conn.execute(update(grants).where(_one(account_id, user_id)).values(**fresh, lease_until_ms=0))


def bury(conn: Connection, account_id: int, user_id: int, now: int) -> None:
    """Remember that amoCRM refuses the grant; its tokens stay, to confirm with that the account left."""
    dead = update(grants).where(_one(account_id, user_id), _row.dead_since.is_(None))
    conn.execute(dead.values(dead_since=now, lease_until_ms=0))


def revive(conn: Connection, account_id: int) -> None:
    """Let amoCRM be asked once more with grants that it refused before."""
    conn.execute(update(grants).where(_row.account_id == account_id).values(dead_since=None))


def appoint(conn: Connection, account_id: int, is_admin: Mapping[int, bool]) -> None:
    """Remember which of these users are administrators now."""
    for user_id, fact in sorted(is_admin.items()):
        conn.execute(update(grants).where(_one(account_id, user_id)).values(is_admin=fact))


def drop(conn: Connection, account_id: int) -> None:
    """Forget every token of the account: amoCRM confirmed that they are worth nothing."""
    conn.execute(delete(grants).where(_row.account_id == account_id))


def _one(account_id: int, user_id: int) -> ColumnElement[bool]:
    return and_(_row.account_id == account_id, _row.user_id == user_id)
