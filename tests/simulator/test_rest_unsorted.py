"""«Неразобранное»: leads that come by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk

FORM = {"source_uid": "u", "source_name": "Site", "metadata": {"form_id": "1", "form_name": "Order"}}


def test_a_form_comes_in_and_is_accepted(world: SimpleNamespace, amo: Talk) -> None:
    row = {**FORM, "_embedded": {"leads": [{"name": "Order", "price": 50}], "contacts": [{"name": "Ivan"}]}}
    (made,) = amo.ask("POST", "leads/unsorted/forms", json=[row]).json()["_embedded"]["unsorted"]
    (waiting,) = amo.rows("leads/unsorted?filter[category][]=forms")
    assert waiting["uid"] == made["uid"]
    assert set(waiting) == {
        *("uid", "source_uid", "source_name", "category", "pipeline_id", "created_at", "metadata"),
        *("account_id", "_links", "_embedded"),
    }
    lead_id = waiting["_embedded"]["leads"][0]["id"]
    lead = amo.get(f"leads/{lead_id}").json()
    assert lead["status_id"] == world.account.unsorted_status(world.pipeline)
    assert (lead["price"], lead["responsible_user_id"], lead["created_by"]) == (50, 0, 0)
    world.clock.jump(90)
    body = {"user_id": world.anna, "status_id": world.stages[1]}
    assert amo.ask("POST", f"leads/unsorted/{made['uid']}/accept", json=body).status_code == 200
    lead = amo.get(f"leads/{lead_id}").json()
    assert (lead["status_id"], lead["responsible_user_id"]) == (world.stages[1], world.anna)
    assert amo.rows("leads/unsorted") == []
    assert amo.ask("POST", f"leads/unsorted/{made['uid']}/accept", json=body).status_code == 404
    summary = amo.get("leads/unsorted/summary").json()
    assert [summary[name] for name in ("total", "accepted", "declined", "average_sort_time")] == [1, 1, 0, 90]
    assert summary["categories"]["forms"] == {"total": 1}


def test_a_declined_lead_lies_in_the_trash(world: SimpleNamespace, amo: Talk) -> None:
    uid = world.account.add_unsorted("mail", name="Spam")
    (row,) = amo.rows("leads/unsorted")
    assert amo.ask("DELETE", f"leads/unsorted/{uid}/decline", json={"user_id": world.anna}).status_code == 200
    assert [lead["id"] for lead in amo.rows("leads?with=only_deleted")] == [row["_embedded"]["leads"][0]["id"]]


@pytest.mark.parametrize(("hook", "codes"), [("add", ["add_lead"]), ("status", ["status_lead"]), ("none", [])])
def test_which_hooks_an_acceptance_sends_is_a_switch(world: SimpleNamespace, hook: str, codes: list[str]) -> None:
    world.switches.hook_accept = hook
    uid = world.account.add_unsorted("sip")
    heard: list[str] = []
    world.account.listeners.append(lambda _, occurrence: heard.append(occurrence.code))
    world.account.accept_unsorted(uid, world.anna)
    assert heard == ["delete_unsorted", *codes]


@pytest.mark.parametrize(("choice", "owner"), [("zero", 0), ("null", None)])
def test_whose_an_unsorted_lead_is_is_a_switch(
    world: SimpleNamespace, amo: Talk, choice: str, owner: int | None
) -> None:
    world.switches.unsorted_responsible = choice
    world.account.add_unsorted("sip")
    assert amo.rows("leads")[0]["responsible_user_id"] == owner


def test_only_chats_are_linked_to_a_lead(world: SimpleNamespace, amo: Talk) -> None:
    place = {"pipeline_id": world.pipeline, "status_id": world.stages[0]}
    lead_id = world.account.create_lead(world.anna, **place)
    body = {"link": {"entity_id": lead_id, "entity_type": "leads"}}
    form, chat = (world.account.add_unsorted(category) for category in ("forms", "chats"))
    assert amo.ask("POST", f"leads/unsorted/{form}/link", json=body).status_code == 400
    assert amo.ask("POST", f"leads/unsorted/{chat}/link", json=body).status_code == 200
    assert amo.ask("POST", f"leads/unsorted/{form}/accept", json={"status_id": 5}).status_code == 400


def test_a_lead_sorted_by_hand_no_longer_waits(world: SimpleNamespace, amo: Talk) -> None:
    for name in ("moved", "deleted"):
        world.account.add_unsorted("forms", name=name)
    moved, deleted = (row["_embedded"]["leads"][0]["id"] for row in amo.rows("leads/unsorted"))
    amo.ask("PATCH", f"leads/{moved}", json={"status_id": world.stages[0]})
    world.account.delete_lead(deleted, world.anna)
    assert amo.rows("leads/unsorted") == []


def test_a_call_brings_its_contact_with_the_number_and_its_company(world: SimpleNamespace, amo: Talk) -> None:
    phone = [{"field_code": "PHONE", "values": [{"value": "+7 912 000-11-22"}]}]
    inside = {"leads": [{"name": "Call"}], "contacts": [{"name": "Ivan", "custom_fields_values": phone}]}
    row = {
        "source_uid": "a",
        "source_name": "b",
        "metadata": {},
        "_embedded": {**inside, "companies": [{"name": "Co"}]},
    }
    made = amo.ask("POST", "leads/unsorted/sip", json=[row]).json()["_embedded"]["unsorted"][0]["_embedded"]
    lead_id = made["leads"][0]["id"]
    assert world.account.companies[made["companies"][0]["id"]]["name"] == "Co"
    call = {"direction": "inbound", "duration": 5, "source": "s", "phone": "89120001122"}
    told = amo.ask("POST", "calls", json=[call]).json()["_embedded"]["calls"][0]
    assert (told["entity_type"], told["entity_id"]) == ("lead", lead_id)
    row["_embedded"] = {"contacts": [{"custom_fields_values": [{"field_code": "NONE", "values": []}]}]}
    assert amo.ask("POST", "leads/unsorted/sip", json=[row]).status_code == 400
