"""POST /leads/complex: a lead with its contact and company at once (M:crm_platform/leads-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.rest import contacts, lead_writes
from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.web import json_response

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("complex", __name__)
_MAX_LEADS = 50
_PARTS = {"contacts": "contact_id", "companies": "company_id"}


@routes.post("/leads/complex")
def create_complex() -> Response:
    """Create leads, each with at most one contact and one company; answers a bare array."""
    rows = v.batch(_MAX_LEADS)
    v.check(rows, lead_writes.CHECKS)
    faults = v.Faults()
    for index, row in enumerate(rows):
        _check_parts(faults, v.request_id_of(row, index), row)
    faults.raise_any()
    lead_writes.check_new([_without_parts(row) for row in rows])
    return json_response([_create(row, v.request_id_of(row, index)) for index, row in enumerate(rows)])


def _create(row: Row, request_id: str) -> Row:
    embedded = dict(row.get("_embedded") or {})
    made: dict[str, int | None] = dict.fromkeys(_PARTS.values())
    for kind, name in _PARTS.items():
        for part in embedded.get(kind) or []:
            made[name] = part["id"] if "id" in part else contacts.create(kind, part)
            embedded[kind] = [{"id": made[name]}]
    if made["contact_id"] and made["company_id"]:
        caller().account.join_company(made["contact_id"], made["company_id"], row.get("created_by", caller().user_id))
    lead_id = lead_writes.create({**row, "_embedded": embedded})
    return {"id": lead_id, **made, "request_id": [request_id], "merged": False}


def _without_parts(row: Row) -> Row:
    """Leave out the contact and company that are still to be made."""
    embedded = dict(row.get("_embedded") or {})
    for kind in _PARTS:
        embedded[kind] = [part for part in embedded.get(kind) or [] if "id" in part]
    return {**row, "_embedded": embedded}


def _check_parts(faults: v.Faults, request_id: str, row: Row) -> None:
    for kind in _PARTS:
        parts = (row.get("_embedded") or {}).get(kind) or []
        if len(parts) > 1:
            faults.add(request_id, f"_embedded.{kind}", ("InvalidType", "Only one is supported."))
        for part in parts:
            v.check([part], {**contacts.CHECKS, "id": v.integer})
            contacts.check([{**part, "request_id": request_id}], kind)
