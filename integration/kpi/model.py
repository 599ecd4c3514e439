"""The nouns of the core: what amoCRM's entities look like when only their KPIs matter.

Money is an integer in hundredths of the account's currency, times are UTC seconds, ids are amoCRM's own.
No personal data: no names, phones, texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

WON = 142
"""The status «won» has this id in every pipeline."""
LOST = 143
"""The status «lost» has this id in every pipeline."""
ROBOT = 0
"""The user id of robots, integrations and the system. Never a person's activity."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as the API last showed it. `price` is None where amoCRM has no budget (0 or null)."""

    id: int
    pipeline_id: int
    status_id: int
    responsible_user_id: int
    price: int | None
    created_by: int
    created_at: int
    updated_at: int
    closed_at: int | None = None
    loss_reason_id: int | None = None
    main_contact_id: int | None = None
    company_id: int | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the API last showed it. `entity_type` is leads, contacts, companies, customers or None."""

    id: int
    responsible_user_id: int
    entity_type: str | None
    entity_id: int | None
    task_type_id: int
    complete_till: int
    is_completed: bool
    created_at: int
    updated_at: int
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of amoCRM's event log, reduced to the integers that KPIs read.

    `entity_type` is singular as in the log (lead, task, contact, company, customer). `before` and `after` hold:
    lead_status_changed (pipeline_id, status_id) · entity_responsible_changed (user_id,) ·
    sale_field_changed (price in hundredths,) · task_deadline_changed (timestamp,) ·
    incoming_call, outgoing_call, incoming_sms, outgoing_sms (note id,) · anything else ().
    """

    id: str
    type: str
    entity_type: str
    entity_id: int
    created_by: int
    created_at: int
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


FORMULA = 1
"""The version of the formulas. Whoever changes what a contribution is raises it, and has `contribution` ask the rules:
the former formula goes on counting, for its own generation, until every account has been counted anew.
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a contribution depends on besides its entity. A change of any of it builds a new generation."""

    timezone: str
    unsorted_statuses: frozenset[tuple[int, int]] = frozenset()
    """(pipeline_id, status_id) pairs of type 1, «Неразобранное»: their leads are not yet deals in work."""
    after_sale_pipelines: frozenset[int] = frozenset()
    """Delivery and after-sale pipelines: what happens there is neither a sale nor a deal in work."""
    router_grace: int = 600
    """Seconds under which an owner who did nothing on a new lead is a router, not its owner."""
    formula: int = FORMULA
    """The version of the formulas that count."""


class Visit(NamedTuple):
    """A stay of a lead in one status. `left_at` is None for the present one.

    `user_id` and `price` are as they stood at the entry. `held` says in order who then held the lead and for how many
    seconds: ((user_id, seconds), …), the same owner possibly twice; it is whole only for a visit that ended.
    """

    pipeline_id: int
    status_id: int
    entered_at: int
    left_at: int | None
    user_id: int
    price: int | None
    held: tuple[tuple[int, int], ...]


class Holding(NamedTuple):
    """The time for which one user was responsible for a lead. `handed_at` is None for the present owner."""

    user_id: int
    taken_at: int
    handed_at: int | None


class Start(NamedTuple):
    """When a lead became a deal in work, and in which pipeline."""

    at: int
    pipeline_id: int


class Outcome(NamedTuple):
    """A win or a loss that stands: when, in which pipeline, whose it was and for how much at that moment."""

    is_won: bool
    at: int
    pipeline_id: int
    user_id: int
    price: int | None


class Cell(NamedTuple):
    """The address of one counter. `measure` is a value of measures.Measure.

    `day` is the account's local day as YYYYMMDD, 0 for a level (a stock that has no day).
    `item` is the spare dimension: a status, a bucket of a histogram, or both packed; 0 when unused.
    `pipeline_id` is 0 for what belongs to no pipeline (tasks).
    """

    measure: int
    user_id: int
    pipeline_id: int
    item: int
    day: int


Contribution = dict[Cell, int]
"""What one entity with its history adds to the counters. Never holds a zero."""
