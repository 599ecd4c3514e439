"""POST /calls: telephony tells of a call, amoCRM finds whose it is (M:crm_platform/calls-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.rest.writes import check_author, check_users
from simulator.web import json_response

if TYPE_CHECKING:
    from flask import Response

    from simulator.account import Account
    from simulator.crm.state import Row

routes = Blueprint("calls", __name__)
_SIGNIFICANT = 10
_STATUSES = range(1, 9)
CHECKS: dict[str, v.Check] = {
    "direction": v.one_of("inbound", "outbound"),
    "uniq": v.text,
    "duration": v.integer,
    "source": v.text,
    "link": v.nullable(v.text),
    "phone": v.text,
    "call_result": v.text,
    "call_status": v.one_of(*_STATUSES),
    "responsible_user_id": v.integer,
    "created_by": v.integer,
    "created_at": v.moment,
}
_PARAMS = ("uniq", "duration", "source", "link", "phone", "call_result", "call_status", "call_responsible")
_SINGULAR = {"leads": "lead", "contacts": "contact", "companies": "company"}


@routes.post("/calls")
def calls() -> Response:
    """Add calls; those whose number nobody has are named in `errors` of the 200."""
    rows = v.batch()
    v.check(rows, CHECKS, required=("direction", "duration", "source", "phone"))
    who, faults = caller(), v.Faults()
    for index, row in enumerate(rows):
        check_users(faults, v.request_id_of(row, index), row)
        check_author(row)
    faults.raise_any()
    made, errors = [], []
    for index, row in enumerate(rows):
        request_id = v.request_id_of(row, index)
        place = _place_of(who.account, row["phone"])
        if place is None:
            detail = {"title": "Entity not found", "status": 263, "detail": "Call not added: phone not found"}
            errors.append({**detail, "request_id": request_id})
        else:
            made.append(_add(row, request_id, place))
    return json_response({"_total_items": len(made), "errors": errors, "_embedded": {"calls": made}})


def _add(row: Row, request_id: str, place: tuple[str, int]) -> Row:
    who, (kind, entity_id) = caller(), place
    params = {name: row[name] for name in _PARAMS if name in row}
    note_id = who.account.add_note(
        kind,
        entity_id,
        row.get("created_by", who.user_id),
        "call_in" if row["direction"] == "inbound" else "call_out",
        {"link": None, **params},
        responsible_user_id=row.get("responsible_user_id"),
        created_at=row.get("created_at"),
    )
    call = {"id": note_id, "entity_id": entity_id, "entity_type": _SINGULAR[kind], "account_id": who.account.id}
    return {**call, "request_id": request_id, "_embedded": {"entity": {"id": entity_id}}}


def _place_of(account: Account, phone: str) -> tuple[str, int] | None:
    """Return where the call belongs: the one open lead of the contact, else the contact, else the company."""
    wanted = _digits(phone)
    with account.lock:
        for kind in ("contacts", "companies"):
            for row in getattr(account, kind).values():
                if wanted and not row["is_deleted"] and wanted in _phones(row):
                    leads = account.open_leads_of(kind, row["id"])
                    return ("leads", leads[0]) if len(leads) == 1 else (kind, row["id"])
    return None


def _phones(row: Row) -> set[str]:
    fields = [field for field in row["custom_fields_values"] or [] if field["field_code"] == "PHONE"]
    return {_digits(str(value.get("value", ""))) for field in fields for value in field["values"]}


def _digits(phone: str) -> str:
    return "".join(each for each in phone if each.isdecimal())[-_SIGNIFICANT:]
