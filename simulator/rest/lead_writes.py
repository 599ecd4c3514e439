"""POST and PATCH of leads (M:crm_platform/leads-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from simulator.crm.state import LOST, Row
from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.rest.custom_fields import merged_custom_fields, read_custom_fields
from simulator.rest.listing import link
from simulator.rest.writes import check_author, check_custom_fields, check_users, names_of_tags, tags_after
from simulator.web import NO_RIGHTS, Problem, json_response

if TYPE_CHECKING:
    from flask import Response

    from simulator.rest.validation import Faults

routes = Blueprint("lead_writes", __name__)
_UNKNOWN = ("NotSupportedChoice", "The value you selected is not a valid choice.")
CHECKS: dict[str, v.Check] = {
    "name": v.nullable(v.text),
    "price": v.nullable(v.integer),
    "status_id": v.integer,
    "pipeline_id": v.integer,
    "created_by": v.integer,
    "updated_by": v.integer,
    "closed_at": v.nullable(v.moment),
    "created_at": v.moment,
    "updated_at": v.moment,
    "loss_reason_id": v.nullable(v.integer),
    "responsible_user_id": v.integer,
    "custom_fields_values": v.custom_fields,
    "tags_to_add": v.items(v.tag),
    "tags_to_delete": v.items(v.tag),
    "_embedded": v.embedded,
}
_COPIED = (
    *("name", "price", "status_id", "pipeline_id", "closed_at", "created_at", "updated_at"),
    *("loss_reason_id", "responsible_user_id"),
)


@routes.post("/leads")
def create_leads() -> Response:
    """Create leads."""
    rows = v.batch()
    v.check(rows, CHECKS)
    check_new(rows)
    made = []
    for index, row in enumerate(rows):
        lead_id = create(row)
        made.append({"id": lead_id, "request_id": v.request_id_of(row, index), "_links": link(f"leads/{lead_id}")})
    return json_response({"_links": link("leads"), "_embedded": {"leads": made}})


@routes.patch("/leads")
def change_leads() -> Response:
    """Change leads, each named by its id."""
    rows = v.batch()
    v.check(rows, {**CHECKS, "id": v.integer}, required=("id",))
    _check_changes(rows)
    return json_response({"_links": link("leads"), "_embedded": {"leads": v.answered(rows, _changed)}})


@routes.patch("/leads/<int:lead_id>")
def change_lead(lead_id: int) -> Response:
    """Change one lead."""
    row = {**v.single(), "id": lead_id}
    v.check([row], CHECKS)
    _check_changes([row])
    return json_response(_changed(row))


def check_new(rows: list[Row]) -> None:
    """Raise Problem 400 when new leads refer to what the account does not have."""
    faults = v.Faults()
    for index, row in enumerate(rows):
        _check_references(faults, v.request_id_of(row, index), row, None)
    faults.raise_any()


def create(row: Row) -> int:
    """Create one lead that was checked and return its id."""
    who = caller()
    account = who.account
    pipeline_id = row.get("pipeline_id") or _pipeline_of(row) or account.main_pipeline()
    fields: Row = {name: row[name] for name in _COPIED if row.get(name) is not None}
    fields |= {"pipeline_id": pipeline_id, "status_id": row.get("status_id") or account.first_status(pipeline_id)}
    fields["custom_fields_values"] = read_custom_fields(account, "leads", row.get("custom_fields_values"))
    inside = row.get("_embedded", {})
    fields["tags"] = names_of_tags(inside.get("tags", []))
    for kind, name in (("contacts", "contact_id"), ("companies", "company_id")):
        linked = inside.get(kind) or []
        fields[name] = linked[0]["id"] if linked else None
    return account.create_lead(row.get("created_by", who.user_id), **fields)


def _changed(row: Row) -> Row:
    who = caller()
    account, lead_id = who.account, row["id"]
    fields: Row = {name: row[name] for name in _COPIED if name in row}
    if "price" in fields:
        fields["price"] = fields["price"] or 0
    with account.lock:
        lead = account.live("leads", lead_id)
        if row.get("custom_fields_values"):
            present, sent = lead["custom_fields_values"], row["custom_fields_values"]
            fields["custom_fields_values"] = merged_custom_fields(account, "leads", present, sent)
        tags = tags_after(row, [tag["name"] for tag in lead["_embedded"]["tags"]])
    if tags is not None:
        fields["tags"] = tags
    account.change_lead(lead_id, row.get("updated_by", who.user_id), **fields)
    return {"id": lead_id, "updated_at": account.leads[lead_id]["updated_at"], "_links": link(f"leads/{lead_id}")}


def _check_changes(rows: list[Row]) -> None:
    who, faults = caller(), v.Faults()
    for index, row in enumerate(rows):
        lead = who.account.leads.get(row["id"])
        if lead is None or lead["is_deleted"]:
            faults.add(v.request_id_of(row, index), "id", ("NotFound", "Entity not found."))
        elif not who.may("leads", "edit", lead):
            raise Problem(403, NO_RIGHTS)
        else:
            _check_references(faults, v.request_id_of(row, index), row, lead)
    faults.raise_any()


def _check_references(faults: Faults, request_id: str, row: Row, lead: Row | None) -> None:
    account = caller().account
    present = lead["pipeline_id"] if lead else account.main_pipeline()
    pipeline_id = row.get("pipeline_id") or (_pipeline_of(row) if lead is None else None) or present
    if pipeline_id not in account.pipelines:
        faults.add(request_id, "pipeline_id", _UNKNOWN)
    elif row.get("status_id") and row["status_id"] not in account.pipelines[pipeline_id]["statuses"]:
        faults.add(request_id, "status_id", _UNKNOWN)
    if row.get("loss_reason_id") and row["loss_reason_id"] not in account.loss_reasons:
        faults.add(request_id, "loss_reason_id", _UNKNOWN)
    status_id = row.get("status_id", lead["status_id"] if lead else None)
    if row.get("loss_reason_id") and status_id != LOST:
        faults.add(request_id, "loss_reason_id", ("NotSupportedChoice", "Loss reason needs the status 143."))
    check_users(faults, request_id, row)
    check_author(row)
    check_custom_fields(faults, request_id, "leads", row)
    _check_embedded(faults, request_id, row.get("_embedded", {}))


def _check_embedded(faults: Faults, request_id: str, embedded: Row) -> None:
    account = caller().account
    known: dict[str, dict[int, Any]] = {"contacts": account.contacts, "companies": account.companies}
    for kind, rows in known.items():
        linked = embedded.get(kind) or []
        if any(type(each.get("id")) is not int or each["id"] not in rows for each in linked):
            faults.add(request_id, f"_embedded.{kind}.0.id", _UNKNOWN)


def _pipeline_of(row: Row) -> int | None:
    """Return the pipeline that a status id alone means; 142 and 143 mean none."""
    account, status_id = caller().account, row.get("status_id")
    found = [key for key, pipeline in account.pipelines.items() if status_id in pipeline["statuses"]]
    return found[0] if len(found) == 1 else None
