"""Incoming requests («Неразобранное») as webhooks tell of them.

https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from simulator.crm.state import Occurrence, Row


def came(told: Occurrence, _zone: tzinfo) -> Row:
    """A new request, as `add` carries it. The lead it made has no id in the body yet, only a name."""
    leads = [{"name": told.extra["lead"]["name"]}] if "lead" in told.extra else []
    return {**_request(told.item), "data": {"leads": leads, "contacts": _linked(told.item, "contacts")}}


def changed(told: Occurrence, _zone: tzinfo) -> Row:
    """A changed request, as `update` carries it: by now the lead has its id."""
    leads = _linked(told.item, "leads")
    if "lead" in told.extra:
        lead = told.extra["lead"]
        known = {name: lead[name] for name in ("id", "status_id", "pipeline_id", "name")}
        leads = [{**known, "created_user_id": lead["created_by"], "date_create": lead["created_at"]}]
    return {**_request(told.item), "data": {"leads": leads, "contacts": _linked(told.item, "contacts")}}


def settled(told: Occurrence, _zone: tzinfo) -> Row:
    """An accepted or declined request, as `delete` carries it. Only here the body tells which lead it was."""
    row, action = told.item, told.extra["action"]
    outcome = {"leads": [linked["id"] for linked in _linked(row, "leads")]}
    if action == "accept":
        outcome["contacts"] = [linked["id"] for linked in _linked(row, "contacts")]
    return {
        "action": action,
        "uid": row["uid"],
        "category": row["category"],
        "created_at": row["created_at"],
        "modified_user_id": told.extra.get("modified_user_id"),
        f"{action}_result": outcome,
    }


def _request(row: Row) -> Row:
    return {
        "uid": row["uid"],
        "category": row["category"],
        "account_id": row["account_id"],
        "user_id": 0,
        "source": row["source_name"],
        "pipeline_id": row["pipeline_id"],
        "source_data": row["metadata"],
    }


def _linked(row: Row, kind: str) -> list[Row]:
    return [{"id": linked["id"]} for linked in row["_embedded"][kind]]
