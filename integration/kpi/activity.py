"""The nouns of activity: whom people dealt with and how. Ids, times and numbers only, and the rules between them.

Nothing here knows a name, a telephone number, an address or a text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from integration.kpi.model import ROBOT
from integration.kpi.ordering import STATUS_CHANGED, ordered

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from integration.kpi.model import Event, Lead

    Places = AbstractSet[tuple[int, ...]]

WAITING, ACCEPTED, DECLINED = "waiting", "accepted", "declined"
"""What became of an incoming request."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact or a company, as `kind` says: contacts or companies."""

    kind: str
    id: int
    responsible_user_id: int
    created_by: int
    created_at: int
    updated_at: int
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A call, a letter or a short message, noted on an entity (`entity_type` is the API's plural).

    `user_id` is whose it is, see `credited`. `duration` is in seconds, None for what is no call. Notes of equal
    `fingerprint` are one call or letter, see `once`.
    """

    id: int
    entity_type: str
    entity_id: int
    kind: str
    user_id: int
    created_by: int
    responsible_user_id: int
    created_at: int
    updated_at: int
    is_incoming: bool
    duration: int | None
    call_status: int | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Request:
    """An incoming request («Неразобранное») and what became of it: by whom and when, where that is known.

    `source` tells sources apart without naming them. `is_listed`: amoCRM showed it. What only a hook spoke of is
    hearsay until the history of its lead bears it out, see `is_proved`.
    """

    uid: str
    category: str
    source: str = ""
    pipeline_id: int = 0
    created_at: int = 0
    lead_id: int | None = None
    outcome: str = WAITING
    settled_at: int | None = None
    settled_by: int | None = None
    is_listed: bool = False

    @property
    def is_proved(self) -> bool:
        """Tell whether there was such a request for sure."""
        return self.is_listed or self.outcome != WAITING


def credited(call_responsible: object, created_by: int, responsible_user_id: int) -> int:
    """Return whose a call is: telephony often notes all calls as one service user and names the person apart.

    Telephony may put a number or a name in place of the person's id: only an int is an id.
    """
    if type(call_responsible) is int and call_responsible > 0:
        return call_responsible
    return created_by or responsible_user_id


def once(notes: Iterable[Note]) -> list[Note]:
    """Return each call or letter once: of notes with one fingerprint the one that was noted first.

    The reader decides, and no row is marked as another's twin: so it does not matter in which order the notes come
    in, and none has to be written again because another one came, moved or was edited. An edit keeps id and time of
    creation, so it never changes which of them counts.
    """
    first: dict[str, Note] = {}
    for note in sorted(notes, key=lambda note: (note.created_at, note.id)):
        first.setdefault(note.fingerprint, note)
    return list(first.values())


def settled(request: Request, lead: Lead | None, line: Iterable[Event], unsorted: Places) -> Request:
    """Return the request with the outcome that its lead's history tells, whatever was known of it before.

    Accepted when the lead left «Неразобранное», declined when it was deleted there; the first of them stands. Without
    an event the snapshot tells, as of its last change, and nobody's. A lead that is unknown leaves it waiting.
    `unsorted` are the (pipeline_id, status_id) pairs of «Неразобранное».
    """
    history = ordered(line)
    request = _born(request, lead, history)
    for event in history:
        if event.type == "lead_deleted":
            return replace(request, outcome=DECLINED, settled_at=event.created_at, settled_by=event.created_by)
        if _leaves(event, unsorted):
            return replace(request, outcome=ACCEPTED, settled_at=event.created_at, settled_by=event.created_by)
    if lead is not None and lead.is_deleted:
        return replace(request, outcome=DECLINED, settled_at=lead.updated_at, settled_by=ROBOT)
    if lead is not None and (lead.pipeline_id, lead.status_id) not in unsorted:
        return replace(request, outcome=ACCEPTED, settled_at=lead.updated_at, settled_by=ROBOT)
    return replace(request, outcome=WAITING, settled_at=None, settled_by=None)


def _leaves(event: Event, unsorted: Places) -> bool:
    return event.type == STATUS_CHANGED and event.before in unsorted and event.after not in unsorted


def _born(request: Request, lead: Lead | None, history: Iterable[Event]) -> Request:
    """Fill in what a hook did not tell of a request that was gone before amoCRM could be asked for it."""
    if request.is_listed:
        return request
    begun = next((event.created_at for event in history if event.type == "lead_added"), 0)
    place = next((event.before[0] for event in history if event.type == STATUS_CHANGED), 0)
    return replace(
        request,
        created_at=begun or (lead.created_at if lead else 0),
        pipeline_id=place or (lead.pipeline_id if lead else request.pipeline_id),
    )
