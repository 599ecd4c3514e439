"""Authorization codes between their arrival and their exchange. AmoCRM gives a code 20 minutes and one use.

https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from integration.store.tables import installs

if TYPE_CHECKING:
    from sqlalchemy import Connection

_row = installs.c


@dataclass(frozen=True, slots=True)
class Install:
    """One grant on its way. Done when `account_id` is set, failed for good when `problem` (a code of errors.py) is."""

    install_id: str
    host: str
    sealed_code: str | None
    created_at: int
    account_id: int | None
    problem: str | None


_COLUMNS = [_row[column.name] for column in fields(Install)]


def add(conn: Connection, install_id: str, *, host: str, sealed_code: str, now: int) -> None:
    """Remember a code that has come."""
    conn.execute(insert(installs).values(install_id=install_id, host=host, sealed_code=sealed_code, created_at=now))


def get(conn: Connection, install_id: str) -> Install | None:
    """Return the install, or None."""
    row = conn.execute(select(*_COLUMNS).where(_row.install_id == install_id)).one_or_none()
    return None if row is None else Install(*row)


def waiting(conn: Connection, now: int, *, older_than: int) -> list[str]:
    """Return the installs that came so many seconds ago and whose code nobody is exchanging."""
    late = _row.created_at <= now - older_than
    query = select(_row.install_id).where(_row.sealed_code.is_not(None), _row.taken_until <= now, late)
    return list(conn.scalars(query.order_by(_row.created_at)))


def take(conn: Connection, install_id: str, now: int, lease: int) -> Install | None:
    """Claim the install for `lease` seconds; None if it is done or somebody else has it."""
    free = update(installs).where(_row.install_id == install_id, _row.sealed_code.is_not(None), _row.taken_until <= now)
    if conn.execute(free.values(taken_until=now + lease)).rowcount != 1:
        return None
    return get(conn, install_id)


def succeed(conn: Connection, install_id: str, account_id: int) -> None:
    """Remember whose grant it was, and forget the code."""
    _settle(conn, install_id, account_id=account_id)


def fail(conn: Connection, install_id: str, problem: str) -> None:
    """Remember why it failed for good, and forget the code."""
    _settle(conn, install_id, problem=problem)


def _settle(conn: Connection, install_id: str, **outcome: int | str) -> None:
    conn.execute(update(installs).where(_row.install_id == install_id).values(sealed_code=None, **outcome))
