"""The state a lead began with and every step that changed it: what events tell, and what only the snapshot shows.

The event log may have gaps, and a snapshot may be newer than the events read so far. Where both know of a change the
newer one is right: a snapshot adds a last step only if it is younger than the last event of that kind.
"""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

from integration.kpi.model import LOST, WON, Event, Lead
from integration.kpi.ordering import OWNER_CHANGED, PRICE_CHANGED, STATUS_CHANGED

CLOSED = frozenset({WON, LOST})
UNKNOWN = 0
"""The status of a lead before it was closed when nothing tells where it was: an import of finished deals."""

State = dict[str, tuple[int, ...]]
"""The value of each kind of change: (pipeline_id, status_id), (user_id,), (price,) with 0 for «no budget»."""

_NO_BUDGET = (0,)
_WIDTHS = {STATUS_CHANGED: 2, OWNER_CHANGED: 1}


class Step(NamedTuple):
    """One change of a lead: when, of which kind (the type of its event), and the value from then on."""

    at: int
    kind: str
    value: tuple[int, ...]


def steps(lead: Lead, events: list[Event]) -> tuple[State, list[Step]]:
    """Return the state at the lead's creation and its steps in order, from its ordered events and its snapshot."""
    changes = [event for event in events if _is_telling(event)]
    shown = _shown(lead)
    first = shown | {event.type: event.before or _NO_BUDGET for event in reversed(changes)}
    told = [Step(event.created_at, event.type, event.after or _NO_BUDGET) for event in changes]
    last = {step.kind: step for step in told}
    unseen = [
        Step(_noticed_at(lead, last[kind]), kind, value)
        for kind, value in shown.items()
        if kind in last and last[kind].value != value and lead.updated_at > last[kind].at
    ]
    if STATUS_CHANGED not in last and _was_closed_later(lead):
        first[STATUS_CHANGED] = (lead.pipeline_id, UNKNOWN)
        unseen.append(Step(lead.closed_at or 0, STATUS_CHANGED, shown[STATUS_CHANGED]))
    return first, sorted(told + unseen, key=itemgetter(0)) if unseen else told


def _is_telling(event: Event) -> bool:
    """Tell whether the event is a change that names both its values; an empty price is no budget."""
    return event.type == PRICE_CHANGED or len(event.before) == len(event.after) == _WIDTHS.get(event.type)


def _shown(lead: Lead) -> State:
    """Return the snapshot's values. Unseen steps of one second follow this order: a win sees the newest owner."""
    return {
        PRICE_CHANGED: (lead.price or 0,),
        OWNER_CHANGED: (lead.responsible_user_id,),
        STATUS_CHANGED: (lead.pipeline_id, lead.status_id),
    }


def _noticed_at(lead: Lead, last: Step) -> int:
    """Return the time of a change that no event told of. The time of a closing amoCRM keeps in the lead."""
    closing = last.kind == STATUS_CHANGED and lead.status_id in CLOSED
    if closing and lead.closed_at is not None and lead.closed_at >= last.at:
        return lead.closed_at
    return lead.updated_at


def _was_closed_later(lead: Lead) -> bool:
    return lead.status_id in CLOSED and lead.closed_at is not None and lead.closed_at > lead.created_at
