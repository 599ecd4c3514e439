"""Dirty marks: what may have changed at amoCRM and has to be fetched.

A mark grows its `seq` with every hint and goes away only if the seq is still the one that was read before the
fetch, so a hint that comes in between is never lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, delete, func, or_, select, text, update

from integration.store import conservation, rows
from integration.store.accounts import SILENT
from integration.store.tables import accounts, dirty, leads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection, TextClause

Entity = tuple[str, int]
"""(type, id), the type in the plural of the API: leads or tasks."""


RECHECKED_WITHIN_MS = 1_500
"""A mark that rests no longer than this was returned, and only waits for the end of its entity's second."""


class Mark(NamedTuple):
    """A mark as it was read. `tries` counts the vain questions since the last hint."""

    entity_type: str
    entity_id: int
    seq: int
    deletion_hinted: bool
    first_ms: int
    tries: int


def mark(
    conn: Connection,
    account_id: int,
    ids: Iterable[Entity],
    now_ms: int,
    *,
    deleted: Collection[Entity] = (),
    not_before_ms: int = 0,
) -> None:
    """Mark the entities; those in `deleted` were said to be deleted. A new hint makes an old mark due again."""
    marks = [
        {
            "account_id": account_id,
            "entity_type": entity_type,
            "entity_id": entity_id,
            "seq": 1,
            "deletion_hinted": (entity_type, entity_id) in deleted,
            "first_ms": now_ms,
            "not_before_ms": not_before_ms,
            "tries": 0,
        }
        for entity_type, entity_id in sorted(set(ids) | set(deleted))  # one order for all: no deadlocks
    ]
    again = {
        "seq": "dirty.seq + 1",
        "deletion_hinted": "dirty.deletion_hinted OR excluded.deletion_hinted",
        "not_before_ms": "excluded.not_before_ms",
        "tries": "0",
    }
    rows.upsert(conn, dirty, marks, update=again)
    if marks:
        conservation.note(conn, account_id, len(marks))


def take(conn: Connection, account_id: int, entity_type: str, now_ms: int, limit: int) -> list[Mark]:
    """Read the oldest due marks of one type. They stay until they are cleared."""
    query = (
        select(*(dirty.c[name] for name in Mark._fields))
        .where(dirty.c.account_id == account_id, dirty.c.entity_type == entity_type, dirty.c.not_before_ms <= now_ms)
        .order_by(dirty.c.first_ms, dirty.c.entity_id)
        .limit(limit)
    )
    return [Mark(*row) for row in conn.execute(query)]


def unchanged(conn: Connection, account_id: int, marks: Iterable[Mark]) -> list[Mark]:
    """Lock the marks, in the order of their keys, and return those that got no new hint since they were read."""
    read = {(mark.entity_type, mark.entity_id): mark for mark in marks}
    if not read:
        return []
    query = (
        select(dirty.c.entity_type, dirty.c.entity_id, dirty.c.seq)
        .where(dirty.c.account_id == account_id, _among(conn, read.values()))
        .order_by(dirty.c.entity_type, dirty.c.entity_id)
        .with_for_update()
    )
    return [read[kind, key] for kind, key, seq in conn.execute(query) if read[kind, key].seq == seq]


def clear(conn: Connection, account_id: int, marks: Collection[Mark]) -> None:
    """Remove marks that `unchanged` returned in this transaction."""
    if not marks:
        return
    mine = delete(dirty).where(dirty.c.account_id == account_id, _among(conn, marks))
    conservation.settle(conn, account_id, conn.scalars(mine.returning(dirty.c.seq)).all())


def marked(conn: Connection, account_id: int, entities: Collection[Entity]) -> set[Entity]:
    """Return those of the entities that a mark speaks of."""
    keys = [{"entity_type": entity_type, "entity_id": entity_id} for entity_type, entity_id in entities]
    among = (dirty.c.account_id == account_id, _listed(conn, keys))
    query = select(dirty.c.entity_type, dirty.c.entity_id).where(*among)
    return {(entity_type, entity_id) for entity_type, entity_id in conn.execute(query)}


