"""Whole ways of an account, against the simulated amoCRM: the stored numbers are laid beside the naive oracle's."""

from __future__ import annotations

from integration.store import runs
from integration.store.accounts import State
from simulator.scenario.day import play


def test_an_installed_account_is_read_from_end_to_end(world):
    world.set_up()
    assert world.stored().state == State.ACTIVE
    assert world.wrong_cells() == []
    with world.ctx.database.read() as conn:
        assert runs.get(conn, world.account.id, runs.BACKFILL).finished_at
    (webhook,) = world.account.webhooks.values()
    assert webhook["destination"].startswith(world.ctx.settings.public_url)


def test_a_day_of_changes_comes_out_exact_by_hooks(world):
    world.set_up()
    play(world.universe, world.account, 60, 5, 3600)
    world.until(lambda: not world.universe.deliveries.waiting())
    world.settle()
    assert world.wrong_cells() == []


def test_a_day_of_changes_comes_out_exact_without_any_hook(world):
    world.set_up()
    world.universe.switches.turn({"hook_lost": 1.0})
    play(world.universe, world.account, 60, 6, 3600)
    world.sweep()
    assert world.wrong_cells() == []
