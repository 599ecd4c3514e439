"""Who belongs to whom, read and written from every side; and what accounts have none of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.test_rest_writing import new_lead, post

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk


def linked(amo: Talk, path: str) -> set[tuple[str, int]]:
    return {(row["to_entity_type"], row["to_entity_id"]) for row in amo.rows(path)}


def embedded(amo: Talk, path: str, kind: str) -> list[int]:
    return [row["id"] for row in amo.get(path).json()["_embedded"][kind]]


@pytest.mark.parametrize("side", ["contacts", "companies"])
def test_a_contact_joins_a_company_from_either_side(world: SimpleNamespace, amo: Talk, side: str) -> None:
    contact = world.account.create_contact(world.anna, name="Ivan")
    company = world.account.create_company(world.anna, name="Doors")
    own, other = (contact, company) if side == "contacts" else (company, contact)
    target = {"to_entity_id": other, "to_entity_type": "companies" if side == "contacts" else "contacts"}
    amo.ask("POST", f"{side}/{own}/link", json=[target])
    assert linked(amo, f"contacts/{contact}/links") == {("companies", company)}
    assert linked(amo, f"companies/{company}/links") == {("contacts", contact)}
    assert embedded(amo, f"contacts/{contact}", "companies") == [company]
    assert embedded(amo, f"companies/{company}?with=contacts", "contacts") == [contact]
    (event,) = amo.rows("events?filter[type]=entity_linked")
    assert event["value_after"] == [{"link": {"entity": {"type": "company", "id": company}}}]
    assert amo.ask("POST", f"{side}/{own}/unlink", json=[target]).status_code == 204
    assert linked(amo, f"contacts/{contact}/links") == set()


def test_links_are_chosen_by_what_they_lead_to(world: SimpleNamespace, amo: Talk) -> None:
    contact = world.account.create_contact(world.anna, name="Ivan")
    company = world.account.create_company(world.anna, name="Doors")
    lead = new_lead(world, contact_id=contact, company_id=company)
    path = f"leads/{lead}/links"
    assert linked(amo, path) == {("contacts", contact), ("companies", company)}
    assert linked(amo, f"{path}?filter[to_entity_id]={company}&filter[to_entity_type]=companies") == {
        ("companies", company)
    }


def test_a_contact_comes_with_its_company(world: SimpleNamespace, amo: Talk) -> None:
    company = world.account.create_company(world.anna, name="Doors")
    (made,) = post(amo, "contacts", {"name": "Ivan", "_embedded": {"companies": [{"id": company}]}})
    assert embedded(amo, f"contacts/{made['id']}", "companies") == [company]
    wrong: dict[str, Any] = {"name": "Ivan", "_embedded": {"companies": [{"id": 5}]}}
    assert amo.ask("POST", "contacts", json=[wrong]).status_code == 400


def test_a_complex_lead_joins_its_contact_to_its_company(amo: Talk) -> None:
    parts = {"contacts": [{"first_name": "Ivan"}], "companies": [{"name": "Doors"}]}
    (made,) = amo.ask("POST", "leads/complex", json=[{"name": "A", "_embedded": parts}]).json()
    assert embedded(amo, f"contacts/{made['contact_id']}", "companies") == [made["company_id"]]


@pytest.mark.parametrize("path", ["sources", "catalogs", "catalogs/5/elements", "customers", "customers/transactions"])
def test_what_the_account_has_none_of_is_empty(amo: Talk, path: str) -> None:
    answer = amo.get(path)
    assert (answer.status_code, answer.content) == (204, b"")


def test_customers_are_listed_where_there_are_any(world: SimpleNamespace, amo: Talk) -> None:
    customer_id = world.account.create_customer(world.anna, name="Regular")
    (row,) = amo.rows("customers?with=contacts,companies&filter[name]=regular")
    assert (row["id"], row["name"], row["responsible_user_id"]) == (customer_id, "Regular", world.anna)
    assert row["_embedded"] == {"segments": [], "tags": [], "contacts": [], "companies": []}
    assert (row["ltv"], row["purchases_count"], row["average_check"], row["is_deleted"]) == (0, 0, 0, False)
    assert amo.get(f"customers/{customer_id}").json()["id"] == customer_id
    assert amo.get("customers/5").status_code == 204
    world.switches.customers_mode = "unavailable"
    assert [amo.get(path).status_code for path in ("customers", f"customers/{customer_id}")] == [402, 402]


def test_talks_are_unknown(amo: Talk) -> None:
    assert amo.get("talks/5").status_code == 404
