"""What a card shows: the entity, what it is linked with, its open tasks and its feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.account import UnknownRow

if TYPE_CHECKING:
    from simulator.account import Account, Row

KINDS = {"leads": "lead", "contacts": "contact", "companies": "company"}
_FEED_LENGTH = 60
_LEADS_SHOWN = 30
_LEAD_FIELDS = (
    *("id", "name", "price", "responsible_user_id", "status_id", "pipeline_id", "loss_reason_id"),
    *("created_at", "closed_at", "is_deleted"),
)


def card(account: Account, kind: str, entity_id: int) -> dict[str, Any]:
    """Return a card. A deleted lead is shown, marked as such. Raises UnknownRow."""
    with account.lock:
        row: Row | None = getattr(account, kind).get(entity_id)
        if row is None or row.get("purged"):
            raise UnknownRow(f"{kind} {entity_id}")
        parts = _lead(account, row) if kind == "leads" else _linked(account, kind, row)
        tasks = [task for task in account.tasks.values() if _hangs_on(task, kind, entity_id)]
        opened = sorted(
            (task for task in tasks if not task["is_completed"]), key=lambda task: int(task["complete_till"])
        )
        return {
            **parts,
            "now": account.clock.now(),
            "tasks": [_task(task) for task in opened if not task["is_deleted"]],
            "feed": _feed(account, kind, entity_id, {task["id"] for task in tasks}),
        }


def contact_of(account: Account, lead: Row) -> dict[str, Any] | None:
    """Return the lead's main contact: id, name, phone."""
    return _linked_row(account.contacts, lead["_embedded"]["contacts"])


def leads_of(account: Account, kind: str, entity_id: int) -> list[Row]:
    """Return the living leads of a contact or a company."""
    return [
        lead
        for lead in account.leads.values()
        if not lead["is_deleted"] and any(row["id"] == entity_id for row in lead["_embedded"][kind])
    ]


def _lead(account: Account, lead: Row) -> dict[str, Any]:
    embedded = lead["_embedded"]
    tags = [tag["name"] for tag in embedded["tags"]]
    company = _linked_row(account.companies, embedded["companies"])
    entity = {**{name: lead[name] for name in _LEAD_FIELDS}, "tags": tags}
    return {"entity": entity, "contact": contact_of(account, lead), "company": company}


def _linked(account: Account, kind: str, row: Row) -> dict[str, Any]:
    entity = {name: row[name] for name in ("id", "name", "responsible_user_id", "created_at")}
    leads = sorted(leads_of(account, kind, row["id"]), key=lambda lead: -int(lead["updated_at"]))[:_LEADS_SHOWN]
    return {
        "entity": {**entity, "phone": phone_of(row)},
        "leads": [{name: lead[name] for name in ("id", "name", "price", "status_id", "pipeline_id")} for lead in leads],
    }


def _linked_row(rows: dict[int, Row], links: list[Row]) -> dict[str, Any] | None:
    row = rows.get(links[0]["id"]) if links else None
    return row and {"id": row["id"], "name": row["name"], "phone": phone_of(row)}


def phone_of(row: Row) -> str:
    """Return the first telephone number of a contact, empty when there is none."""
    for field in row.get("custom_fields_values") or []:
        if field["field_code"] == "PHONE":
            return str(field["values"][0]["value"])
    return ""


def _hangs_on(task: Row, kind: str, entity_id: int) -> bool:
    return bool((task["entity_type"], task["entity_id"]) == (kind, entity_id))


def _task(task: Row) -> dict[str, Any]:
    return {name: task[name] for name in ("id", "text", "complete_till", "responsible_user_id", "task_type_id")}


def _feed(account: Account, kind: str, entity_id: int, task_ids: set[int]) -> list[dict[str, Any]]:
    """Return the newest happenings, oldest first: the entity's events and those of its tasks, notes with their text."""
    found: list[dict[str, Any]] = []
    for event in reversed(account.events):
        of_task = event["entity_type"] == "task" and event["entity_id"] in task_ids
        if of_task or (event["entity_type"], event["entity_id"]) == (KINDS[kind], entity_id):
            found.append(_happening(account, event))
        if len(found) == _FEED_LENGTH:
            break
    return found[::-1]


def _happening(account: Account, event: Row) -> dict[str, Any]:
    shown = {name: event[name] for name in ("type", "created_by", "created_at", "value_before", "value_after")}
    text = ""
    if event["type"] in {"task_added", "task_completed"}:
        text = account.tasks[event["entity_id"]]["text"]
    if event["type"] == "common_note_added":
        note = account.notes.get(event["value_after"][0]["note"]["id"])
        text = str(note["params"].get("text", "")) if note else ""
    return {**shown, "text": text, "is_note": event["type"] == "common_note_added"}
