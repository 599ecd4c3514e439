"""Contacts, companies, calls and letters, and incoming requests as they are known."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from integration.kpi.activity import WAITING, Contact, Note, Request
from integration.store import rows
from integration.store.tables import contacts, notes, unsorted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

_CONTACT = [contacts.c[field.name] for field in fields(Contact)]
_NOTE = [notes.c[field.name] for field in fields(Note)]
_REQUEST = [unsorted.c[field.name] for field in fields(Request)]


def contacts_by_id(conn: Connection, account_id: int, kind: str, ids: Collection[int]) -> dict[int, Contact]:
    """Return the stored ones among these contacts or companies, as `kind` says."""
    mine = (contacts.c.account_id == account_id, contacts.c.kind == kind, rows.among(conn, contacts.c.id, ids))
    return {row.id: Contact(*row) for row in conn.execute(select(*_CONTACT).where(*mine))}


def save_contacts(conn: Connection, account_id: int, changed: Iterable[Contact]) -> None:
    """Insert or replace these contacts and companies."""
    rows.upsert(conn, contacts, [_columns(account_id, contact) for contact in changed])


def unseen_contacts(
    conn: Connection, account_id: int, kind: str, seen: Sequence[int], span: tuple[int, int]
) -> list[int]:
    """Return the ids within the span (from, to], not deleted here, that a full list should have shown and did not."""
    row, (first, last) = contacts.c, span
    inside = (row.account_id == account_id, row.kind == kind, row.id > first, row.id <= last, ~row.is_deleted)
    return list(conn.scalars(select(row.id).where(*inside, ~rows.among(conn, row.id, seen))))


def notes_by_id(conn: Connection, account_id: int, ids: Collection[int]) -> dict[int, Note]:
    """Return the stored ones among these notes."""
    query = select(*_NOTE).where(notes.c.account_id == account_id, rows.among(conn, notes.c.id, ids))
    return {row.id: Note(*row) for row in conn.execute(query)}


def save_notes(conn: Connection, account_id: int, changed: Iterable[Note]) -> None:
    """Insert or replace these notes."""
    rows.upsert(conn, notes, [_columns(account_id, note) for note in changed])


def requests_by_uid(conn: Connection, account_id: int, uids: Collection[str]) -> dict[str, Request]:
    """Return the stored ones among these incoming requests."""
    query = select(*_REQUEST).where(unsorted.c.account_id == account_id, unsorted.c.uid.in_(uids))
    return {row.uid: Request(*row) for row in conn.execute(query)}


def requests_of(conn: Connection, account_id: int, lead_ids: Collection[int]) -> list[Request]:
    """Return the incoming requests that came as these leads."""
    query = select(*_REQUEST).where(unsorted.c.account_id == account_id, rows.among(conn, unsorted.c.lead_id, lead_ids))
    return [Request(*row) for row in conn.execute(query)]


def count_requests(conn: Connection, account_id: int, start: int, end: int) -> dict[str, int]:
    """Return outcome → how many requests of a time, ends included; what is hearsay only is left out."""
    row = unsorted.c
    inside = (row.account_id == account_id, row.created_at >= start, row.created_at <= end)
    proved = row.is_listed | (row.outcome != WAITING)
    query = select(row.outcome, func.count()).where(*inside, proved).group_by(row.outcome)
    return {outcome: count for outcome, count in conn.execute(query)}  # noqa: C416 - rows are not pairs to a type checker


def save_requests(conn: Connection, account_id: int, changed: Iterable[Request]) -> None:
    """Insert or replace these incoming requests."""
    rows.upsert(conn, unsorted, [_columns(account_id, request) for request in changed])


def hear(conn: Connection, account_id: int, told: Iterable[Request]) -> None:
    """Keep what hooks say of requests that amoCRM may not show any more; what it showed stays as it is."""
    by_uid: dict[str, Request] = {}
    for request in sorted(told, key=lambda request: (request.uid, request.lead_id or 0)):
        known = by_uid.get(request.uid, request)
        by_uid[request.uid] = replace(request, pipeline_id=request.pipeline_id or known.pipeline_id)
    heard = [_columns(account_id, request) for request in by_uid.values()]
    added = {
        "lead_id": "coalesce(unsorted.lead_id, excluded.lead_id)",
        "pipeline_id": "CASE WHEN unsorted.pipeline_id = 0 THEN excluded.pipeline_id ELSE unsorted.pipeline_id END",
    }
    rows.upsert(conn, unsorted, heard, update=added)


def unseen_requests(conn: Connection, account_id: int, seen: Collection[str], span: tuple[int, int]) -> list[int]:
    """Return the leads of waiting requests of a time, ends included, that a full list should have shown and did not."""
    row, (first, last) = unsorted.c, span
    inside = (row.account_id == account_id, row.outcome == WAITING, row.created_at >= first, row.created_at <= last)
    query = select(row.lead_id).where(*inside, row.lead_id.is_not(None), row.uid.not_in(seen))
    return list(conn.scalars(query))


def _columns(account_id: int, entity: Contact | Note | Request) -> dict[str, Any]:
    return {"account_id": account_id} | {name: getattr(entity, name) for name in entity.__slots__}
