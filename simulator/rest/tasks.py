"""Tasks (M:crm_platform/tasks-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.notes import SINGULAR
from simulator.rest import shapes
from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.rest.listing import Condition, asked, between, choose, flag, ids, link, page, tests_of, words
from simulator.rest.writes import check_author, check_users
from simulator.web import NO_RIGHTS, Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("tasks", __name__)
_ORDERS = frozenset({"created_at", "complete_till", "id"})
_CONDITIONS: dict[str, Condition] = {
    "id": ids("id"),
    "responsible_user_id": ids("responsible_user_id"),
    "is_completed": flag("is_completed"),
    "task_type": ids("task_type_id"),
    "task_type_id": ids("task_type_id"),
    "entity_type": words("entity_type"),
    "entity_id": ids("entity_id"),
    "updated_at": between("updated_at"),
}
CHECKS: dict[str, v.Check] = {
    "text": v.text,
    "complete_till": v.moment,
    "entity_id": v.nullable(v.integer),
    "entity_type": v.nullable(v.one_of(*SINGULAR)),
    "task_type_id": v.integer,
    "duration": v.integer,
    "responsible_user_id": v.integer,
    "created_by": v.integer,
    "updated_by": v.integer,
    "is_completed": v.boolean,
    "result": v.nullable(v.mapping),
}
_COPIED = ("text", "complete_till", "task_type_id", "duration", "responsible_user_id", "entity_type", "entity_id")
_UNKNOWN = ("NotSupportedChoice", "The value you selected is not a valid choice.")


@routes.get("/tasks")
def tasks() -> Response:
    """List tasks; deleted ones are gone."""
    query, who = asked(), caller()
    if "entity_id" in query.filter and "entity_type" not in query.filter:
        raise Problem(400, "filter entity_id needs entity_type")
    tests = tests_of(query.filter, _CONDITIONS)
    with who.account.lock:
        rows = [row for row in who.account.visible("tasks") if not row["is_deleted"] and who.sees("tasks", row)]
        return page(choose(rows, tests, query.order, _ORDERS), query, "tasks", _shape)


@routes.get("/tasks/<int:task_id>")
def task(task_id: int) -> Response:
    """Show one task; 204 when there is none."""
    who = caller()
    with who.account.lock:
        row = who.account.seen("tasks", task_id)
        if row is None or row["is_deleted"]:
            return no_content()
        if not who.sees("tasks", row):
            raise Problem(403, NO_RIGHTS)
        return json_response(_shape(row))


@routes.post("/tasks")
def create_tasks() -> Response:
    """Set tasks."""
    rows = v.batch()
    v.check(rows, CHECKS, required=("text", "complete_till"))
    _check(rows)
    made = []
    for index, row in enumerate(rows):
        who = caller()
        fields = {name: row[name] for name in _COPIED if name in row}
        task_id = who.account.create_task(row.get("created_by", who.user_id), **fields)
        if row.get("is_completed"):
            who.account.complete_task(task_id, who.user_id, _result_of(row))
        made.append({"id": task_id, "request_id": v.request_id_of(row, index), "_links": link(f"tasks/{task_id}")})
    return json_response({"_links": link("tasks"), "_embedded": {"tasks": made}})


@routes.patch("/tasks")
def change_tasks() -> Response:
    """Change tasks, each named by its id."""
    rows = v.batch()
    v.check(rows, {**CHECKS, "id": v.integer}, required=("id",))
    _check(rows)
    return json_response({"_links": link("tasks"), "_embedded": {"tasks": v.answered(rows, _changed)}})


@routes.patch("/tasks/<int:task_id>")
def change_task(task_id: int) -> Response:
    """Change or complete one task."""
    row = {**v.single(), "id": task_id}
    v.check([row], CHECKS)
    _check([row])
    return json_response(_changed(row))


def _changed(row: Row) -> Row:
    who, task_id = caller(), row["id"]
    account, by = who.account, row.get("updated_by", who.user_id)
    with account.changing():
        present = account.live("tasks", task_id)
        fields = {name: row[name] for name in _COPIED if name in row and row[name] != present[name]}
        if fields:
            account.change_task(task_id, by, **fields)
        if row.get("is_completed") and not present["is_completed"]:
            account.complete_task(task_id, by, _result_of(row))
        if row.get("is_completed") is False and present["is_completed"]:
            account.reopen_task(task_id, by)
        return {"id": task_id, "updated_at": present["updated_at"], "_links": link(f"tasks/{task_id}")}


def _result_of(row: Row) -> str:
    text = (row.get("result") or {}).get("text", "")
    return text if isinstance(text, str) else ""


def _check(rows: list[Row]) -> None:
    who, faults = caller(), v.Faults()
    account = who.account
    for index, row in enumerate(rows):
        request_id = v.request_id_of(row, index)
        present = account.tasks.get(row.get("id", 0))
        if "id" in row and (present is None or present["is_deleted"]):
            faults.add(request_id, "id", ("NotFound", "Entity not found."))
        kind = row.get("entity_type") or (present or {}).get("entity_type")
        entity = getattr(account, kind).get(row["entity_id"]) if kind and row.get("entity_id") else None
        if row.get("entity_id") and (entity is None or entity["is_deleted"]):
            faults.add(request_id, "entity_id", _UNKNOWN)
        if row.get("task_type_id") not in {None, *account.task_types}:
            faults.add(request_id, "task_type_id", _UNKNOWN)
        check_users(faults, request_id, row)
        check_author(row)
    faults.raise_any()


def _shape(row: Row) -> Row:
    empty: Row | list[Row] = [] if caller().switches.task_result_empty == "list" else {}
    return shapes.task(row, caller().base, empty_result=empty)
