"""Unsorted leads: list, accept, decline, link, summary, add (M:crm_platform/unsorted-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from simulator.crm.unsorted import CATEGORIES
from simulator.rest import shapes
from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.rest.custom_fields import read_custom_fields
from simulator.rest.listing import Condition, asked, between, choose, ids, link, page, tests_of, words
from simulator.rest.writes import check_custom_fields
from simulator.web import Problem, json_response

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("unsorted", __name__)
_ORDERS = frozenset({"created_at", "updated_at"})
_CONDITIONS: dict[str, Condition] = {
    "uid": words("uid"),
    "category": words("category"),
    "pipeline_id": ids("pipeline_id"),
}
CHECKS: dict[str, v.Check] = {
    "source_uid": v.text,
    "source_name": v.text,
    "pipeline_id": v.integer,
    "created_at": v.moment,
    "metadata": v.mapping,
    "_embedded": v.embedded,
}
_UNKNOWN = ("NotSupportedChoice", "The value you selected is not a valid choice.")


@routes.get("/leads/unsorted")
def unsorted() -> Response:
    """List what waits to be sorted."""
    query, who = asked(), caller()
    tests = tests_of(query.filter, _CONDITIONS)
    order = ("created_at", query.order[1]) if query.order and query.order[0] == "updated_at" else query.order
    with who.account.lock:
        rows = [{**row, "id": row["_embedded"]["leads"][0]["id"]} for row in who.account.unsorted.values()]
        chosen = choose(rows, tests, order, _ORDERS)
        return page(chosen, query, "unsorted", lambda row: _shape(row, who.base))


@routes.get("/leads/unsorted/summary")
def summary() -> Response:
    """Count what came in and what became of it."""
    who, filter_ = caller(), asked().filter
    conditions = {**_CONDITIONS, "created_at": between("created_at")}
    tests = tests_of(filter_, conditions)
    with who.account.lock:
        waiting = [row for row in who.account.unsorted.values() if all(test(row) for test in tests)]
        done = [row for row in who.account.sorted_out if all(test(row) for test in tests)]
    every = waiting + done
    times = [row["sorted_at"] - row["created_at"] for row in done]
    categories = {name: {"total": sum(row["category"] == name for row in every)} for name in sorted(CATEGORIES)}
    return json_response(
        {
            "total": len(every),
            "accepted": sum(row["action"] == "accept" for row in done),
            "declined": sum(row["action"] == "decline" for row in done),
            "average_sort_time": sum(times) // len(times) if times else 0,
            "categories": categories,
            "_links": link("leads/unsorted/summary"),
        }
    )


@routes.get("/leads/unsorted/<uid>")
def one_unsorted(uid: str) -> Response:
    """Show one unsorted lead. 404 when there is none."""
    with caller().account.lock:
        return json_response(_shape(_waiting(uid), caller().base))


@routes.post("/leads/unsorted/<any(sip, forms):category>")
def add_unsorted(category: str) -> Response:
    """Let leads come in as a telephony or a form would."""
    rows = v.batch()
    v.check(rows, CHECKS, required=("source_uid", "source_name", "metadata"))
    who, faults = caller(), v.Faults()
    for index, row in enumerate(rows):
        if row.get("pipeline_id") not in {None, *who.account.pipelines}:
            faults.add(v.request_id_of(row, index), "pipeline_id", _UNKNOWN)
        contact = _first(row.get("_embedded", {}), "contacts")
        if v.custom_fields(contact.get("custom_fields_values")):
            faults.add(v.request_id_of(row, index), "_embedded.contacts.0.custom_fields_values", _UNKNOWN)
        else:
            check_custom_fields(faults, v.request_id_of(row, index), "contacts", contact)
    faults.raise_any()
    made = []
    for index, row in enumerate(rows):
        uid = who.account.add_unsorted(category, **_fields(row))
        made.append({**_shape(who.account.unsorted[uid], who.base), "request_id": v.request_id_of(row, index)})
    return json_response({"_total_items": len(made), "_embedded": {"unsorted": made}})


@routes.post("/leads/unsorted/<uid>/accept")
def accept(uid: str) -> Response:
    """Accept into a status, for a user."""
    row, who = _optional_body({"user_id": v.integer, "status_id": v.integer}), caller()
    _waiting(uid)
    pipelines = who.account.pipelines.values()
    status_id = row.get("status_id")
    if status_id is not None and not any(status_id in each["statuses"] for each in pipelines):
        _refuse("status_id")
    if row.get("user_id") not in {None, *who.account.users}:
        _refuse("user_id")
    taken = who.account.accept_unsorted(uid, who.user_id, status_id, row.get("user_id"))
    return json_response({**_shape(taken, who.base)})


@routes.delete("/leads/unsorted/<uid>/decline")
def decline(uid: str) -> Response:
    """Decline: the lead goes to the trash."""
    row, who = _optional_body({"user_id": v.integer}), caller()
    _waiting(uid)
    taken = who.account.decline_unsorted(uid, row.get("user_id", who.user_id))
    return json_response({**_shape(taken, who.base)})


@routes.post("/leads/unsorted/<uid>/link")
def link_unsorted(uid: str) -> Response:
    """Link a chat to a lead that exists; the lead that came with it is gone."""
    row, who = v.single(), caller()
    if _waiting(uid)["category"] != "chats":
        raise Problem(400, "Only chats can be linked")
    target = row.get("link")
    lead_id = target.get("entity_id") if isinstance(target, dict) else None
    lead = who.account.leads.get(lead_id) if type(lead_id) is int else None
    if lead is None or lead["is_deleted"]:
        _refuse("link.entity_id")
    taken = who.account.decline_unsorted(uid, who.user_id)
    return json_response({**_shape(taken, who.base)})


def _optional_body(checks: dict[str, v.Check]) -> Row:
    row = v.single() if request.get_data().strip() not in {b"", b"{}", b"[]"} else {}
    v.check([row], checks)
    return row


def _fields(row: Row) -> Row:
    fields: Row = {name: row[name] for name in ("pipeline_id", "source_uid", "source_name", "metadata") if name in row}
    fields["created_at"] = row.get("created_at")
    lead, contact, company = (_first(row.get("_embedded", {}), kind) for kind in ("leads", "contacts", "companies"))
    fields["name"] = lead["name"] if isinstance(lead.get("name"), str) else ""
    fields["price"] = lead["price"] if type(lead.get("price")) is int else 0
    fields["contact_name"] = contact["name"] if isinstance(contact.get("name"), str) else ""
    fields["company_name"] = company["name"] if isinstance(company.get("name"), str) else ""
    if contact.get("custom_fields_values"):
        values = read_custom_fields(caller().account, "contacts", contact["custom_fields_values"])
        fields["contact_fields"] = {"custom_fields_values": values}
    return fields


def _first(embedded: Row, kind: str) -> Row:
    rows = embedded.get(kind) or [{}]
    first: Row = rows[0]
    return first


def _waiting(uid: str) -> Row:
    row = caller().account.unsorted.get(uid)
    if row is None:
        raise Problem(404, f"Unsorted {uid} is not found")
    return row


def _refuse(path: str) -> None:
    faults = v.Faults()
    faults.add("0", path, _UNKNOWN)
    faults.raise_any()


def _shape(row: Row, base: str) -> Row:
    return shapes.unsorted({name: value for name, value in row.items() if name != "id"}, base)
