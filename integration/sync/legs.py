"""What a full pass reads, leg by leg, in the order in which it is read.

First what was touched since the month began, so that its numbers are right within minutes; then every list from end
to end, and the event log backwards. A leg is one list of amoCRM that is paged through. Whoever adds a kind of rows:

1. writes `def _read_notes(client, scope, window, page)`, which returns the page's rows and whether more follow;
2. writes `def _keep_notes(conn, account_id, shown)`, which stores `shown.rows` in the page's own transaction;
3. adds `Leg("notes", "notes", _read_notes, store=_keep_notes)` to PLAN. Rows that have an `id` and come in the order
   of their ids, or have a `created_at`, show how far the leg is, see `Leg.place`.

A page may be read twice and a store repeated: both must change nothing the second time. Rows that are created after
the pass began need not be found by it: the sweeps read what is newer than the account's cursors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from integration.amo.client import FilterIgnored
from integration.amo.records import CONTACT_KINDS, NOTE_KINDS
from integration.store import dirty, entities
from integration.sync import activity_legs as activity
from integration.sync.apply import Batch

if TYPE_CHECKING:
    from integration.amo.client import AmoClient
    from integration.kpi.model import Event, Lead, Task
    from integration.store.database import Connection

LAST_ID = 2**62
MONTH = 30 * 86_400
"""Seconds of the event log that are paged through at a time: deep pages are slow at amoCRM."""
YOUNG = 600
"""Seconds in which entries of the event log still appear: only what is older keeps its place on its page."""
EVENT_PAGES = 10
"""Pages of events that are applied together: a lead with several events is counted once."""


class Window(NamedTuple):
    """The times that a list is asked for. A list that may change in it is `young`: read one page after the other."""

    since: int = 0
    until: int = 0
    young: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """What holds for the whole pass, by amoCRM's clock. `oldest`: no event before it is of interest."""

    opened_at: int
    recent_since: int
    oldest: int
    has_filter: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it is stored: the ids from `after_id` (without it) to `to_id` should all have been on it."""

    rows: Sequence[Any]
    after_id: int
    to_id: int
    now_ms: int


Read: TypeAlias = Callable[["AmoClient", Scope, Window, int], tuple[Sequence[Any], bool]]
Store: TypeAlias = Callable[["Connection", int, Shown], None]


def _whole(_scope: Scope) -> list[Window]:
    return [Window()]


def _counted_nowhere(server_now: int, _rows: Sequence[Any]) -> Batch:
    return Batch(server_now)


def _stored_already(_conn: Connection, _account_id: int, _shown: Shown) -> None:
    """Do nothing: the batch holds all there is."""


def _by_id(row: Any) -> int:  # noqa: ANN401 - a row of any kind
    place: int = row.id
    return place


@dataclass(frozen=True, slots=True)
class Leg:
    """One list. `kind` is what people see. `told` makes of rows what is counted, `store` keeps what is only kept.

    `place` says where in the list a row stands: its id, or for a list that goes back in time its time. A list that is
    not vital is skipped when the account refuses it: the module is off, or there are no rights.
    """

    name: str
    kind: str
    read: Read
    told: Callable[[int, Sequence[Any]], Batch] = _counted_nowhere
    store: Store = _stored_already
    windows: Callable[[Scope], list[Window]] = _whole
    pages_at_once: int = 1
    place: Callable[[Any], int] = _by_id
    goes_back: bool = False
    is_vital: bool = True


def _read_leads(client: AmoClient, _scope: Scope, _window: Window, page: int) -> tuple[list[Lead], bool]:
    return client.leads_page(page)


def _read_recent_leads(client: AmoClient, scope: Scope, _window: Window, page: int) -> tuple[list[Lead], bool]:
    """Read by the filter; where there is none, from the latest updated back. What slips away comes with all leads."""
    if scope.has_filter:
        try:
            return client.leads_page(page, scope.recent_since)
        except FilterIgnored:
            pass
    leads, more = client.leads_newest_first(page)
    return leads, more and leads[-1].updated_at >= scope.recent_since


def _tell_leads(server_now: int, leads: Sequence[Lead]) -> Batch:
    return Batch(server_now, leads=leads)


def _read_trash(client: AmoClient, _scope: Scope, _window: Window, page: int) -> tuple[list[int], bool]:
    return client.deleted_leads_page(page)


def _mark_trash(conn: Connection, account_id: int, shown: Shown) -> None:
    trashed = [("leads", lead_id) for lead_id in entities.alive(conn, account_id, "leads", shown.rows)]
    dirty.mark(conn, account_id, trashed, shown.now_ms, deleted=trashed)


def _read_tasks(client: AmoClient, _scope: Scope, _window: Window, page: int) -> tuple[list[Task], bool]:
    return client.tasks_page(page)


def _read_recent_tasks(client: AmoClient, scope: Scope, _window: Window, page: int) -> tuple[list[Task], bool]:
    try:
        return client.tasks_page(page, scope.recent_since)
    except FilterIgnored:
        return [], False  # all tasks follow


def _tell_tasks(server_now: int, tasks: Sequence[Task]) -> Batch:
    return Batch(server_now, tasks=tasks)


def _mark_unseen(entity_type: str) -> Store:
    """Mark what we know and a page should have shown: a page may skip a row while the list changes."""

    def store(conn: Connection, account_id: int, shown: Shown) -> None:
        ids, span = [row.id for row in shown.rows], (shown.after_id, shown.to_id)
        unseen = entities.unseen(conn, account_id, entity_type, ids, span)
        dirty.mark(conn, account_id, [(entity_type, entity_id) for entity_id in unseen], shown.now_ms)

    return store


def _read_events(client: AmoClient, _scope: Scope, window: Window, page: int) -> tuple[list[Event], bool]:
    return client.events_page(window.since, window.until, page)


def _tell_events(server_now: int, events: Sequence[Event]) -> Batch:
    return Batch(server_now, events=events)


def _recent_windows(scope: Scope) -> list[Window]:
    settled = scope.opened_at - YOUNG
    return [Window(settled, scope.opened_at, young=True), Window(scope.recent_since, settled)]


def _older_windows(scope: Scope) -> list[Window]:
    ends = range(scope.recent_since, scope.oldest - 1, -MONTH)
    return [Window(max(end - MONTH, 0), end) for end in ends]


def _events_leg(name: str, windows: Callable[[Scope], list[Window]]) -> Leg:
    return Leg(
        name,
        "events",
        _read_events,
        _tell_events,
        windows=windows,
        pages_at_once=EVENT_PAGES,
        place=lambda event: event.created_at,
        goes_back=True,
    )


PLAN = (
    Leg("recent leads", "leads", _read_recent_leads, _tell_leads),
    Leg("recent tasks", "tasks", _read_recent_tasks, _tell_tasks),
    _events_leg("recent events", _recent_windows),
    Leg("leads", "leads", _read_leads, _tell_leads, _mark_unseen("leads")),
    Leg("trash", "trash", _read_trash, store=_mark_trash, place=lambda lead_id: lead_id),
    Leg("tasks", "tasks", _read_tasks, _tell_tasks, _mark_unseen("tasks")),
    _events_leg("events", _older_windows),
    *(
        Leg(
            kind, kind, activity.read(kind), activity.tell_contacts, activity.mark_unseen_contacts(kind), is_vital=False
        )
        for kind in CONTACT_KINDS
    ),
    *(Leg(kind, kind, activity.read(kind), activity.tell_notes, is_vital=False) for kind in NOTE_KINDS),
    Leg(
        "unsorted",
        "unsorted",
        activity.read_waiting,
        activity.tell_requests,
        activity.mark_unseen_requests,
        place=lambda request: request.created_at,
        is_vital=False,
    ),
)
"""The legs in their order. Events of leads that were never read would be fetched one by one: so leads come before."""
