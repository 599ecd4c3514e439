"""Small words for telling a lead's or a task's story in a test."""

from __future__ import annotations

from collections import defaultdict
from itertools import count, pairwise

from integration.kpi.contribution import of_lead
from integration.kpi.model import Event, Lead, Rules, Task

NOON = 1_773_133_200
"""2026-03-10 12:00:00 in Moscow, a Tuesday."""
DAY = 20260310
MINUTE, HOUR, A_DAY = 60, 3600, 86_400
ROBOT, ANNA, BORIS, VERA = 0, 11, 12, 13
SALES, RETAIL, DELIVERY = 1, 2, 3
UNSORTED, FIRST, SECOND, THIRD = 100, 101, 102, 103
SHIPPING = 301
WON, LOST = 142, 143
RULES = Rules(
    timezone="Europe/Moscow",
    unsorted_statuses=frozenset({(SALES, UNSORTED), (RETAIL, UNSORTED)}),
    after_sale_pipelines=frozenset({DELIVERY}),
)

_numbers = count(1)


def lead(**changed):
    """A lead of Anna's in the first status, created at NOON for 1 000.00."""
    fields = {
        "id": 5,
        "pipeline_id": SALES,
        "status_id": FIRST,
        "responsible_user_id": ANNA,
        "price": 100_000,
        "created_by": ANNA,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Lead(**fields | changed)


def task(**changed):
    """A task of Anna's on the lead, due at NOON and completed an hour before."""
    fields = {
        "id": 7,
        "responsible_user_id": ANNA,
        "entity_type": "leads",
        "entity_id": 5,
        "task_type_id": 1,
        "complete_till": NOON,
        "is_completed": True,
        "created_at": NOON - A_DAY,
        "updated_at": NOON - HOUR,
    }
    return Task(**fields | changed)


def event(kind, at, before=(), after=(), *, by=ANNA, number=None, entity=("lead", 5)):
    """An event; ids of one second rise in the order of telling unless a number is given."""
    order = next(_numbers) if number is None else number
    return Event(f"{at:012d}{order:08d}", kind, *entity, by, at, tuple(before), tuple(after))


def moved(at, before, after, **other):
    return event("lead_status_changed", at, before, after, **other)


def handed(at, before, after, **other):
    return event("entity_responsible_changed", at, [before], [after], **other)


def priced(at, before, after, **other):
    return event("sale_field_changed", at, [before], [after], **other)


def path(*statuses, pipeline_id=SALES, start=NOON, step=HOUR):
    """The moves through the statuses of one pipeline, one every `step` seconds, the first at start + step."""
    return [
        moved(start + step * number, (pipeline_id, before), (pipeline_id, after))
        for number, (before, after) in enumerate(pairwise(statuses), 1)
    ]


def count_of(lead, events=(), rules=RULES):
    """The lead's contribution as {measure: {(user, pipeline, item, day): value}}."""
    return by_measure(of_lead(lead, events, rules))


def by_measure(contribution):
    cells = defaultdict(dict)
    for (measure, *address), value in contribution.items():
        cells[measure][tuple(address)] = value
    return cells
