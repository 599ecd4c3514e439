"""Claims: whoever changes the row holds the claim, until it is given back or its time is over.

A claim keeps work from being done twice at the same moment. No number depends on it: a worker that died keeps its
claim for some seconds, and two that hold the same one only ask amoCRM twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from integration.store.tables import accounts

if TYPE_CHECKING:
    from sqlalchemy import Connection

_row = accounts.c


def claim_lane(conn: Connection, account_id: int, owner: str, now_ms: int, lease_ms: int) -> bool:
    """Take the account's lane, or keep it for longer if it is ours. False: another worker serves it."""
    free = or_(_row.lease_until_ms <= now_ms, _row.lease_owner == owner)
    claim = update(accounts).where(_row.account_id == account_id, free)
    return _took(conn, claim.values(lease_owner=owner, lease_until_ms=now_ms + lease_ms))


def release_lane(conn: Connection, account_id: int, owner: str) -> None:
    """Give the lane back, if it is still ours."""
    ours = update(accounts).where(_row.account_id == account_id, _row.lease_owner == owner)
    conn.execute(ours.values(lease_owner=None, lease_until_ms=0))


def claim_tokens(conn: Connection, account_id: int, now_ms: int, lease_ms: int) -> bool:
    """Take the right to refresh the account's tokens. False: somebody is refreshing them now."""
    claim = update(accounts).where(_row.account_id == account_id, _row.token_lease_until_ms <= now_ms)
    return _took(conn, claim.values(token_lease_until_ms=now_ms + lease_ms))


def release_tokens(conn: Connection, account_id: int) -> None:
    """Give back the right to refresh without new tokens: the refresh failed."""
    conn.execute(update(accounts).where(_row.account_id == account_id).values(token_lease_until_ms=0))


def sealed_tokens(conn: Connection, account_id: int) -> str | None:
    """Return the sealed tokens; None if the account has none, or none any more."""
    return conn.scalar(select(_row.sealed_tokens).where(_row.account_id == account_id))


def save_tokens(conn: Connection, account_id: int, *, sealed: str, expires_at: int, api_domain: str | None) -> None:
    """Put the new tokens into the row and give back the right to refresh, in one statement."""
    conn.execute(
        update(accounts)
        .where(_row.account_id == account_id)
        .values(sealed_tokens=sealed, token_expires_at=expires_at, api_domain=api_domain, token_lease_until_ms=0)
    )


def drop_tokens(conn: Connection, account_id: int) -> None:
    """Forget the account's tokens: amoCRM confirmed that they are worth nothing."""
    conn.execute(update(accounts).where(_row.account_id == account_id).values(sealed_tokens=None, token_expires_at=0))


def _took(conn: Connection, claim: Any) -> bool:  # noqa: ANN401 - an UPDATE of SQLAlchemy
    return bool(conn.execute(claim).rowcount == 1)
