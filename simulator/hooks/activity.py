"""Tasks, notes, talks and messages as webhooks tell of them.

https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from simulator.crm.state import Occurrence, Row

ELEMENT_TYPES = {"contacts": 1, "leads": 2, "companies": 3, "customers": 12}
NOTE_TYPES = {
    "common": 4,
    "attachment": 5,
    "call_in": 10,
    "call_out": 11,
    "amomail_message": 15,
    "sms_in": 102,
    "sms_out": 103,
}
SERVICE_NOTE = 25
CALL_KEYS = {
    "uniq": "UNIQ",
    "link": "LINK",
    "phone": "PHONE",
    "duration": "DURATION",
    "source": "SRC",
    "call_status": "call_status",
    "call_result": "call_result",
}
TALK_KEYS = "talk_id created_at updated_at rate contact_id chat_id entity_id entity_type is_in_work is_read origin"


def task(told: Occurrence, zone: tzinfo) -> Row:
    """A task as `add` and `responsible` carry it: date strings in the account's zone, unix times beside them."""
    row = told.item
    return {
        "id": row["id"],
        "element_id": row["entity_id"],
        "element_type": ELEMENT_TYPES.get(row["entity_type"] or ""),
        "task_type": row["task_type_id"],
        "date_create": _written(row["created_at"], zone),
        "text": row["text"],
        "status": int(row["is_completed"]),
        "account_id": row["account_id"],
        "created_user_id": row["created_by"],
        "last_modified": _written(row["updated_at"], zone),
        "responsible_user_id": row["responsible_user_id"],
        "old_responsible_user_id": told.extra.get("old_responsible_user_id"),
        "complete_till": _written(row["complete_till"], zone),
        "complete_before": row["complete_till"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def updated_task(told: Occurrence, zone: tzinfo) -> Row:
    """A task as `update` carries it: also whether this very save closed it, the old text and the result."""
    extra = told.extra
    more = {"action_close": extra.get("action_close", 0), "old_text": extra.get("old_text")}
    return {**task(told, zone), **more, "result": told.item["result"]}


def deleted_task(told: Occurrence, _zone: tzinfo) -> Row:
    """A task as `delete` carries it: the id alone."""
    return {"id": told.item["id"]}


def note(told: Occurrence, zone: tzinfo) -> Row:
    """A note under its extra `[note]` level; a call's text is a JSON string, other texts are HTML-escaped."""
    row = told.item
    inner = {
        "id": row["id"],
        "element_id": row["entity_id"],
        "element_type": ELEMENT_TYPES[told.entity],
        "note_type": NOTE_TYPES.get(row["note_type"], SERVICE_NOTE),
        "text": _note_text(row),
        "account_id": row["account_id"],
        "main_user_id": row["responsible_user_id"],
        "created_by": row["created_by"],
        "modified_by": row["updated_by"],
        "group_id": row["group_id"],
        "date_create": _written(row["created_at"], zone),
        "timestamp_x": _written(row["updated_at"], zone),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
    return {"note": inner}


def talk(told: Occurrence, _zone: tzinfo) -> Row:
    """A talk as `add` and `update` carry it; `missed_at` is REST's alone."""
    return {name: told.item.get(name) for name in TALK_KEYS.split()}


def message(told: Occurrence, _zone: tzinfo) -> Row:
    """A chat message: REST has no such row, so the occurrence already holds the webhook's own shape."""
    return told.item


def _note_text(row: Row) -> str:
    params = row["params"]
    if row["note_type"] not in {"call_in", "call_out"}:
        return html.escape(str(params.get("text", "")))
    call = {key: params[name] for name, key in CALL_KEYS.items() if params.get(name) is not None}
    return json.dumps(call, ensure_ascii=False)


def _written(at: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
