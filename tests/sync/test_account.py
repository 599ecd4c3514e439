"""Whole ways of an account, against the simulated amoCRM: the stored numbers are laid beside the naive oracle's."""

from __future__ import annotations

from integration.store import dirty, runs
from integration.store.accounts import State
from integration.sync import refresh
from simulator.scenario.day import play


def test_an_installed_account_is_read_from_end_to_end(both_worlds):
    both_worlds.set_up()
    assert both_worlds.stored().state == State.ACTIVE
    assert both_worlds.wrong_cells() == []
    with both_worlds.ctx.database.read() as conn:
        assert runs.get(conn, both_worlds.account.id, runs.BACKFILL).finished_at
    (webhook,) = both_worlds.account.webhooks.values()
    assert webhook["destination"].startswith(both_worlds.ctx.settings.public_url)


def test_a_day_of_changes_comes_out_exact_by_hooks(both_worlds):
    both_worlds.set_up()
    play(both_worlds.universe, both_worlds.account, 60, 5, 3600)
    both_worlds.until(lambda: not both_worlds.universe.deliveries.waiting())
    both_worlds.settle()
    assert both_worlds.wrong_cells() == []


def test_a_day_of_changes_comes_out_exact_without_any_hook(both_worlds):
    both_worlds.set_up()
    both_worlds.universe.switches.turn({"hook_lost": 1.0})
    play(both_worlds.universe, both_worlds.account, 60, 6, 3600)
    both_worlds.sweep()
    assert both_worlds.wrong_cells() == []


def test_hooks_lost_doubled_reordered_and_stale_leave_no_trace_after_a_sweep(both_worlds):
    both_worlds.set_up()
    mischief = {"hook_lost": 0.1, "hook_doubled": 0.1, "hook_reordered": 0.1, "hook_stale": 0.1, "hook_reorder_ms": 500}
    both_worlds.universe.switches.turn({**mischief, "hook_forged": 0.1})
    play(both_worlds.universe, both_worlds.account, 80, 7, 7200)
    both_worlds.until(lambda: not both_worlds.universe.deliveries.waiting())
    both_worlds.sweep()
    assert both_worlds.wrong_cells() == []


def test_without_the_paid_filters_everything_comes_out_too(world):
    world.universe.switches.turn({"paid_filter": False})
    world.set_up()
    play(world.universe, world.account, 30, 8, 3600)
    world.universe.switches.turn({"hook_lost": 1.0})
    play(world.universe, world.account, 30, 9, 3600)
    world.sweep()
    assert world.wrong_cells() == []


def test_events_that_show_up_minutes_late_are_found(world):
    world.set_up()
    world.universe.switches.turn({"events_lag_seconds": 200})
    play(world.universe, world.account, 40, 10, 3600)
    world.settle()
    world.universe.clock.jump(250)
    world.sweep()
    assert world.wrong_cells() == []


def test_a_deleted_lead_leaves_and_a_restored_one_returns(world):
    world.set_up()
    lead = open_lead(world)
    world.account.delete_lead(lead, by=world.admin)
    world.sweep()
    assert world.lead(lead).is_deleted
    assert world.wrong_cells() == []
    world.account.restore_lead(lead, by=world.admin)
    world.sweep()
    assert not world.lead(lead).is_deleted
    assert world.wrong_cells() == []


def test_a_lead_that_is_purged_at_once_leaves_too(world):
    world.set_up()
    lead = open_lead(world)
    world.account.delete_lead(lead, by=world.admin)
    world.account.purge_lead(lead)
    world.sweep()
    assert world.lead(lead).is_deleted
    assert world.wrong_cells() == []


def test_an_absorbed_lead_leaves_even_without_hook_and_event_of_its_own(world):
    world.set_up()
    world.universe.switches.turn({"hook_lost": 1.0, "merge_delete_event": False, "merge_in_trash": False})
    survivor, absorbed = (row["id"] for row in list(world.account.leads.values())[-2:])
    world.account.merge_leads(survivor, absorbed, by=world.admin)
    world.full_pass()
    assert world.lead(absorbed).is_deleted
    assert world.wrong_cells() == []


def test_a_lead_that_is_merely_not_shown_stays(world):
    world.set_up()
    lead = open_lead(world)
    before = world.wrong_cells()
    hidden = world.account.leads.pop(lead)
    with world.ctx.database.transaction() as conn:
        dirty.mark(conn, world.account.id, [("leads", lead)], world.ctx.now_ms())
    refresh.run(world.ctx, world.account.id)
    world.account.leads[lead] = hidden
    assert not world.lead(lead).is_deleted
    assert world.wrong_cells() == before == []
    with world.ctx.database.read() as conn:
        assert dirty.pending(conn, world.account.id) == 1


def open_lead(world):
    return next(row["id"] for row in world.account.leads.values() if not row["is_deleted"])


def test_a_pipeline_that_is_new_is_learned_before_its_leads_are_counted(world):
    world.set_up()
    pipeline_id = world.account.add_pipeline("Партнёры", ["Знакомство"])
    lead = open_lead(world)
    unsorted, stage = (status["id"] for status in world.account.statuses(pipeline_id)[:2])
    assert world.account.statuses(pipeline_id)[0]["type"] == 1
    for status in (unsorted, stage, unsorted):
        world.account.change_lead(lead, by=world.admin, pipeline_id=pipeline_id, status_id=status)
    world.sweep()
    assert world.wrong_cells() == []


def test_another_time_zone_moves_every_day(world):
    world.set_up()
    before = world.stored().generation
    world.account.timezone = "Asia/Vladivostok"
    with world.ctx.database.transaction() as conn:
        runs.hasten(conn, world.account.id, runs.MIRRORS, world.ctx.now)
    world.settle()
    assert world.stored().generation == before + 1
    assert world.wrong_cells() == []
