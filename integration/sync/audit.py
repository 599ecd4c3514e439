"""Counts everything anew from rows and events: the proof that the counters are right, and the way to build them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from integration.kpi import contribution
from integration.store import accounts, counters, entities, events, mirrors

if TYPE_CHECKING:
    from integration.kpi.model import Cell, Contribution, Rules
    from integration.store.database import Connection

CHUNK = 1_000
"""Entities that are in memory at a time."""


class Difference(NamedTuple):
    """A counter that is not what the recount says."""

    cell: Cell
    counted: int
    recounted: int


def differences(conn: Connection, account_id: int) -> list[Difference]:
    """Compare every counter of the account with a recount of its rows and events. An empty list is the proof."""
    account = accounts.get(conn, account_id)
    counted = counters.all_cells(conn, account_id, account.generation)
    recounted = recount(conn, account_id, mirrors.rules(conn, account))
    return [
        Difference(cell, counted.get(cell, 0), recounted.get(cell, 0))
        for cell in sorted(counted.keys() | recounted.keys())
        if counted.get(cell, 0) != recounted.get(cell, 0)
    ]


def recount(conn: Connection, account_id: int, rules: Rules) -> Contribution:
    """Add up the contributions of all stored leads and tasks."""
    total: Contribution = defaultdict(int)
    last = 0
    while leads := entities.leads_after(conn, account_id, last, CHUNK):
        last = leads[-1].id
        lines = events.of(conn, account_id, "lead", [lead.id for lead in leads])
        for lead in leads:
            _add(total, contribution.of_lead(lead, lines.get(lead.id, ()), rules))
    last = 0
    while tasks := entities.tasks_after(conn, account_id, last, CHUNK):
        last = tasks[-1].id
        lines = events.of(conn, account_id, "task", [task.id for task in tasks])
        for task in tasks:
            _add(total, contribution.of_task(task, lines.get(task.id, ()), rules))
    return {cell: value for cell, value in total.items() if value}


def _add(total: Contribution, part: Contribution) -> None:
    for cell, value in part.items():
        total[cell] += value
