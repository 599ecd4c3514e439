"""Compares the stored contacts, calls, letters and incoming requests with what is really so, row by row.

Says what each row has to be by its own, plain reading of the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from integration.store.tables import contacts, metadata, notes, unsorted

if TYPE_CHECKING:
    from integration.store.database import Connection

KINDS = {"call_in": True, "call_out": False, "sms_in": True, "sms_out": False, "amomail_message": None}


def wrong_rows(conn: Connection, account_id: int, truth: dict[str, Any], *, since: int = 0) -> list[object]:
    """Return every row that is missing, too much, or not as it should be.

    `since`: requests that were sorted out before it, and contacts that were deleted before it, may be unknown.
    """
    return [
        *_wrong(_contacts(conn, account_id), _true_contacts(truth)),
        *_wrong(
            _notes(conn, account_id), {row["id"]: _note(row) for row in truth["notes"] if row["note_type"] in KINDS}
        ),
        *_wrong(_requests(conn, account_id), _true_requests(truth, since)),
    ]


def twins(conn: Connection, account_id: int) -> dict[str, list[int]]:
    """Return the ids of the notes of each fingerprint."""
    found: dict[str, list[int]] = {}
    query = select(notes.c.fingerprint, notes.c.id).where(notes.c.account_id == account_id).order_by(notes.c.id)
    for fingerprint, note_id in conn.execute(query):
        found.setdefault(fingerprint, []).append(note_id)
    return found


def everything(conn: Connection) -> str:
    """Return every value of every column of every table, as one text."""
    return "\n".join(str(tuple(row)) for table in metadata.sorted_tables for row in conn.execute(select(table)))


def _wrong(stored: dict[Any, Any], true: dict[Any, Any]) -> list[object]:
    keys = stored.keys() | true.keys()
    return [(key, stored.get(key), true.get(key)) for key in keys if stored.get(key) != true.get(key)]


def _contacts(conn: Connection, account_id: int) -> dict[Any, Any]:
    c = contacts.c
    query = select(c.kind, c.id, c.responsible_user_id, c.created_by, c.created_at, c.updated_at)
    living = conn.execute(query.where(c.account_id == account_id, ~c.is_deleted))
    return {(row.kind, row.id): tuple(row[2:]) for row in living}


def _true_contacts(truth: dict[str, Any]) -> dict[Any, Any]:
    return {
        (kind, row["id"]): (row["responsible_user_id"] or 0, row["created_by"], row["created_at"], row["updated_at"])
        for kind in ("contacts", "companies")
        for row in truth[kind]
        if not row["is_deleted"]
    }


def _notes(conn: Connection, account_id: int) -> dict[Any, Any]:
    n = notes.c
    columns = (n.entity_type, n.entity_id, n.kind, n.user_id, n.created_at, n.updated_at, n.is_incoming, n.duration)
    query = select(n.id, *columns, n.call_status).where(n.account_id == account_id)
    return {row.id: tuple(row[1:]) for row in conn.execute(query)}


def _note(row: dict[str, Any]) -> tuple[object, ...]:
    params, is_call = row["params"], row["note_type"].startswith("call")
    named = params.get("call_responsible")
    user = named if isinstance(named, int) else row["created_by"] or row["responsible_user_id"]
    is_incoming = KINDS[row["note_type"]]
    return (
        row["entity_type"],
        row["entity_id"],
        row["note_type"],
        user,
        row["created_at"],
        row["updated_at"],
        params["income"] if is_incoming is None else is_incoming,
        int(params["duration"]) if is_call else None,
        params.get("call_status") if is_call else None,
    )


def _requests(conn: Connection, account_id: int) -> dict[Any, Any]:
    u = unsorted.c
    columns = (u.category, u.pipeline_id, u.created_at, u.lead_id, u.outcome, u.settled_at, u.settled_by)
    return {row.uid: tuple(row[1:]) for row in conn.execute(select(u.uid, *columns).where(u.account_id == account_id))}


def _true_requests(truth: dict[str, Any], since: int) -> dict[Any, Any]:
    words = {"accept": "accepted", "decline": "declined"}
    waiting = [(row, ("waiting", None, None)) for row in truth["unsorted"]]
    done = [
        (row, (words[row["action"]], row["sorted_at"], row["sorted_by"]))
        for row in truth["sorted_out"]
        if row["sorted_at"] >= since
    ]
    return {
        row["uid"]: (
            row["category"],
            row["pipeline_id"],
            row["created_at"],
            row["_embedded"]["leads"][0]["id"],
            *outcome,
        )
        for row, outcome in waiting + done
    }
