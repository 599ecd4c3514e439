"""What a batch changes of contacts, calls and letters, and incoming requests. No number is counted from them live.

Newer snapshots win, as everywhere; rows that say nothing new are not written. The number of statements does not
depend on the number of rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from integration.amo.records import CONTACT_KINDS
from integration.kpi.activity import Contact, Note, settled
from integration.store import activity, cursors, entities, events, mirrors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from integration.kpi.activity import Request
    from integration.kpi.model import Event
    from integration.store.database import Connection
    from integration.store.dirty import Entity
    from integration.sync.apply import Batch

Snapshot = TypeVar("Snapshot", Contact, Note)

_PLURAL = {"lead": "leads", "contact": "contacts", "company": "companies", "customer": "customers"}
_NOTED = frozenset({"incoming_call", "outgoing_call", "incoming_sms", "outgoing_sms"})


def change(conn: Connection, account_id: int, read: Batch, new: Sequence[Event]) -> None:
    """Store what a batch shows of contacts, notes and requests, and settle the requests whose leads it speaks of."""
    for kind in CONTACT_KINDS:
        deleted = {entity_id for entity_type, entity_id in read.deleted if entity_type == kind}
        _change_contacts(conn, account_id, kind, [one for one in read.contacts if one.kind == kind], deleted)
    if read.notes:
        stored = activity.notes_by_id(conn, account_id, {note.id for note in read.notes})
        activity.save_notes(conn, account_id, _newer(stored, read.notes))
    leads = {lead.id for lead in read.leads} | {entity_id for kind, entity_id in read.deleted if kind == "leads"}
    leads |= {event.entity_id for event in new if event.entity_type == "lead"}
    if leads or read.requests:
        _change_requests(conn, account_id, read.requests, leads)


def clues(conn: Connection, account_id: int, new: Iterable[Event]) -> set[Entity]:
    """Return what new events say to have changed, unless the lists are read further than that already.

    So a call or a new contact is fetched at once though its hook was lost, and a whole log that is read for the first
    time does not mark everything.
    """
    named = [(entity, event) for event in new if (entity := _named(event)) is not None]
    if not named:
        return set()
    read_to = cursors.of(conn, account_id)
    return {entity for entity, event in named if event.created_at >= read_to.get(entity[0], event.created_at + 1)}


def _named(event: Event) -> Entity | None:
    kind = _PLURAL.get(event.entity_type, "")
    if event.type in _NOTED and event.after:
        return f"{kind}/notes", event.after[0]
    return (kind, event.entity_id) if kind in CONTACT_KINDS else None


def unsettled(read: Batch) -> set[Entity]:
    """Return what was changed in the very second of the reading: it may change again in it without a newer time."""
    present = range(read.server_now, read.server_now + 2)
    contacts: set[Entity] = {(one.kind, one.id) for one in read.contacts if one.updated_at in present}
    return contacts | {(f"{note.entity_type}/notes", note.id) for note in read.notes if note.updated_at in present}


def _change_contacts(conn: Connection, account_id: int, kind: str, shown: Sequence[Contact], deleted: set[int]) -> None:
    if not shown and not deleted:
        return
    stored = activity.contacts_by_id(conn, account_id, kind, {one.id for one in shown} | deleted)
    gone = [replace(stored[key], is_deleted=True) for key in deleted if key in stored]
    activity.save_contacts(conn, account_id, _newer(stored, [*shown, *gone]))


def _newer(stored: Mapping[int, Snapshot], shown: Iterable[Snapshot]) -> list[Snapshot]:
    """Return each row that is to be written, as it is now: of equally old ones the one that came last."""
    present = dict(stored)
    for one in shown:
        old = present.get(one.id)
        if old is None or one.updated_at >= old.updated_at:
            present[one.id] = one
    return [one for key, one in sorted(present.items()) if stored.get(key) != one]


def _change_requests(conn: Connection, account_id: int, shown: Sequence[Request], leads: set[int]) -> None:
    stored = activity.requests_by_uid(conn, account_id, [one.uid for one in shown]) if shown else {}
    stored |= {one.uid: one for one in activity.requests_of(conn, account_id, leads)}
    present = stored | {one.uid: one for one in shown}
    ids = {one.lead_id for one in present.values() if one.lead_id is not None}
    if not ids:
        return
    known, lines = entities.leads_by_id(conn, account_id, ids), events.of(conn, account_id, "lead", ids)
    unsorted = mirrors.unsorted_statuses(conn, account_id)
    changed = [
        settled(one, known.get(one.lead_id), lines.get(one.lead_id, ()), unsorted) if one.lead_id else one
        for _, one in sorted(present.items())
    ]
    activity.save_requests(conn, account_id, [one for one in changed if stored.get(one.uid) != one])
