"""GET /{entity}/custom_fields, and the values that callers write into them (M:crm_platform/custom-fields.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.rest.caller import caller
from simulator.rest.listing import asked, link, page
from simulator.web import json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.account import Account
    from simulator.crm.state import Row

routes = Blueprint("custom_fields", __name__)


@routes.get("/<any(leads, contacts, companies):kind>/custom_fields")
def custom_fields(kind: str) -> Response:
    """List the custom fields of an entity type."""
    rows = list(caller().account.custom_fields[kind].values())
    return page(rows, asked(), "custom_fields", lambda row: _shape(kind, row), total=True)


@routes.get("/<any(leads, contacts, companies):kind>/custom_fields/<int:field_id>")
def custom_field(kind: str, field_id: int) -> Response:
    """Show one custom field; 204 when there is none."""
    row = caller().account.custom_fields[kind].get(field_id)
    return json_response(_shape(kind, row)) if row else no_content()


def _shape(kind: str, row: Row) -> Row:
    return {**row, "_links": link(f"{kind}/custom_fields/{row['id']}")}


def merged_custom_fields(account: Account, kind: str, present: list[Row] | None, sent: list[Row]) -> list[Row] | None:
    """Return the values after a PATCH: fields that it does not name stay, those without values are cleared."""
    named = {row["field_id"]: row for row in read_custom_fields(account, kind, sent) or []}
    cleared = {_field_of(account, kind, value)["id"] for value in sent} - named.keys()
    kept = {row["field_id"]: row for row in present or [] if row["field_id"] not in cleared}
    return list((kept | named).values()) or None


def read_custom_fields(account: Account, kind: str, values: list[Row] | None) -> list[Row] | None:
    """Return custom_fields_values as the API shows them, from what a caller wrote and what was checked."""
    if not values:
        return None
    rows = []
    for value in values:
        field = _field_of(account, kind, value)
        named = {"field_id": field["id"], "field_name": field["name"], "field_code": field["code"]}
        if value.get("values"):
            rows.append({**named, "field_type": field["type"], "values": value["values"]})
    return rows or None


def _field_of(account: Account, kind: str, value: Row) -> Row:
    by_id = account.custom_fields[kind]
    if value.get("field_id") in by_id:
        return by_id[value["field_id"]]
    return next(field for field in by_id.values() if field["code"] and field["code"] == value.get("field_code"))
