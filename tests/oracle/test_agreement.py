"""The core and the oracle read the same simulated months, each in its own way, and must agree in every cell."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from integration.amo import rows
from integration.kpi import contribution
from integration.kpi.measures import Measure
from integration.kpi.model import Rules
from simulator.scenario.past import office_with_past
from simulator.universe import Universe
from tests.oracle.compare import differences
from tests.oracle.oracle import recount

START = 1_773_133_200
OF_STATUSES_ALONE = {"won_count", "lost_count", "new_leads", "open_leads", "stage_visits", "stage_seconds"}


@pytest.mark.parametrize("seed", range(8))
def test_the_core_counts_what_the_oracle_counts(seed):
    account, delivery = _office(seed)
    expected = recount(_truth(account), after_sale=delivery)
    assert differences(_counted(account, delivery), expected) == []
    assert {cell[0] for cell in expected} >= {"won_sum", "lost_sum", "new_leads", "stage_seconds", "tasks_on_time"}


@pytest.mark.parametrize("seed", range(4))
def test_ids_in_no_order_leave_every_count_of_statuses_right(seed):
    """Only the chain orders a second then: it speaks of one kind of event, so not of whose price it was."""
    account, delivery = _office(seed, event_ids_shuffled=True)
    expected = recount(_truth(account), after_sale=delivery)
    named = {(Measure(cell[0]).name.lower(), *cell[1:]): value for cell, value in _counted(account, delivery).items()}
    assert _without_users(named) == _without_users(expected)


def _office(seed, **switches):
    universe = Universe(seed=seed, start=START)
    universe.clock.freeze(START)
    for name, value in switches.items():
        setattr(universe.switches, name, value)
    account = office_with_past(universe, days=30, leads=120)
    delivery = {row["id"] for row in account.pipelines.values() if row["name"] == "Доставка"}
    assert delivery
    return account, delivery


def _without_users(cells):
    sums = Counter()
    for (measure, _, pipeline, item, day), value in cells.items():
        if measure in OF_STATUSES_ALONE:
            sums[measure, pipeline, item, day] += value
    return sums


def _truth(account):
    return {
        "account": {"timezone": account.timezone},
        "pipelines": [
            {"id": number, "_embedded": {"statuses": account.statuses(number)}} for number in account.pipelines
        ],
        "leads": list(account.leads.values()),
        "tasks": list(account.tasks.values()),
        "events": account.events,
    }


def _counted(account, delivery):
    unsorted = frozenset(
        (number, status["id"])
        for number in account.pipelines
        for status in account.statuses(number)
        if status["type"] == 1
    )
    rules = Rules(account.timezone, unsorted_statuses=unsorted, after_sale_pipelines=frozenset(delivery))
    of = defaultdict(list)
    for row in account.events:
        event = rows.event(row)
        of[event.entity_type, event.entity_id].append(event)
    cells = Counter()
    for row in account.leads.values():
        if not row["is_deleted"]:
            cells.update(contribution.of_lead(rows.lead(row), of["lead", row["id"]], rules))
    for row in account.tasks.values():
        if not row.get("is_deleted"):
            cells.update(contribution.of_task(rows.task(row), of["task", row["id"]], rules))
    return {cell: value for cell, value in cells.items() if value}
