"""What a lead went through: its visits to statuses and its owners, rebuilt from the snapshot and the events (G3).

Numbers are made of this history and never of the snapshot alone, so they do not change when the lead moves on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from integration.kpi.model import Event, Holding, Lead, Outcome, Rules, Start, Task, Visit
from integration.kpi.ordering import DEADLINE_CHANGED, OWNER_CHANGED, PRICE_CHANGED, STATUS_CHANGED, ordered
from integration.kpi.outcome import standing_outcome
from integration.kpi.steps import CLOSED, State, Step, steps

if TYPE_CHECKING:
    from collections.abc import Iterable


class LeadHistory(NamedTuple):
    """A lead's life. The last of `visits` and of `holdings` is the present, `price` is the present budget.

    `events` are in the order they happened. `start` is the lead's creation, or its first step out of «Неразобранное»;
    None while it never left. `is_open` says that `open_leads` counts it.
    """

    lead: Lead
    events: list[Event]
    visits: list[Visit]
    holdings: list[Holding]
    price: int | None
    start: Start | None
    is_open: bool
    outcome: Outcome | None

    @property
    def entered_at(self) -> int:
        """When the lead came to its present status."""
        return self.visits[-1].entered_at


class TaskHistory(NamedTuple):
    """What the KPIs of a completed task need: its completion and the deadline it was first given."""

    completed_at: int
    first_deadline: int


def read_lead(lead: Lead, events: Iterable[Event], rules: Rules) -> LeadHistory:
    """Return the life of a lead from its snapshot and all its known events, in any order, repeats allowed."""
    line = ordered(events)
    first, changes = steps(lead, line)
    fold = _Fold(first, min(lead.created_at, changes[0].at) if changes else lead.created_at)
    for step in changes:
        fold.apply(step)
    visits, holdings = fold.finished()
    return LeadHistory(
        lead=lead,
        events=line,
        visits=visits,
        holdings=holdings,
        price=fold.price,
        start=_start(lead, visits, rules),
        is_open=not lead.is_deleted and _is_in_work(visits[-1], rules),
        outcome=standing_outcome(visits, rules.after_sale_pipelines),
    )


def read_task(task: Task, events: Iterable[Event]) -> TaskHistory:
    """Return the history of a completed task from its snapshot and all its known events.

    A task does not say when it was completed, only the event log does; without it the last change is the best guess.
    https://www.amocrm.ru/developers/content/crm_platform/tasks-api
    """
    line = ordered(events)
    completions = [event.created_at for event in line if event.type == "task_completed"]
    deadlines = [event.before[0] for event in line if event.type == DEADLINE_CHANGED and event.before]
    return TaskHistory(
        completed_at=completions[-1] if completions else task.updated_at,
        first_deadline=deadlines[0] if deadlines else task.complete_till,
    )


def _start(lead: Lead, visits: list[Visit], rules: Rules) -> Start | None:
    if not _is_unsorted(visits[0], rules):
        return Start(lead.created_at, visits[0].pipeline_id)
    accepted = (Start(visit.entered_at, visit.pipeline_id) for visit in visits if not _is_unsorted(visit, rules))
    return next(accepted, None)


def _is_unsorted(visit: Visit, rules: Rules) -> bool:
    return (visit.pipeline_id, visit.status_id) in rules.unsorted_statuses


def _is_in_work(visit: Visit, rules: Rules) -> bool:
    is_sold = visit.status_id in CLOSED or visit.pipeline_id in rules.after_sale_pipelines
    return not is_sold and not _is_unsorted(visit, rules)


class _Fold:
    """The lead's state while its steps are walked through, with the visits and holdings that ended so far."""

    def __init__(self, first: State, born: int) -> None:
        self.pipeline_id, self.status_id = first[STATUS_CHANGED]
        (self.owner,) = first[OWNER_CHANGED]
        self.price = first[PRICE_CHANGED][0] or None
        self.entry = (born, self.owner, self.price)
        self.taken_at = self.counted_to = born
        self.held: list[tuple[int, int]] = []
        self.visits: list[Visit] = []
        self.holdings: list[Holding] = []

    def apply(self, step: Step) -> None:
        if step.kind == PRICE_CHANGED:
            self.price = step.value[0] or None
            return
        if step.kind == OWNER_CHANGED and step.value == (self.owner,):
            return
        self.held.append((self.owner, step.at - self.counted_to))
        self.counted_to = step.at
        if step.kind == OWNER_CHANGED:
            self.holdings.append(Holding(self.owner, self.taken_at, step.at))
            (self.owner,) = step.value
            self.taken_at = step.at
        else:
            self._end_visit(step.at)
            self.pipeline_id, self.status_id = step.value
            self.entry = (step.at, self.owner, self.price)

    def finished(self) -> tuple[list[Visit], list[Holding]]:
        """Return all visits and holdings; the present ones come last and have no end."""
        self._end_visit(None)
        self.holdings.append(Holding(self.owner, self.taken_at, None))
        return self.visits, self.holdings

    def _end_visit(self, left_at: int | None) -> None:
        entered_at, user_id, price = self.entry
        self.visits.append(
            Visit(self.pipeline_id, self.status_id, entered_at, left_at, user_id, price, tuple(self.held))
        )
        self.held = []
