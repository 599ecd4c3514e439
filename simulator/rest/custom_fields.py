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


def read_custom_fields(account: Account, kind: str, values: list[Row] | None) -> list[Row] | None:
    """Return custom_fields_values as the API shows them, from what a caller wrote and what was checked."""
    if not values:
        return None
    by_id = account.custom_fields[kind]
    by_code = {field["code"]: field for field in by_id.values() if field["code"]}
    rows = []
    for value in values:
        field = by_id[value["field_id"]] if value.get("field_id") in by_id else by_code[value.get("field_code")]
        named = {"field_id": field["id"], "field_name": field["name"], "field_code": field["code"]}
        if value.get("values"):
            rows.append({**named, "field_type": field["type"], "values": value["values"]})
    return rows or None
