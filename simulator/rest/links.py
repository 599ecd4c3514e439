"""Links between entities (M:crm_platform/entity-links-api.md), and who watches a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.rest.listing import asked, ids, link, page, tests_of, whole, words
from simulator.rest.query import numbers
from simulator.web import Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("links", __name__)
_KIND = "<any(leads, contacts, companies):kind>"
CHECKS: dict[str, v.Check] = {
    "to_entity_id": v.integer,
    "to_entity_type": v.one_of("leads", "contacts", "companies"),
    "metadata": v.nullable(v.mapping),
}
_UNKNOWN = ("NotSupportedChoice", "The value you selected is not a valid choice.")


@routes.get(f"/{_KIND}/<int:entity_id>/links")
def links_of(kind: str, entity_id: int) -> Response:
    """List what one entity is linked to."""
    account, filter_ = caller().account, asked().filter
    tests = tests_of(filter_, {"to_entity_id": ids("to_entity_id"), "to_entity_type": words("to_entity_type")})
    with account.lock:
        if entity_id not in getattr(account, kind):
            return no_content()
        rows = [row for row in _links(kind, entity_id) if all(test(row) for test in tests)]
    return whole(rows, "links") if rows else no_content()


@routes.get(f"/{_KIND}/links")
def links(kind: str) -> Response:
    """List what several entities are linked to."""
    query, account = asked(), caller().account
    wanted = numbers(query.filter.get("entity_id", {}), "entity_id")
    with account.lock:
        rows = [
            {"entity_id": entity_id, "entity_type": kind, **row}
            for entity_id in sorted(wanted)
            if entity_id in getattr(account, kind)
            for row in _links(kind, entity_id)
        ]
    return page(rows, query, "links", dict)


@routes.post(f"/{_KIND}/<int:entity_id>/<any(link, unlink):action>")
def change_links(kind: str, entity_id: int, action: str) -> Response:
    """Link or unlink two of a lead, a contact and a company, named from either side."""
    rows, account = v.batch(), caller().account
    v.check(rows, CHECKS, required=("to_entity_id", "to_entity_type"))
    faults = v.Faults()
    for index, row in enumerate(rows):
        other = getattr(account, row["to_entity_type"]).get(row["to_entity_id"])
        if other is None or other["is_deleted"] or kind == row["to_entity_type"]:
            faults.add(v.request_id_of(row, index), "to_entity_id", _UNKNOWN)
    faults.raise_any()
    if entity_id not in getattr(account, kind):
        raise Problem(404, f"Cannot {action} {kind} {entity_id}")
    for row in rows:
        _change(kind, entity_id, row, links=action == "link")
    if action == "unlink":
        return no_content()
    made = [{"entity_id": entity_id, "entity_type": kind, "metadata": None, **row} for row in rows]
    return json_response(
        {"_total_items": len(made), "_links": link(f"{kind}/{entity_id}/links"), "_embedded": {"links": made}}
    )


@routes.get("/leads/<int:lead_id>/subscriptions")
def subscriptions(lead_id: int) -> Response:
    """List who watches a lead: its responsible user."""
    lead = caller().account.leads.get(lead_id)
    if lead is None or not lead["responsible_user_id"]:
        return no_content()
    return whole([{"subscriber_id": lead["responsible_user_id"], "type": "user"}], "subscriptions")


def _change(kind: str, entity_id: int, row: Row, *, links: bool) -> None:
    account, by = caller().account, caller().user_id
    sides = {kind: entity_id, row["to_entity_type"]: row["to_entity_id"]}
    if "leads" in sides:
        lead_id = sides.pop("leads")
        ((other_kind, other_id),) = sides.items()
        change = account.link_lead if links else account.unlink_lead
        change(lead_id, other_kind, other_id, by)
    else:
        account.join_company(sides["contacts"], sides["companies"] if links else None, by)


def _links(kind: str, entity_id: int) -> list[Row]:
    account = caller().account
    if kind == "leads":
        inside = account.leads[entity_id]["_embedded"]
        contacts = [_link("contacts", each["id"], {"main_contact": each["is_main"]}) for each in inside["contacts"]]
        return contacts + [_link("companies", each["id"], None) for each in inside["companies"]]
    leads = [lead for lead in account.leads.values() if not lead["is_deleted"]]
    links = [_link("leads", lead["id"], None) for lead in leads if _is_linked(lead, kind, entity_id)]
    if kind == "companies":
        return links + [_link("contacts", each["id"], None) for each in account.contacts_of(entity_id)]
    companies = account.contacts[entity_id]["_embedded"]["companies"]
    return links + [_link("companies", each["id"], None) for each in companies]


def _is_linked(lead: Row, kind: str, entity_id: int) -> bool:
    return any(each["id"] == entity_id for each in lead["_embedded"][kind])


def _link(kind: str, entity_id: int, metadata: Row | None) -> Row:
    return {"to_entity_id": entity_id, "to_entity_type": kind, "metadata": metadata}
