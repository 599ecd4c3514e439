"""Writing by API v4: what is saved, what is answered, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.conftest import START, Talk

if TYPE_CHECKING:
    from types import SimpleNamespace


def post(amo: Talk, path: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    answer = amo.ask("POST", path, json=list(rows))
    assert answer.status_code == 200, answer.text
    (made,) = answer.json()["_embedded"].values()
    return list(made)


def new_lead(world: SimpleNamespace, **fields: Any) -> int:
    place = {"pipeline_id": world.pipeline, "status_id": world.stages[0], "responsible_user_id": world.anna}
    return int(world.account.create_lead(world.anna, **place | fields))


def test_a_created_lead_falls_into_the_first_stage(world: SimpleNamespace, amo: Talk) -> None:
    first, second = post(amo, "leads", {"name": "A", "price": 100}, {"request_id": "mine"})
    assert (first["request_id"], second["request_id"]) == ("0", "mine")
    lead = amo.get(f"leads/{first['id']}").json()
    assert (lead["pipeline_id"], lead["status_id"]) == (world.pipeline, world.stages[0])
    assert (lead["created_by"], lead["responsible_user_id"], lead["price"]) == (world.admin, world.admin, 100)
    assert amo.get(f"leads/{second['id']}").json()["name"] == f"Сделка #{second['id']}"


def test_an_import_may_back_date_a_lead(amo: Talk) -> None:
    (made,) = post(amo, "leads", {"name": "old", "created_at": START - 9999, "created_by": 0})
    lead = amo.get(f"leads/{made['id']}").json()
    assert (lead["created_at"], lead["created_by"]) == (START - 9999, 0)
    (event,) = amo.rows("events?filter[type]=lead_added")
    assert event["created_at"] == START


def test_closing_and_reopening_move_closed_at(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world)
    world.clock.jump(10)
    answer = amo.ask("PATCH", f"leads/{lead_id}", json={"status_id": 142})
    assert answer.json()["updated_at"] == START + 10
    assert amo.get(f"leads/{lead_id}").json()["closed_at"] == START + 10
    amo.ask("PATCH", f"leads/{lead_id}", json={"status_id": world.stages[1]})
    assert amo.get(f"leads/{lead_id}").json()["closed_at"] is None
    world.switches.closed_at_on_reopening = "keep"
    amo.ask("PATCH", "leads", json=[{"id": lead_id, "status_id": 142}, {"id": lead_id, "status_id": world.stages[1]}])
    assert amo.get(f"leads/{lead_id}").json()["closed_at"] == START + 10


@pytest.mark.parametrize(("switch", "left"), [("clear", 0), ("keep", 1)])
def test_what_reopening_does_to_the_loss_reason_is_a_switch(
    world: SimpleNamespace, amo: Talk, switch: str, left: int
) -> None:
    world.switches.loss_reason_on_reopening = switch
    reason = world.account.add_loss_reason("Price")
    lead_id = new_lead(world)
    amo.ask("PATCH", f"leads/{lead_id}", json={"status_id": 143, "loss_reason_id": reason})
    amo.ask("PATCH", f"leads/{lead_id}", json={"status_id": world.stages[0]})
    assert amo.get(f"leads/{lead_id}").json()["loss_reason_id"] == [None, reason][left]


def test_the_author_of_a_write_is_the_granting_user_unless_named(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world)
    amo.ask("PATCH", f"leads/{lead_id}", json={"price": 5})
    assert amo.get(f"leads/{lead_id}").json()["updated_by"] == world.admin
    amo.ask("PATCH", f"leads/{lead_id}", json={"price": 6, "updated_by": 0})
    assert amo.get(f"leads/{lead_id}").json()["updated_by"] == 0
    authors = [row["created_by"] for row in amo.rows("events?filter[type]=sale_field_changed")]
    assert authors == [0, world.admin]


def test_tags_are_added_and_taken_away(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world, tags=["old", "kept"])
    amo.ask("PATCH", f"leads/{lead_id}", json={"tags_to_add": [{"name": "new"}], "tags_to_delete": [{"name": "old"}]})
    tags = amo.get(f"leads/{lead_id}").json()["_embedded"]["tags"]
    assert [tag["name"] for tag in tags] == ["kept", "new"]
    amo.ask("PATCH", f"leads/{lead_id}", json={"_embedded": {"tags": [{"id": tags[0]["id"]}]}})
    assert [tag["name"] for tag in amo.get(f"leads/{lead_id}").json()["_embedded"]["tags"]] == ["kept"]


def test_complex_makes_the_contact_and_company_too(amo: Talk) -> None:
    parts = {
        "contacts": [{"first_name": "Ivan", "last_name": "Petrov"}],
        "companies": [{"name": "Firm"}],
    }
    answer = amo.ask("POST", "leads/complex", json=[{"name": "Deal", "request_id": "q", "_embedded": parts}])
    (made,) = answer.json()
    assert (made["request_id"], made["merged"]) == (["q"], False)
    lead = amo.get(f"leads/{made['id']}?with=contacts").json()
    assert lead["_embedded"]["contacts"][0]["id"] == made["contact_id"]
    assert lead["_embedded"]["companies"][0]["id"] == made["company_id"]
    assert amo.get(f"contacts/{made['contact_id']}").json()["name"] == "Ivan Petrov"
    assert amo.ask("POST", "leads/complex", json=[{"name": "x"}] * 51).status_code == 422


@pytest.mark.parametrize(
    ("row", "code", "path"),
    [
        ({"price": "1500"}, "InvalidType", "price"),
        ({"price": 15.5}, "InvalidType", "price"),
        ({"name": 5}, "InvalidType", "name"),
        ({"status_id": 777}, "NotSupportedChoice", "status_id"),
        ({"pipeline_id": 777}, "NotSupportedChoice", "pipeline_id"),
        ({"responsible_user_id": 10**15}, "NotSupportedChoice", "responsible_user_id"),
        ({"created_at": -1}, "InvalidType", "created_at"),
        ({"closed_at": 10**30}, "InvalidType", "closed_at"),
        ({"loss_reason_id": 5, "status_id": 143}, "NotSupportedChoice", "loss_reason_id"),
        (
            {"custom_fields_values": [{"field_id": 9, "values": [{"value": 1}]}]},
            "NotSupportedChoice",
            "custom_fields_values.0.field_id",
        ),
        ({"_embedded": {"contacts": [{"id": 9}]}}, "NotSupportedChoice", "_embedded.contacts.0.id"),
    ],
)
def test_a_refused_field_is_named_with_its_request(
    world: SimpleNamespace, amo: Talk, row: dict[str, Any], code: str, path: str
) -> None:
    answer = amo.ask("POST", "leads", json=[{"name": "good"}, row])
    assert answer.status_code == 400
    body = answer.json()
    assert (body["title"], body["status"], body["detail"]) == ("Bad Request", 400, "Request validation failed")
    (entry,) = body["validation-errors"]
    assert entry["request_id"] == "1"
    assert (entry["errors"][0]["code"], entry["errors"][0]["path"]) == (code, path)
    assert world.account.leads == {}


def test_a_write_is_not_empty_nor_above_250(amo: Talk) -> None:
    empty = amo.ask("POST", "leads", json=[])
    assert (empty.status_code, empty.json()["detail"]) == (400, "Request data can not be empty")
    many = amo.ask("POST", "leads", json=[{"name": "x"}] * 251)
    assert (many.status_code, many.json()["detail"]) == (422, "Limit 250 per page")


def test_a_patch_of_what_is_not_there_is_refused(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world)
    world.account.delete_lead(lead_id, world.anna)
    for path in (f"leads/{lead_id}", "leads/1", "contacts/1", "tasks/1"):
        assert amo.ask("PATCH", path, json={"responsible_user_id": world.anna}).status_code == 400


def test_a_task_is_set_moved_completed_and_reopened(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world)
    row = {"text": "Call", "complete_till": START + 60, "entity_id": lead_id, "entity_type": "leads"}
    (made,) = post(amo, "tasks", row)
    path = f"tasks/{made['id']}"
    amo.ask("PATCH", path, json={"complete_till": START + 90})
    amo.ask("PATCH", path, json={"is_completed": True, "result": {"text": "yes"}})
    task = amo.get(path).json()
    assert (task["complete_till"], task["is_completed"], task["result"]) == (START + 90, True, {"text": "yes"})
    amo.ask("PATCH", path, json={"is_completed": False})
    assert amo.get(path).json()["is_completed"] is False
    types = [row["type"] for row in amo.rows("events?filter[entity]=task")]
    assert sorted(types) == ["task_added", "task_completed", "task_deadline_changed", "task_result_added"]
    assert amo.ask("POST", "tasks", json=[{"text": "x"}]).status_code == 400
    bad = {**row, "entity_id": 1}
    assert amo.ask("POST", "tasks", json=[bad]).json()["validation-errors"][0]["errors"][0]["path"] == "entity_id"


def test_a_call_finds_its_place_by_the_last_ten_digits(world: SimpleNamespace, amo: Talk) -> None:
    contact = world.account.create_contact(world.anna, name="Ivan", phone="8 (912) 345-67-89")
    call = {"direction": "inbound", "duration": 61, "source": "pbx", "phone": "+79123456789", "call_status": 4}
    body = amo.ask("POST", "calls", json=[call, call | {"phone": "+70000000000"}]).json()
    (made,) = body["_embedded"]["calls"]
    assert (made["entity_type"], made["entity_id"], body["_total_items"]) == ("contact", contact, 1)
    assert [error["request_id"] for error in body["errors"]] == ["1"]
    lead_id = new_lead(world, contact_id=contact)
    (made,) = amo.ask("POST", "calls", json=[call]).json()["_embedded"]["calls"]
    assert (made["entity_type"], made["entity_id"]) == ("lead", lead_id)
    assert {row["type"] for row in amo.rows("events?filter[type]=incoming_call")} == {"incoming_call"}
    assert amo.ask("POST", "calls", json=[call | {"duration": "61"}]).status_code == 400


def test_contacts_and_companies_are_changed(world: SimpleNamespace, amo: Talk) -> None:
    (contact,) = post(
        amo, "contacts", {"name": "Ivan", "custom_fields_values": [{"field_code": "PHONE", "values": [{"value": "1"}]}]}
    )
    amo.ask("PATCH", f"contacts/{contact['id']}", json={"name": "Petr", "responsible_user_id": world.boris})
    row = amo.get(f"contacts/{contact['id']}").json()
    assert (row["name"], row["responsible_user_id"], row["group_id"]) == ("Petr", world.boris, world.group)
    assert row["custom_fields_values"][0]["field_type"] == "multitext"
    (firm,) = post(amo, "companies", {"name": "Firm"})
    assert "first_name" not in amo.get(f"companies/{firm['id']}").json()
