"""Fetches contacts, companies, notes and incoming requests: the marked ones, and those that changed since a time.

A kind that the account refuses (the module is off, there are no rights) is skipped and said so, never asked for ever.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import structlog

from integration.amo import records as lists
from integration.amo.client import FilterIgnored
from integration.amo.hooks import UNSORTED
from integration.amo.records import CONTACT_KINDS, NOTE_KINDS, REFUSALS
from integration.kpi.activity import ACCEPTED, DECLINED, Contact, Note
from integration.store import activity, cursors, events
from integration.sync import deletion
from integration.sync.apply import Batch
from integration.sync.changes import is_deleted_by
from integration.sync.deletion import PATIENCE_MS, PATIENCE_WITH_STRANGERS, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from integration.amo.client import AmoClient
    from integration.amo.records import Record, Records
    from integration.store.dirty import Mark
    from integration.sync.context import Context

WAITING = UNSORTED[0]
KINDS = (*CONTACT_KINDS, *NOTE_KINDS, WAITING)
WEEK = 7 * 86_400
OVERLAP = 600
"""Seconds that are read again: what comes in by an import is dated earlier than it comes."""

_log = structlog.get_logger(__name__)


def fetched(ctx: Context, client: AmoClient, account_id: int, marks: Sequence[Mark]) -> Iterator[Batch]:
    """Read what these marks speak of, kind by kind; each batch answers the marks of its kind."""
    records = lists.of(client)
    for kind in sorted({mark.entity_type for mark in marks}):
        mine = [mark for mark in marks if mark.entity_type == kind]
        try:
            if kind == WAITING:
                yield from _waiting(ctx, records, account_id, mine)
            else:
                yield _marked(ctx, records, account_id, kind, mine)
        except REFUSALS as refusal:
            _log.warning("kind_refused", account_id=account_id, kind=kind, reason=refusal.code)
            yield Batch(records.api.server_now, answered=mine)


def since(ctx: Context, client: AmoClient, account_id: int, kind: str) -> Iterator[Batch]:
    """Read what changed of a kind since its cursor, and move the cursor. Raises REFUSALS."""
    records = lists.of(client)
    if kind == WAITING:
        yield from _waiting(ctx, records, account_id)
        return
    with ctx.database.read() as conn:
        start = cursors.of(conn, account_id).get(kind, 0) - OVERLAP
    begun = 0
    for shown in _changed(records, kind, max(start, 0)):
        begun = begun or records.api.server_now
        yield batch_of(records, shown)
    yield Batch(records.api.server_now, read_to={kind: begun})


def cross_check(ctx: Context, client: AmoClient, account_id: int) -> dict[str, Any]:
    """Return what amoCRM itself counts of the week's requests, and what we know: [all, accepted, declined] of each.

    They differ by what came and went unseen: before the install, or while hooks were lost. Raises REFUSALS.
    """
    now = client.server_now
    told = lists.of(client).summary(now - WEEK, now)
    with ctx.database.read() as conn:
        known = activity.count_requests(conn, account_id, now - WEEK, now)
    return {"told": [*told], "known": [sum(known.values()), known.get(ACCEPTED, 0), known.get(DECLINED, 0)]}


def batch_of(records: Records, shown: Sequence[Record], answered: Sequence[Mark] = ()) -> Batch:
    """Return the batch that a page of records makes."""
    contacts = [record for record in shown if isinstance(record, Contact)]
    notes = [record for record in shown if isinstance(record, Note)]
    return Batch(records.api.server_now, contacts=contacts, notes=notes, answered=answered)


def _changed(records: Records, kind: str, start: int) -> Iterator[list[Record]]:
    try:
        for page in count(1):
            shown, more = records.page(kind, page, start)
            yield shown
            if not more:
                return
    except FilterIgnored:
        for page in count(1):
            shown, more = records.newest_first(kind, page)
            yield [record for record in shown if record.updated_at >= start]
            if not more or (shown and shown[-1].updated_at < start):
                return


def _waiting(ctx: Context, records: Records, account_id: int, marks: Sequence[Mark] = ()) -> Iterator[Batch]:
    """Read the requests that came in since the cursor; what became of the others their leads tell."""
    with ctx.database.read() as conn:
        start = cursors.of(conn, account_id).get(WAITING, 0) - OVERLAP
    begun = 0
    for page in count(1):
        requests, more = records.waiting_page(page, newest_first=True)
        begun = begun or records.api.server_now
        yield Batch(records.api.server_now, requests=requests)
        if not more or requests[-1].created_at < start:
            break
    yield Batch(records.api.server_now, answered=marks, read_to={WAITING: begun})


def _marked(ctx: Context, records: Records, account_id: int, kind: str, marks: Sequence[Mark]) -> Batch:
    shown = _by_id(records, kind, [mark.entity_id for mark in marks])
    server_now = records.api.server_now
    ids = {record.id for record in shown}
    missing = [mark for mark in marks if mark.entity_id not in ids]
    verdict = _judge(ctx, records, account_id, kind, missing) if missing else Verdict()
    read = batch_of(records, shown, [mark for mark in marks if mark.entity_id in ids] + verdict.answered)
    return Batch(
        server_now,
        contacts=read.contacts,
        notes=read.notes,
        deleted=frozenset(verdict.deleted),
        answered=read.answered,
        later=verdict.later,
    )


def _by_id(records: Records, kind: str, ids: Collection[int]) -> list[Record]:
    try:
        return records.by_id(kind, ids)
    except FilterIgnored:
        return [record for record in (records.one(kind, number) for number in ids) if record is not None]


def _judge(ctx: Context, records: Records, account_id: int, kind: str, missing: Sequence[Mark]) -> Verdict:
    """Find out about marks whose records were not returned. A call that was made stays made: only contacts can go."""
    verdict, ids = Verdict(), [mark.entity_id for mark in missing]
    with ctx.database.read() as conn:
        known: Collection[int]
        if kind in CONTACT_KINDS:
            known = activity.contacts_by_id(conn, account_id, kind, ids)
            lines = events.of(conn, account_id, "contact" if kind == "contacts" else "company", ids)
        else:
            known, lines = activity.notes_by_id(conn, account_id, ids), {}
    for mark in missing:
        is_accused = mark.deletion_hinted or is_deleted_by(lines.get(mark.entity_id, ()))
        if is_accused and kind in CONTACT_KINDS and records.one(kind, mark.entity_id) is None:
            verdict.deleted.add((kind, mark.entity_id))
            verdict.answered.append(mark)
        else:
            patience_ms = PATIENCE_MS if mark.entity_id in known else PATIENCE_MS[:PATIENCE_WITH_STRANGERS]
            deletion.wait_or_give_up(verdict, mark, patience_ms, ctx.now_ms())
    return verdict
