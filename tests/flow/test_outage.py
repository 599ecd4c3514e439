"""Hooks that never come, for a day and for a week: the net under them finds everything, at the price of its pages."""

from __future__ import annotations

import pytest

from integration.sync.sweep import OVERLAP
from tests.flow.virtual import DAY


@pytest.mark.parametrize(("days", "many"), [(1, 10_000), (7, 21_000)])
def test_without_any_hook_one_sweep_catches_up_at_the_price_of_its_pages(world, days, many, full, tell):
    world.universe.switches.turn({"hook_lost": 1.0})
    began = world.universe.clock.now()
    world.play(many if full else 120 * days, seconds=days * DAY, seed=days)
    before = len(world.asked())
    world.only_sweep()
    assert world.faults() == []
    used, needed = len(world.asked()) - before, world.pages_of(began - OVERLAP)
    tell(f"all hooks off for {days} d: {used} requests where the pages need {needed}")
    # What a small outage notices: a look at the subscription, a refused token, the last seconds once more, and one
    # request for each other kind of rows that the event log speaks of (contacts, companies, notes of four entities).
    assert used <= needed * 1.05 + (0 if full else days + 6 + 6)


def test_without_any_hook_a_week_of_sweeps_keeps_up(world, full):
    world.universe.switches.turn({"hook_lost": 1.0})
    steps = 28 if full else 2
    for step in range(steps):
        world.play(9000 // steps if full else 70, seconds=7 * DAY // steps, seed=step)
        world.settle()
        assert world.wrong_cells() == []
    assert world.faults() == []
