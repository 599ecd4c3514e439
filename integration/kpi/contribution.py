"""What one entity adds to the counters: the only place where numbers are made.

A counter is the sum of the contributions of all entities. A change of an entity changes the counters by
`delta(before, after)`, and a rebuild adds up the same contributions anew: both give the same numbers, always.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from integration.kpi.calendar import day_of
from integration.kpi.credit import first_human_owner, longest_holder, split
from integration.kpi.histogram import bucket, pack
from integration.kpi.history import LeadHistory, read_lead, read_task
from integration.kpi.measures import Measure
from integration.kpi.model import Cell, Contribution, Event, Lead, Outcome, Rules, Task
from integration.kpi.steps import CLOSED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable


def of_lead(lead: Lead, events: Iterable[Event], rules: Rules) -> Contribution:
    """Return what the lead adds, given all its known events in any order, repeats allowed."""
    return of_history(read_lead(lead, events, rules), rules)


def of_history(history: LeadHistory, rules: Rules) -> Contribution:
    """Return what the lead with this history adds; a deleted lead adds nothing (G10)."""
    cells: Contribution = defaultdict(int)
    if not history.lead.is_deleted:
        _add_open(cells, history)
        _add_new(cells, history, rules)
        _add_stages(cells, history, rules)
        if history.outcome and history.outcome.is_won:
            _add_win(cells, history, history.outcome, rules)
        elif history.outcome:
            _add_loss(cells, history.outcome, rules)
    return _without_zeros(cells)


def of_task(task: Task, events: Iterable[Event], rules: Rules) -> Contribution:
    """Return what the task adds: a completed one, to its deadline's day; an open one is counted on reading (G16)."""
    if task.is_deleted or not task.is_completed:
        return {}
    history = read_task(task, events)
    day = day_of(task.complete_till, rules.timezone)
    return _without_zeros(
        {
            Cell(measure, task.responsible_user_id, 0, 0, day): number
            for measure, number in (
                (Measure.TASKS_DUE_CLOSED, 1),
                (Measure.TASKS_ON_TIME, int(history.completed_at <= task.complete_till)),
                (Measure.TASKS_ON_TIME_FIRST, int(history.completed_at <= history.first_deadline)),
            )
        }
    )


def delta(before: Contribution, after: Contribution) -> Contribution:
    """Return what turns the one contribution into the other."""
    changed = before.keys() | after.keys()
    return _without_zeros({cell: after.get(cell, 0) - before.get(cell, 0) for cell in changed})


def _without_zeros(cells: Contribution) -> Contribution:
    return {cell: value for cell, value in cells.items() if value}


def _add_open(cells: Contribution, history: LeadHistory) -> None:
    if not history.is_open:
        return
    user_id, visit = history.holdings[-1].user_id, history.visits[-1]
    for measure, value in (
        (Measure.OPEN_LEADS, 1),
        (Measure.OPEN_VALUE, history.price or 0),
        (Measure.OPEN_UNPRICED, history.price is None),
    ):
        cells[Cell(measure, user_id, visit.pipeline_id, visit.status_id, 0)] += value


def _add_new(cells: Contribution, history: LeadHistory, rules: Rules) -> None:
    start = history.start
    if start is None or start.pipeline_id in rules.after_sale_pipelines:
        return
    owner = first_human_owner(history, router_grace=rules.router_grace)
    cells[Cell(Measure.NEW_LEADS, owner, start.pipeline_id, 0, day_of(start.at, rules.timezone))] += 1


def _add_win(cells: Contribution, history: LeadHistory, won: Outcome, rules: Rules) -> None:
    seconds = _cycle_seconds(history, won)
    day = day_of(won.at, rules.timezone)
    added = [
        (Measure.WON_COUNT, 0, 1),
        (Measure.WON_UNPRICED, 0, 1) if won.price is None else (Measure.WON_PRICE, bucket(won.price), 1),
        (Measure.WON_SUM, 0, won.price or 0),
        (Measure.CYCLE_SECONDS, 0, seconds),
        (Measure.CYCLE_TIME, bucket(seconds), 1),
    ]
    for measure, item, value in added:
        cells[Cell(measure, won.user_id, won.pipeline_id, item, day)] += value


def _add_loss(cells: Contribution, lost: Outcome, rules: Rules) -> None:
    day = day_of(lost.at, rules.timezone)
    cells[Cell(Measure.LOST_COUNT, lost.user_id, lost.pipeline_id, 0, day)] += 1
    cells[Cell(Measure.LOST_SUM, lost.user_id, lost.pipeline_id, 0, day)] += lost.price or 0


def _add_stages(cells: Contribution, history: LeadHistory, rules: Rules) -> None:
    for visit in history.visits[:-1]:
        pipeline_id, status_id, left_at = visit.pipeline_id, visit.status_id, visit.left_at
        unsorted = (pipeline_id, status_id) in rules.unsorted_statuses
        if left_at is None or unsorted or status_id in CLOSED or status_id == UNKNOWN:
            continue
        seconds, day = left_at - visit.entered_at, day_of(left_at, rules.timezone)
        owner = longest_holder(visit.held)
        cells[Cell(Measure.STAGE_VISITS, owner, pipeline_id, status_id, day)] += 1
        cells[Cell(Measure.STAGE_TIME, owner, pipeline_id, pack(status_id, bucket(seconds)), day)] += 1
        for user_id, part in split(seconds, visit.held).items():
            cells[Cell(Measure.STAGE_SECONDS, user_id, pipeline_id, status_id, day)] += part


def _cycle_seconds(history: LeadHistory, won: Outcome) -> int:
    """Return the seconds from the working start to the win, without those it stood closed before a reopen."""
    start = history.start.at if history.start else won.at
    closed = sum(
        max(0, min(visit.left_at, won.at) - max(visit.entered_at, start))
        for visit in history.visits
        if visit.left_at is not None and visit.status_id in CLOSED
    )
    return max(0, won.at - start - closed)
