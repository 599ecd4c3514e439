"""What a full pass reads of contacts, calls and letters, and incoming requests: the last legs of `legs.PLAN`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration.amo import records
from integration.store import activity, dirty
from integration.sync.apply import Batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integration.amo.client import AmoClient
    from integration.kpi.activity import Contact, Note, Request
    from integration.store.database import Connection
    from integration.sync.legs import Read, Scope, Shown, Store, Window


def read(kind: str) -> Read:
    """Read a page of a kind of `amo.records`."""

    def page_of(client: AmoClient, _scope: Scope, _window: Window, page: int) -> tuple[Sequence[Any], bool]:
        return records.of(client).page(kind, page)

    return page_of


def read_waiting(client: AmoClient, _scope: Scope, _window: Window, page: int) -> tuple[list[Request], bool]:
    """Read a page of the requests that wait, in the order in which they came."""
    return records.of(client).waiting_page(page)


def tell_contacts(server_now: int, contacts: Sequence[Contact]) -> Batch:
    """Hand contacts or companies on."""
    return Batch(server_now, contacts=contacts)


def tell_notes(server_now: int, notes: Sequence[Note]) -> Batch:
    """Hand calls and letters on."""
    return Batch(server_now, notes=notes)


def tell_requests(server_now: int, requests: Sequence[Request]) -> Batch:
    """Hand incoming requests on."""
    return Batch(server_now, requests=requests)


def mark_unseen_contacts(kind: str) -> Store:
    """Mark what we know and a page should have shown: it is asked for by id, and deleted only with evidence."""

    def store(conn: Connection, account_id: int, shown: Shown) -> None:
        ids, span = [row.id for row in shown.rows], (shown.after_id, shown.to_id)
        unseen = activity.unseen_contacts(conn, account_id, kind, ids, span)
        dirty.mark(conn, account_id, [(kind, number) for number in unseen], shown.now_ms)

    return store


def mark_unseen_requests(conn: Connection, account_id: int, shown: Shown) -> None:
    """Mark the leads of requests that wait no longer though no hook said so: the leads tell what became of them."""
    uids, span = [row.uid for row in shown.rows], (shown.after_id, shown.to_id)
    leads = activity.unseen_requests(conn, account_id, uids, span)
    dirty.mark(conn, account_id, [("leads", lead_id) for lead_id in leads], shown.now_ms)
