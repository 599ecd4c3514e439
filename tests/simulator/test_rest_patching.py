"""A PATCH changes what it names and nothing else, and every field's change leaves its event and its hook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from simulator.hooks.bodies import encode
from tests.simulator.test_rest_writing import new_lead, post

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk


def patch(amo: Talk, path: str, body: Any) -> Any:
    answer = amo.ask("PATCH", path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def value_of(row: dict[str, Any]) -> dict[int, Any]:
    return {field["field_id"]: field["values"][0]["value"] for field in row["custom_fields_values"] or []}


@pytest.mark.parametrize("kind", ["leads", "contacts", "companies"])
def test_custom_fields_that_a_patch_does_not_name_stay(world: SimpleNamespace, amo: Talk, kind: str) -> None:
    city, source = (world.account.add_custom_field(kind, name) for name in ("City", "Source"))
    both = [{"field_id": city, "values": [{"value": "Omsk"}]}, {"field_id": source, "values": [{"value": "Ads"}]}]
    (made,) = post(amo, kind, {"name": "A", "custom_fields_values": both})
    path = f"{kind}/{made['id']}"
    patch(amo, path, {"custom_fields_values": [{"field_id": city, "values": [{"value": "Tomsk"}]}]})
    assert value_of(amo.get(path).json()) == {city: "Tomsk", source: "Ads"}
    patch(amo, path, {"custom_fields_values": [{"field_id": city, "values": None}]})
    assert value_of(amo.get(path).json()) == {source: "Ads"}
    patch(amo, path, {"custom_fields_values": None, "name": "B"})
    assert value_of(amo.get(path).json()) == {source: "Ads"}


def test_a_changed_field_leaves_an_event_of_its_own_type(world: SimpleNamespace, amo: Talk) -> None:
    field = world.account.add_custom_field("leads", "Size", "select")
    lead_id = new_lead(world)
    patch(
        amo,
        f"leads/{lead_id}",
        {"custom_fields_values": [{"field_id": field, "values": [{"value": "L", "enum_id": 3}]}]},
    )
    (event,) = amo.rows(f"events?filter[type]=custom_field_{field}_value_changed")
    assert event["value_before"] == []
    value = {"field_id": field, "field_type": 4, "enum_id": 3, "text": "L"}
    assert event["value_after"] == [{"custom_field_value": value}]
    assert amo.rows("events?filter[type][]=custom_field_value_changed") == [event]
    assert amo.rows(
        f"events?filter[type]=custom_field_{field}_value_changed&filter[value_after][custom_field_values]=3"
    )


def test_a_cleared_field_comes_in_the_hook_without_values(world: SimpleNamespace, amo: Talk) -> None:
    field = world.account.add_custom_field("leads", "Size")
    lead_id = new_lead(world)
    patch(amo, f"leads/{lead_id}", {"custom_fields_values": [{"field_id": field, "values": [{"value": "L"}]}]})
    told: list[Any] = []
    world.account.listeners.append(lambda _, occurrence: told.append(occurrence))
    patch(amo, f"leads/{lead_id}", {"custom_fields_values": [{"field_id": field, "values": []}]})
    body = parse_qs(encode(told, world.account).decode())
    assert body["leads[update][0][custom_fields][0][name]"] == ["Size"]
    assert not [key for key in body if "[values]" in key]


@pytest.mark.parametrize("kind", ["leads", "contacts", "companies", "tasks"])
def test_every_answer_of_a_batch_names_its_request(amo: Talk, kind: str) -> None:
    new = {"text": "call", "complete_till": 1_800_000_000} if kind == "tasks" else {"name": "A"}
    ids = [row["id"] for row in post(amo, kind, new, new)]
    field = "text" if kind == "tasks" else "name"
    sent = [{"id": ids[0], field: "B"}, {"id": ids[1], field: "C", "request_id": "mine"}]
    rows = patch(amo, kind, sent)["_embedded"][kind]
    assert [(row["id"], row["request_id"]) for row in rows] == [(ids[0], "0"), (ids[1], "mine")]
    assert all({"updated_at", "_links"} <= row.keys() for row in rows)


def test_tags_of_a_contact_are_added_deleted_and_replaced(amo: Talk) -> None:
    (made,) = post(amo, "contacts", {"name": "Ivan", "_embedded": {"tags": [{"name": "a"}, {"name": "b"}]}})
    path = f"contacts/{made['id']}"

    def after(body: dict[str, Any]) -> list[str]:
        patch(amo, path, body)
        return [tag["name"] for tag in amo.get(path).json()["_embedded"]["tags"]]

    assert after({"tags_to_add": [{"name": "c"}], "tags_to_delete": [{"name": "a"}]}) == ["b", "c"]
    assert after({"_embedded": {"tags": [{"name": "d"}]}}) == ["d"]
    assert after({"name": "Pyotr"}) == ["d"]


def test_the_parts_of_a_contacts_name_agree(amo: Talk) -> None:
    (made,) = post(amo, "contacts", {"first_name": "Ivan", "last_name": "Petrov"})
    path = f"contacts/{made['id']}"

    def after(body: dict[str, Any]) -> tuple[str, str, str]:
        patch(amo, path, body)
        row = amo.get(path).json()
        return row["name"], row["first_name"], row["last_name"]

    assert after({"last_name": "Orlov"}) == ("Ivan Orlov", "Ivan", "Orlov")
    assert after({"name": "Anna Belova"}) == ("Anna Belova", "Anna", "Belova")


def test_notes_are_changed_in_a_batch_too(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world)
    new = {"entity_id": lead_id, "note_type": "common", "params": {"text": "a"}}
    ids = [row["id"] for row in post(amo, "leads/notes", new, new)]
    rows = patch(amo, "leads/notes", [{"id": note_id, "params": {"text": "b"}} for note_id in ids])["_embedded"][
        "notes"
    ]
    assert [(row["id"], row["request_id"]) for row in rows] == [(ids[0], "0"), (ids[1], "1")]
    assert {row["params"]["text"] for row in amo.rows(f"leads/{lead_id}/notes")} == {"b"}
    assert amo.ask("PATCH", "contacts/notes", json=[{"id": ids[0], "params": {}}]).status_code == 400


@pytest.mark.parametrize("named", [True, False])
def test_whether_an_updated_lead_names_its_old_owner_is_a_switch(world: SimpleNamespace, *, named: bool) -> None:
    world.switches.turn({"hook_update_old_owner": named})
    lead_id, told = new_lead(world), list[Any]()
    world.account.listeners.append(lambda _, occurrence: told.append(occurrence))
    world.account.change_lead(lead_id, world.admin, responsible_user_id=world.boris)
    body = parse_qs(encode(told, world.account).decode())
    assert ("leads[update][0][old_responsible_user_id]" in body) is named
    assert body["leads[responsible][0][old_responsible_user_id]"] == [str(world.anna)]
