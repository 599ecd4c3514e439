"""The order in which an entity's events happened (rule G3).

amoCRM stamps events with whole seconds and may list those of one second in any order, so time and id are not enough:
A→B, B→C told backwards would leave the lead in B. Within a second, changes of one kind are therefore put so that each
begins where the one before it ended.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integration.kpi.model import Event

STATUS_CHANGED = "lead_status_changed"
OWNER_CHANGED = "entity_responsible_changed"
PRICE_CHANGED = "sale_field_changed"
DEADLINE_CHANGED = "task_deadline_changed"

_CHAINED = frozenset({STATUS_CHANGED, OWNER_CHANGED, PRICE_CHANGED, DEADLINE_CHANGED})
_by_time_and_id = attrgetter("created_at", "id")


def ordered(events: Iterable[Event]) -> list[Event]:
    """Return one entity's events in the order they happened, each once, changes that change nothing left out (G4).

    Whatever order and however often the events come in, the result is the same.
    """
    happened = {event.id: event for event in events if not (event.type in _CHAINED and event.before == event.after)}
    line = sorted(happened.values(), key=_by_time_and_id)
    slots: dict[tuple[int, str], list[int]] = defaultdict(list)
    for position, event in enumerate(line):
        if event.type in _CHAINED:
            slots[event.created_at, event.type].append(position)
    known: dict[str, tuple[int, ...]] = {}
    for (_, kind), positions in slots.items():
        if len(positions) > 1:
            chained = _chain([line[position] for position in positions], known.get(kind))
            for position, event in zip(positions, chained, strict=True):
                line[position] = event
        known[kind] = line[positions[-1]].after
    return line


def _chain(events: list[Event], known: tuple[int, ...] | None) -> list[Event]:
    """Order the changes of one kind and one second, given by id, so that they chain; `known` is the value before them.

    A chain is an Eulerian trail over the values: Hierholzer's algorithm, the smaller id first where it may choose.
    If the events cannot be chained (some are missing), they stay in the order of their ids.
    """
    if _is_chain(events) and known in {None, events[0].before}:
        return events
    ways: dict[tuple[int, ...], list[Event]] = defaultdict(list)
    for event in reversed(events):
        ways[event.before].append(event)
    left_more_often = Counter(event.before for event in events) - Counter(event.after for event in events)
    circular = events[0].before if known is None or known not in ways else known
    path: list[tuple[tuple[int, ...], Event | None]] = [(next(iter(left_more_often), circular), None)]
    trail: list[Event] = []
    while path:
        value, arrival = path[-1]
        if ways[value]:
            event = ways[value].pop()
            path.append((event.after, event))
        else:
            path.pop()
            if arrival:
                trail.append(arrival)
    trail.reverse()
    return trail if len(trail) == len(events) and _is_chain(trail) else events


def _is_chain(events: list[Event]) -> bool:
    return all(earlier.after == later.before for earlier, later in pairwise(events))
