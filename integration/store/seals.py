"""Everything that is stored sealed, for the change of the key that seals it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import literal, select, tuple_, update

from integration.store.tables import accounts, grants, installs
from integration.store.vault import NO_ACCOUNT

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

Key = tuple[int | str, ...]


class Sealed(NamedTuple):
    """A sealed value, the key of its row, and the account for which it was sealed."""

    key: Key
    account_id: int
    text: str


class Place(NamedTuple):
    """A column of sealed values. `owner` is the account they belong to."""

    table: Table
    column: str
    owner: ColumnElement[int]


PLACES = (
    Place(accounts, "sealed_hook_key", accounts.c.account_id),
    Place(grants, "sealed_tokens", grants.c.account_id),
    Place(installs, "sealed_code", literal(NO_ACCOUNT)),
)


def after(conn: Connection, place: Place, last: Key | None, limit: int) -> list[Sealed]:
    """Return the next sealed values in the order of their rows' keys."""
    key, column = list(place.table.primary_key), place.table.c[place.column]
    query = select(*key, place.owner.label("owner"), column.label("text")).where(column.is_not(None))
    if last is not None:
        query = query.where(tuple_(*key) > last)
    found = conn.execute(query.order_by(*key).limit(limit))
    return [Sealed(tuple(row[: len(key)]), row.owner, row.text) for row in found]


def swap(conn: Connection, place: Place, old: Sealed, text: str) -> bool:
    """Put another seal in the place of the old one. False: the value changed meanwhile, and is newer than ours."""
    same = (tuple_(*place.table.primary_key) == old.key, place.table.c[place.column] == old.text)
    return conn.execute(update(place.table).where(*same).values({place.column: text})).rowcount == 1
