"""What one action does to many entities, and to the account itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.account import Refused

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk


@pytest.fixture
def leads(world: SimpleNamespace) -> list[int]:
    place = {"pipeline_id": world.pipeline, "status_id": world.stages[0], "responsible_user_id": world.anna}
    return [world.account.create_lead(world.admin, **place) for _ in range(120)]


@pytest.fixture
def subscribed(amo: Talk) -> None:
    """Somebody listens to hand-overs, in vain."""
    hook = {"destination": "http://127.0.0.1:9/hook", "settings": ["responsible_lead"]}
    assert amo.ask("POST", "webhooks", json=hook).ok


def sizes_sent(world: SimpleNamespace) -> list[int]:
    """Send what waits and return how many items each first attempt carried, in order."""
    world.universe.deliveries.flush()
    return sorted(each.items for each in world.universe.deliveries.attempts() if each.attempt == 1)


@pytest.mark.usefixtures("subscribed")
def test_a_bulk_hand_over_is_one_action_whose_hooks_travel_together(world: SimpleNamespace, leads: list[int]) -> None:
    world.switches.turn({"hook_latency_ms": 500})
    world.account.delete_lead(leads[0], world.admin)
    assert world.account.reassign_leads(leads, world.admin, responsible_user_id=world.boris) == 119
    assert sizes_sent(world) == [19, 50, 50]
    assert {world.account.leads[lead]["responsible_user_id"] for lead in leads[1:]} == {world.boris}
    changes = [event for event in world.account.events if event["type"] == "entity_responsible_changed"]
    assert [event["entity_id"] for event in changes] == leads[1:]


@pytest.mark.usefixtures("subscribed")
def test_a_single_change_after_a_mass_action_travels_alone(world: SimpleNamespace, leads: list[int]) -> None:
    world.switches.turn({"hook_latency_ms": 500})
    world.account.reassign_leads(leads[:3], world.admin, responsible_user_id=world.boris)
    world.account.change_lead(leads[5], world.admin, responsible_user_id=world.boris)
    assert sizes_sent(world) == [1, 3]


def test_a_deleted_stage_sends_its_leads_to_another(world: SimpleNamespace, leads: list[int], amo: Talk) -> None:
    first, second = world.stages[:2]
    assert world.account.delete_status(world.pipeline, first, world.admin, move_to=second) == 120
    assert {world.account.leads[lead]["status_id"] for lead in leads} == {second}
    (shown,) = amo.rows("leads/pipelines")
    assert first not in {status["id"] for status in shown["_embedded"]["statuses"]}
    moves = [event for event in world.account.events if event["type"] == "lead_status_changed"]
    assert len(moves) == 120


def test_what_no_pipeline_can_be_without_stays(world: SimpleNamespace) -> None:
    unsorted = world.account.unsorted_status(world.pipeline)
    for status in (unsorted, 142, 143, world.stages[0], 5):
        with pytest.raises(Refused):
            world.account.delete_status(world.pipeline, status, world.admin, move_to=world.stages[0])


def test_many_duplicates_merge_at_once(world: SimpleNamespace, leads: list[int]) -> None:
    world.account.merge_many(zip(leads[:50], leads[50:100], strict=True), world.admin)
    assert [world.account.leads[lead]["merged_into"] for lead in leads[50:100]] == leads[:50]


def test_an_archived_pipeline_is_listed_as_such(world: SimpleNamespace, amo: Talk) -> None:
    other = world.account.add_pipeline("Partners", ["Talks"])
    world.account.archive_pipeline(other)
    assert {row["id"]: row["is_archive"] for row in amo.rows("leads/pipelines")} == {world.pipeline: False, other: True}
    with pytest.raises(Refused):
        world.account.archive_pipeline(world.pipeline)


def test_the_settings_of_an_account_change(world: SimpleNamespace, amo: Talk) -> None:
    world.account.change_settings(timezone="Asia/Vladivostok", currency="USD")
    shown = amo.get("account?with=datetime_settings").json()
    assert (shown["currency"], shown["_embedded"]["datetime_settings"]["timezone"]) == ("USD", "Asia/Vladivostok")
    for wrong in ("Asia/Nowhere", "../etc"):
        with pytest.raises(Refused):
            world.account.change_settings(timezone=wrong)


def test_a_demoted_admins_grant_keeps_its_power_unless_amocrm_is_stricter(world: SimpleNamespace, amo: Talk) -> None:
    other = world.account.add_user("Other admin", is_admin=True)
    world.account.change_user(world.admin, is_admin=False)
    assert amo.get("users").status_code == 200
    world.switches.turn({"demotion_weakens_grant": True})
    assert amo.get("users").status_code == 403
    assert world.talk(other).get("users").status_code == 200
