"""What befalls an account in its years: after each of it the numbers are the oracle's again."""

from __future__ import annotations

import pytest

from integration.store.accounts import State
from simulator.scenario.day import ANYTHING, next_change
from simulator.scenario.sales import burst
from tests.flow.virtual import DAY, HOUR


def go_on(world, changes=30, *, seed=1):
    """Let the office work for an hour and everything known be read."""
    world.play(changes, seed=seed)
    world.deliver()


@pytest.mark.parametrize("how", ["deactivate_user", "remove_user"])
def test_people_who_leave_keep_what_they_did(world, how):
    manager = [user["id"] for user in world.account.users.values() if not user["rights"]["is_admin"]][1]
    getattr(world.account, how)(manager)
    go_on(world)
    world.look_at_the_frame()
    assert world.faults() == []


def test_a_pipeline_in_the_archive_keeps_its_leads(world):
    other = next(row["id"] for row in world.account.pipelines.values() if row["name"] == "Опт и тендеры")
    world.account.archive_pipeline(other)
    world.look_at_the_frame()
    go_on(world)
    assert world.faults() == []


def test_a_renamed_account_is_found_at_its_new_address(world):
    world.universe.rename(world.account, "moved-house")
    go_on(world)
    world.pass_time(HOUR)
    assert world.stored().host == "moved-house.amocrm.ru"
    assert world.faults() == []


def test_a_renamed_account_is_found_after_its_token_expired_too(world):
    world.universe.rename(world.account, "moved-house")
    world.play(20)
    world.pass_time(2 * DAY)
    world.pass_time(HOUR)
    assert world.stored().host == "moved-house.amocrm.ru"
    assert world.faults() == []


def test_a_plan_that_ended_and_was_paid_again(world):
    world.universe.switches.turn({"payment_required": True})
    go_on(world)
    world.pass_time(HOUR)
    assert world.stored().state == State.PAYMENT_REQUIRED
    asked = len(world.asked())
    world.play(20, seconds=12 * HOUR)
    world.pass_time(HOUR)
    assert len(world.asked()) == asked
    world.universe.switches.turn({"payment_required": False})
    world.pass_time(DAY)
    assert world.stored().state == State.ACTIVE
    assert world.faults() == []


def test_a_block_is_waited_out_in_silence(world):
    world.universe.traffic.block(world.account.id, DAY)
    go_on(world)
    world.pass_time(HOUR)
    assert world.stored().state == State.BLOCKED
    asked = len(world.asked())
    world.play(20)
    world.pass_time(HOUR)
    assert len(world.asked()) == asked
    world.universe.traffic.forgive()
    world.pass_time(6 * HOUR)
    assert world.stored().state == State.ACTIVE
    assert world.faults() == []


def test_a_revoked_grant_and_the_way_back(world):
    world.universe.grants.disable(world.integration.client_id, world.account.id)
    go_on(world)
    world.pass_time(HOUR)
    assert world.stored().state == State.RECONNECT_REQUIRED
    world.play(30, seconds=3 * DAY, seed=2)
    world.install()
    world.pass_time(10)
    world.pass_time(HOUR)
    assert world.stored().state == State.ACTIVE
    assert world.faults() == []


@pytest.mark.parametrize("zone", ["Asia/Vladivostok", "America/New_York"])
def test_another_time_zone_moves_every_day(world, zone):
    world.account.change_settings(timezone=zone, currency="USD")
    go_on(world)
    world.look_at_the_frame()
    assert (world.stored().timezone, world.stored().currency) == (zone, "USD")
    assert world.faults() == []


@pytest.mark.parametrize("answer", ["ignored", "400", "402", "403"])
def test_without_the_paid_filters(world, answer):
    world.universe.switches.turn({"paid_filter": False, "paid_filter_absent": answer})
    go_on(world)
    world.universe.switches.turn({"hook_lost": 1.0})
    world.play(30, seed=2)
    world.only_sweep()
    assert world.stored().state == State.ACTIVE
    assert world.faults() == []


def test_events_that_show_up_late(world):
    world.universe.switches.turn({"events_lag_seconds": 300})
    go_on(world)
    world.universe.clock.jump(400)
    world.only_sweep()
    assert world.faults() == []


def test_events_whose_ids_tell_nothing(world):
    """A burst is left out: who was the owner at which of its changes only the order of different kinds could say."""
    world.universe.switches.turn({"event_ids_shuffled": True})
    deeds = {deed: weight for deed, weight in ANYTHING.items() if deed is not burst}
    for _ in range(40):
        world.universe.clock.jump(60)
        next_change(world.account, world.universe.rng, deeds)
    world.deliver()
    world.only_sweep()
    assert world.faults() == []


@pytest.mark.parametrize("lost", [0.0, 1.0], ids=["hooks-arrive", "all-lost"])
def test_events_of_which_only_the_first_page_is_shown(world, lost, full):
    world.universe.switches.turn({"events_first_page_only": True, "hook_lost": lost})
    world.play(2000 if full else 250, seconds=6 * HOUR)
    world.deliver()
    world.only_sweep()
    assert world.faults() == []


def test_reads_that_are_stale_for_a_while(world):
    world.universe.switches.turn({"stale_reads_ms": 3000})
    go_on(world)
    world.universe.clock.jump(10)
    world.only_sweep()
    assert world.faults() == []


def test_a_slow_failing_amocrm(world):
    world.universe.switches.turn({"fail_share": 0.3, "fail_status": 504})
    world.play(30)
    for _ in range(6):
        world.pass_time(600)
    world.universe.switches.turn({"fail_share": 0.0})
    world.pass_time(HOUR)
    assert world.faults() == []


def test_the_refresh_whose_answer_was_lost_asks_for_a_person_and_heals(world):
    world.universe.switches.turn({"refresh_answer_lost": True})
    world.play(20)
    world.pass_time(2 * DAY)
    world.pass_time(HOUR)
    assert world.stored().state == State.RECONNECT_REQUIRED
    world.install()
    world.pass_time(10)
    world.pass_time(HOUR)
    assert world.faults() == []
