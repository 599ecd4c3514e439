"""One person changes many entities at once: whatever the hooks tell of it, the numbers are the oracle's."""

from __future__ import annotations

import pytest

HOOKS = pytest.mark.parametrize("lost", [0.0, 0.3, 1.0], ids=["hooks-arrive", "some-lost", "all-lost"])


def crowd(world, size):
    """Return so many open leads of the main pipeline's first stage, known to Pulse."""
    account = world.account
    pipeline, stage = account.main_pipeline(), account.first_status(account.main_pipeline())
    world.universe.switches.turn({"hook_lost": 1.0})
    owners = [user["id"] for user in account.users.values()]
    place = {"pipeline_id": pipeline, "status_id": stage}
    leads = [
        account.create_lead(owners[number % 3], price=number * 10, responsible_user_id=owners[number % 3], **place)
        for number in range(size)
    ]
    world.only_sweep()
    return leads


def come_to_rest(world, lost):
    world.deliver()
    if lost:
        world.only_sweep()
    assert world.faults() == []


@HOOKS
def test_a_bulk_hand_over(world, lost, full):
    leads = crowd(world, 5000 if full else 300)
    world.universe.switches.turn({"hook_lost": lost})
    heir = list(world.account.users)[-1]
    assert world.account.reassign_leads(leads, world.admin, responsible_user_id=heir) == len(leads)
    come_to_rest(world, lost)
    assert world.lead(leads[-1]).responsible_user_id == heir


@HOOKS
def test_a_stage_that_is_deleted_with_mass_moves(world, lost, full):
    leads = crowd(world, 2000 if full else 200)
    account, pipeline = world.account, world.account.main_pipeline()
    first, second = (status["id"] for status in account.statuses(pipeline)[1:3])
    world.universe.switches.turn({"hook_lost": lost})
    assert account.delete_status(pipeline, first, world.admin, move_to=second) >= len(leads)
    come_to_rest(world, lost)
    world.look_at_the_frame()
    assert world.faults() == []
    assert world.lead(leads[0]).status_id == second


@pytest.mark.parametrize("told", ["hook", "event", "neither"])
@pytest.mark.parametrize("in_trash", [True, False], ids=["in-trash", "gone"])
def test_a_mass_merge(world, told, in_trash, full):
    leads = crowd(world, 800 if full else 60)
    half = len(leads) // 2
    lost = 0.0 if told == "hook" else 1.0
    world.universe.switches.turn(
        {"hook_lost": lost, "merge_delete_event": told != "neither", "merge_in_trash": in_trash}
    )
    world.account.merge_many(zip(leads[:half], leads[half:], strict=True), world.admin)
    world.deliver()
    if told == "neither":
        world.full_pass()
    else:
        world.only_sweep()
    assert world.faults() == []
    assert world.lead(leads[-1]).is_deleted
