"""Claims: whoever changes the row holds the claim, until it is given back or its time is over.

A claim keeps work from being done twice at the same moment. No number depends on it: a worker that died keeps its
claim for some seconds, and two that hold the same one only ask amoCRM twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, update

from integration.store.tables import accounts

if TYPE_CHECKING:
    from sqlalchemy import Connection

_row = accounts.c


def claim_lane(conn: Connection, account_id: int, owner: str, now_ms: int, lease_ms: int) -> bool:
    """Take the account's lane, or keep it for longer if it is ours. False: another worker serves it."""
    free = or_(_row.lease_until_ms <= now_ms, _row.lease_owner == owner)
    claim = update(accounts).where(_row.account_id == account_id, free)
    return conn.execute(claim.values(lease_owner=owner, lease_until_ms=now_ms + lease_ms)).rowcount == 1


def release_lane(conn: Connection, account_id: int, owner: str) -> None:
    """Give the lane back, if it is still ours."""
    ours = update(accounts).where(_row.account_id == account_id, _row.lease_owner == owner)
    conn.execute(ours.values(lease_owner=None, lease_until_ms=0))