def postpone(conn: Connection, account_id: int, later: Iterable[tuple[Mark, int]]) -> None:
    """Let marks that `unchanged` returned rest until the time in ms beside each; that was one more try.

    The mark's `first_ms` is written too: a hint that was served and only has to be looked at again is no old one.
    """
    marks = [
        {"account_id": account_id, **mark._asdict(), "not_before_ms": not_before_ms} for mark, not_before_ms in later
    ]
    rest = {"not_before_ms": "excluded.not_before_ms", "first_ms": "excluded.first_ms", "tries": "dirty.tries + 1"}
    rows.upsert(conn, dirty, marks, update=rest)


def unreturned_leads(conn: Connection, account_id: int) -> tuple[int, int]:
    """Count the known living leads that were asked for in vain though nothing tells of their end, and all that live."""
    alive = select(func.count()).select_from(leads).where(leads.c.account_id == account_id, ~leads.c.is_deleted)
    same = and_(
        dirty.c.account_id == leads.c.account_id, dirty.c.entity_type == "leads", dirty.c.entity_id == leads.c.id
    )
    rests = and_(dirty.c.tries > 0, dirty.c.not_before_ms - dirty.c.first_ms > RECHECKED_WITHIN_MS)
    vain = alive.where(select(1).where(same, rests, ~dirty.c.deletion_hinted).exists())
    return conn.scalar(vain) or 0, conn.scalar(alive) or 0


def retry(conn: Connection, account_id: int) -> None:
    """Let everything be due now that was asked for in vain."""
    vain = update(dirty).where(dirty.c.account_id == account_id, dirty.c.tries > 0)
    conn.execute(vain.values(not_before_ms=0, tries=0))


def pending(conn: Connection, account_id: int) -> int:
    """Count what is known to have changed and is not in the numbers yet."""
    return conn.scalar(select(func.count()).where(dirty.c.account_id == account_id)) or 0


def soonest(conn: Connection, account_id: int) -> int | None:
    """Return when the next mark is due, in ms (in the past: now); None if there is no mark."""
    found: int | None = conn.scalar(select(func.min(dirty.c.not_before_ms)).where(dirty.c.account_id == account_id))
    return found


def oldest_ms(conn: Connection, account_id: int) -> int | None:
    """Return when the oldest hint came that waits to be looked up, in ms; None if there is no mark."""
    found: int | None = conn.scalar(select(func.min(dirty.c.first_ms)).where(dirty.c.account_id == account_id))
    return found


def forgotten(conn: Connection, now_ms: int, older_than_ms: int) -> list[int]:
    """Return the accounts with due marks that nobody serves although they are older than that."""
    waiting = and_(dirty.c.not_before_ms <= now_ms, dirty.c.first_ms <= now_ms - older_than_ms)
    served = and_(accounts.c.lease_owner.is_not(None), accounts.c.lease_until_ms > now_ms)
    askable = and_(accounts.c.state.not_in(SILENT), accounts.c.retry_at <= now_ms // 1000)
    query = (
        select(accounts.c.account_id)
        .where(askable, or_(served.is_(None), ~served))
        .where(select(1).where(dirty.c.account_id == accounts.c.account_id, waiting).exists())
        .order_by(accounts.c.account_id)
    )
    return list(conn.scalars(query))


def _among(conn: Connection, marks: Iterable[Mark]) -> TextClause:
    return _listed(conn, [{"entity_type": mark.entity_type, "entity_id": mark.entity_id} for mark in marks])


def _listed(conn: Connection, keys: list[dict[str, Any]]) -> TextClause:
    listed = rows.unpacked(conn, dirty, ("entity_type", "entity_id"))
    return text(f"(entity_type, entity_id) IN ({listed})").bindparams(rows=rows.as_json(keys))
