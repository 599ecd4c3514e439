"""Contacts and companies (M:crm_platform/contacts-api.md, companies-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.rest import shapes
from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.rest.custom_fields import merged_custom_fields, read_custom_fields
from simulator.rest.field_filter import custom_field
from simulator.rest.listing import Condition, asked, between, choose, ids, link, names, page, tests_of
from simulator.rest.paid_filter import allowed
from simulator.rest.writes import UNKNOWN, check_author, check_custom_fields, check_users, names_of_tags, tags_after
from simulator.web import NO_RIGHTS, Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("contacts", __name__)
_KIND = "<any(contacts, companies):kind>"
_ORDERS = frozenset({"updated_at", "id"})
_CONDITIONS: dict[str, Condition] = {
    "id": ids("id"),
    "name": names("name"),
    "created_by": ids("created_by"),
    "updated_by": ids("updated_by"),
    "responsible_user_id": ids("responsible_user_id"),
    "created_at": between("created_at"),
    "updated_at": between("updated_at"),
    "closest_task_at": between("closest_task_at"),
    "custom_fields_values": custom_field,
}
CHECKS: dict[str, v.Check] = {
    "name": v.text,
    "first_name": v.nullable(v.text),
    "last_name": v.nullable(v.text),
    "responsible_user_id": v.integer,
    "created_by": v.integer,
    "updated_by": v.integer,
    "created_at": v.moment,
    "updated_at": v.moment,
    "custom_fields_values": v.custom_fields,
    "tags_to_add": v.items(v.tag),
    "tags_to_delete": v.items(v.tag),
    "_embedded": v.embedded,
}
_COPIED = ("name", "responsible_user_id", "created_at", "updated_at")


@routes.get(f"/{_KIND}")
def contacts(kind: str) -> Response:
    """List contacts or companies."""
    query, who = asked(), caller()
    tests = tests_of(allowed(query.filter), _CONDITIONS)
    with who.account.lock:
        rows = [row for row in who.account.visible(kind) if not row["is_deleted"] and who.sees(kind, row)]
        rows = [row for row in rows if query.search.lower() in row["name"].lower()]
        chosen = choose(rows, tests, query.order, _ORDERS)
        linked = _leads_by(kind) if "leads" in query.with_ else {}
        return page(chosen, query, kind, lambda row: _shape(kind, row, query.with_, linked))


@routes.get(f"/{_KIND}/<int:row_id>")
def contact(kind: str, row_id: int) -> Response:
    """Show one contact or company; 204 when there is none."""
    query, who = asked(), caller()
    with who.account.lock:
        row = who.account.seen(kind, row_id)
        if row is None or row["is_deleted"]:
            return no_content()
        if not who.sees(kind, row):
            raise Problem(403, NO_RIGHTS)
        return json_response(_shape(kind, row, query.with_, _leads_by(kind)))


@routes.post(f"/{_KIND}")
def create_contacts(kind: str) -> Response:
    """Create contacts or companies."""
    rows = v.batch()
    v.check(rows, CHECKS)
    check(rows, kind)
    made = []
    for index, row in enumerate(rows):
        row_id = create(kind, row)
        made.append({"id": row_id, "request_id": v.request_id_of(row, index), "_links": link(f"{kind}/{row_id}")})
    return json_response({"_links": link(kind), "_embedded": {kind: made}})


@routes.patch(f"/{_KIND}")
def change_contacts(kind: str) -> Response:
    """Change contacts or companies, each named by its id."""
    rows = v.batch()
    v.check(rows, {**CHECKS, "id": v.integer}, required=("id",))
    check(rows, kind)
    return json_response({"_links": link(kind), "_embedded": {kind: v.answered(rows, lambda row: _changed(kind, row))}})


@routes.patch(f"/{_KIND}/<int:row_id>")
def change_contact(kind: str, row_id: int) -> Response:
    """Change one contact or company."""
    row = {**v.single(), "id": row_id}
    v.check([row], CHECKS)
    check([row], kind)
    return json_response(_changed(kind, row))


def create(kind: str, row: Row) -> int:
    """Create a contact or company that was checked and return its id."""
    who = caller()
    name = row.get("name") or " ".join(filter(None, (row.get("first_name"), row.get("last_name"))))
    fields = {"name": name, **_fields(kind, row), "tags": names_of_tags(row.get("_embedded", {}).get("tags") or [])}
    fields["custom_fields_values"] = read_custom_fields(who.account, kind, row.get("custom_fields_values"))
    by = row.get("created_by", who.user_id)
    if kind == "companies":
        return who.account.create_company(by, **fields)
    with who.account.changing():
        contact_id = who.account.create_contact(by, **fields)
        for company in (row.get("_embedded", {}).get("companies") or [])[:1]:
            who.account.join_company(contact_id, company["id"], by)
        return contact_id


def _changed(kind: str, row: Row) -> Row:
    who, row_id = caller(), row["id"]
    change = who.account.change_contact if kind == "contacts" else who.account.change_company
    with who.account.changing():
        present, fields = who.account.live(kind, row_id), _fields(kind, row)
        tags = tags_after(row, [tag["name"] for tag in present["_embedded"]["tags"]])
        if tags is not None:
            fields["tags"] = tags
        if row.get("custom_fields_values"):
            before, sent = present["custom_fields_values"], row["custom_fields_values"]
            fields["custom_fields_values"] = merged_custom_fields(who.account, kind, before, sent)
        change(row_id, row.get("updated_by", who.user_id), **fields)
    rows: dict[int, Row] = getattr(who.account, kind)
    return {"id": row_id, "updated_at": rows[row_id]["updated_at"], "_links": link(f"{kind}/{row_id}")}


def _fields(kind: str, row: Row) -> Row:
    names = (*_COPIED, "first_name", "last_name") if kind == "contacts" else _COPIED
    return {name: row[name] for name in names if name in row}


def check(rows: list[Row], kind: str) -> None:
    """Raise Problem when rows refer to what the account does not have, or may not be changed by the caller."""
    who, faults = caller(), v.Faults()
    for index, row in enumerate(rows):
        request_id = v.request_id_of(row, index)
        present = getattr(who.account, kind).get(row.get("id", 0))
        if "id" in row and (present is None or present["is_deleted"]):
            faults.add(request_id, "id", ("NotFound", "Entity not found."))
        elif present and not who.may(kind, "edit", present):
            raise Problem(403, NO_RIGHTS)
        check_users(faults, request_id, row)
        check_author(row)
        check_custom_fields(faults, request_id, kind, row)
        for company in (row.get("_embedded") or {}).get("companies") or []:
            if type(company.get("id")) is not int or company["id"] not in who.account.companies:
                faults.add(request_id, "_embedded.companies.0.id", UNKNOWN)
    faults.raise_any()


def _shape(kind: str, row: Row, with_: frozenset[str], leads: dict[int, list[Row]]) -> Row:
    linked: dict[str, list[Row]] = {}
    if "leads" in with_:
        linked["leads"] = leads.get(row["id"], [])
    if kind == "companies" and "contacts" in with_:
        linked["contacts"] = [{"id": each["id"]} for each in caller().account.contacts_of(row["id"])]
    linked |= {name: [] for name in ("customers", "catalog_elements") if name in with_}
    return shapes.contact(kind, row, linked, caller().base)


def _leads_by(kind: str) -> dict[int, list[Row]]:
    """Return the living leads by the contact or company that they are linked to."""
    leads: dict[int, list[Row]] = {}
    for lead in caller().account.leads.values():
        for each in [] if lead["is_deleted"] else lead["_embedded"][kind]:
            leads.setdefault(each["id"], []).append({"id": lead["id"]})
    return leads
