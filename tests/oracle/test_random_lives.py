"""The core and the oracle read thousands of random lives, each in its own way, and agree about every one."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from integration.amo import rows
from integration.kpi import contribution
from integration.kpi.model import Rules
from tests.oracle import lives
from tests.oracle.compare import differences
from tests.oracle.oracle import recount

RULES = Rules(lives.TIMEZONE, frozenset(lives.UNSORTED.items()), frozenset({lives.DELIVERY}))
LIVES = 1500


@pytest.mark.parametrize("seed", range(4))
def test_random_lives_of_leads_count_as_the_oracle_says(seed):
    rng, seen = random.Random(seed), Counter()  # noqa: S311 - seeded, so that a failure can be had again
    for number in range(LIVES):
        row, events = lives.lead(rng)
        expected = recount(lives.truth(leads=[row], events=events), after_sale=[lives.DELIVERY])
        counted = contribution.of_lead(rows.lead(row), _mixed(rng, events), RULES)
        assert differences(counted, expected) == [], f"seed {seed}, life {number}: {row} {events}"
        seen.update(cell[0] for cell in expected)
    kinds = {"open_leads", "open_value", "open_unpriced", "new_leads", "won_count", "won_price", "won_unpriced"}
    kinds |= {"lost_count", "lost_sum", "cycle_seconds", "cycle_time", "stage_visits", "stage_seconds", "stage_time"}
    assert {kind for kind in kinds if seen[kind] < LIVES // 50} == set()


@pytest.mark.parametrize("seed", range(4))
def test_random_lives_of_tasks_count_as_the_oracle_says(seed):
    rng, seen = random.Random(seed), Counter()  # noqa: S311 - seeded, so that a failure can be had again
    for number in range(LIVES):
        row, events = lives.task(rng)
        expected = recount(lives.truth(tasks=[row], events=events))
        read = replace(rows.task(row), is_deleted=row["is_deleted"])
        counted = contribution.of_task(read, _mixed(rng, events), RULES)
        assert differences(counted, expected) == [], f"seed {seed}, life {number}: {row} {events}"
        seen.update(cell[0] for cell in expected)
    assert min(seen[kind] for kind in ("tasks_due_closed", "tasks_on_time", "tasks_on_time_first")) > LIVES // 50


def _mixed(rng, events):
    """Read the events as they come over the network: in any order, some of them twice."""
    told = [rows.event(event) for event in events]
    told += rng.sample(told, k=rng.randrange(len(told) + 1))
    rng.shuffle(told)
    return told
