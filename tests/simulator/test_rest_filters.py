"""Filters in every spelling that clients use, the vendor's PHP library among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.rest.query import brackets
from tests.simulator.test_rest_writing import new_lead

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def test_empty_brackets_count_as_in_php() -> None:
    pairs = [("f[a][1]", "x"), ("f[a][]", "y"), ("f[a][]", "z"), ("f[b]", "1"), ("f[b][from]", "2")]
    assert brackets(pairs) == {"f": {"a": {"1": "x", "2": "y", "3": "z"}, "b": {"from": "2"}}}


@pytest.mark.parametrize(
    "spelling",
    [
        "filter[id]={0},{1}",
        "filter[id][]={0}&filter[id][]={1}",
        "filter[id][0]={0}&filter[id][1]={1}",
        "filter%5Bid%5D%5B7%5D={0}&filter%5Bid%5D%5B%5D={1}",
        "filter[id][0]={0},{1}",
    ],
)
def test_two_ids_are_two_ids_in_every_spelling(world: SimpleNamespace, amo: Talk, spelling: str) -> None:
    first, second, _ = (new_lead(world) for _ in range(3))
    assert ids(amo.rows("leads?" + spelling.format(first, second))) == [first, second]


def test_a_comma_in_a_name_is_part_of_it(world: SimpleNamespace, amo: Talk) -> None:
    wanted = new_lead(world, name="Двери, окна")
    new_lead(world, name="Двери")
    assert ids(amo.rows("leads?filter[name]=Двери, окна")) == [wanted]
    assert ids(amo.rows("leads?filter[name][]=двери, окна")) == [wanted]


def test_a_price_is_one_or_a_range(world: SimpleNamespace, amo: Talk) -> None:
    low, high = new_lead(world, price=100), new_lead(world, price=300)
    assert ids(amo.rows("leads?filter[price]=100")) == [low]
    assert ids(amo.rows("leads?filter[price][from]=101&filter[price][to]=300")) == [high]


def test_custom_fields_filter_by_value_enum_and_range(world: SimpleNamespace, amo: Talk) -> None:
    size, kind = (world.account.add_custom_field("leads", name) for name in ("Size", "Kind"))

    def lead(number: int, enum: int) -> int:
        values = [
            {"field_id": size, "values": [{"value": number}]},
            {"field_id": kind, "values": [{"value": f"k, {enum}", "enum_id": enum}]},
        ]
        (made,) = amo.ask("POST", "leads", json=[{"custom_fields_values": values}]).json()["_embedded"]["leads"]
        return int(made["id"])

    small, large = lead(5, 11), lead(50, 12)
    asked = "leads?filter[custom_fields_values]"
    assert ids(amo.rows(f"{asked}[{size}][from]=6")) == [large]
    assert ids(amo.rows(f"{asked}[{size}][from]=5&filter[custom_fields_values][{size}][to]=49")) == [small]
    assert ids(amo.rows(f"{asked}[{kind}][]=11&filter[custom_fields_values][{kind}][]=12")) == [small, large]
    assert ids(amo.rows(f"{asked}[{kind}]=k, 12")) == [large]
    assert amo.rows(f"{asked}[{kind}]=k") == []
    assert amo.get(f"{asked}[x]=1").status_code == 400


def test_events_name_their_entities_when_asked(world: SimpleNamespace, amo: Talk) -> None:
    lead = new_lead(world, name="Door")
    world.account.create_contact(world.anna, name="Ivan")
    query = f"events?filter[entity]=lead&filter[entity_id]={lead}&filter[type]=lead_added"
    (event,) = amo.rows(f"{query}&with=contact_name,lead_name")
    assert event["_embedded"]["entity"]["name"] == "Door"
    assert amo.get(f"events/{event['id']}?with=lead_name").json()["_embedded"]["entity"]["name"] == "Door"
    (plain,) = amo.rows(f"{query}&with=contact_name")
    assert "name" not in plain["_embedded"]["entity"]


def test_a_filter_by_enums_needs_one_custom_field(amo: Talk) -> None:
    asked = "events?filter[value_after][custom_field_values]=1,2"
    assert amo.get(asked).status_code == 400
    assert amo.get(f"{asked}&filter[type]=custom_field_5_value_changed").status_code == 204


def test_a_call_without_a_number_belongs_to_nobody(world: SimpleNamespace, amo: Talk) -> None:
    world.account.create_contact(world.anna, name="Ivan", phone="-")
    call = {"direction": "inbound", "duration": 5, "source": "s", "phone": "hidden"}
    answer = amo.ask("POST", "calls", json=[call]).json()
    assert (answer["_total_items"], answer["_embedded"]["calls"], len(answer["errors"])) == (0, [], 1)
