"""Leads, contacts, companies and customers, from the shape REST gives them to the shape a webhook gives them.

The webhook's names are older than REST's (`date_create`, `modified_user_id`) and fewer: there is no `closed_at`, no
loss reason, no sub-second time. Every function returns a tree of dicts, lists and scalars; whatever is None or empty
in it does not appear in the body.

https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import tzinfo

    from simulator.crm.state import Occurrence, Row

TYPES = {"contacts": "contact", "companies": "company"}
SCALAR_FIELDS = {"date", "date_time", "birthday"}


def lead(told: Occurrence, _zone: tzinfo) -> Row:
    """A lead as `add`, `update`, `status`, `responsible` and `restore` carry it."""
    row = told.item
    return {
        "id": row["id"],
        "name": row["name"],
        "status_id": row["status_id"],
        "old_status_id": told.extra.get("old_status_id"),
        "old_pipeline_id": told.extra.get("old_pipeline_id"),
        "price": row["price"] or 0,
        **_people_and_times(told),
        "pipeline_id": row["pipeline_id"],
        **_tags_and_fields(told),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def deleted_lead(told: Occurrence, _zone: tzinfo) -> Row:
    """A lead as `delete` carries it: no name, no user, no time."""
    return {name: told.item[name] for name in ("id", "status_id", "pipeline_id")}


def contact(told: Occurrence, _zone: tzinfo) -> Row:
    """A contact or a company: both travel under one root and differ by `type`."""
    row = told.item
    company: Row = next(iter(row["_embedded"].get("companies") or ()), {})
    return {
        "id": row["id"],
        "name": row["name"],
        "group_id": row.get("group_id"),
        "company_name": company.get("name"),
        "linked_company_id": company.get("id"),
        "linked_leads_id": {linked["id"]: {"ID": linked["id"]} for linked in row["_embedded"].get("leads") or ()},
        **_people_and_times(told),
        **_tags_and_fields(told),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "type": TYPES[told.entity],
    }


def deleted_contact(told: Occurrence, _zone: tzinfo) -> Row:
    """A contact or company as `delete` carries it."""
    return {"id": told.item["id"], "type": TYPES[told.entity]}


def customer(told: Occurrence, _zone: tzinfo) -> Row:
    """A customer: only these three fields are evidenced."""
    return {name: told.item.get(name) for name in ("id", "name", "next_price")}


def _people_and_times(told: Occurrence) -> Row:
    row = told.item
    return {
        "responsible_user_id": row["responsible_user_id"],
        "old_responsible_user_id": told.extra.get("old_responsible_user_id"),
        "last_modified": row["updated_at"],
        "modified_user_id": row["updated_by"],
        "created_user_id": row["created_by"],
        "date_create": row["created_at"],
        "account_id": row["account_id"],
    }


def _tags_and_fields(told: Occurrence) -> Row:
    row, fields = told.item, list(told.item["custom_fields_values"] or ())
    present = {field["field_id"] for field in fields}
    before = told.extra.get("was", row)["custom_fields_values"] or ()
    fields += [{**field, "values": []} for field in before if field["field_id"] not in present]
    return {
        "tags": [{"id": tag["id"], "name": tag["name"]} for tag in row["_embedded"]["tags"]],
        "custom_fields": [_custom_field(field) for field in fields],
    }


def _custom_field(field: Row) -> Row:
    """Dates are bare scalars, everything else `{value, enum}`; a field just cleared keeps its name and no values."""
    bare = field.get("field_type") in SCALAR_FIELDS
    values: list[Any] = [
        value.get("value") if bare else {"value": value.get("value"), "enum": value.get("enum_id")}
        for value in field.get("values") or ()
    ]
    return {"id": field["field_id"], "name": field["field_name"], "code": field.get("field_code"), "values": values}
