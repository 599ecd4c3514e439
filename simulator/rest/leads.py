"""GET /leads (M:crm_platform/leads-api.md, M:crm_platform/filters-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from simulator.crm.state import CLOSED
from simulator.rest import shapes
from simulator.rest.caller import caller
from simulator.rest.field_filter import custom_field
from simulator.rest.listing import Condition, Test, amount, asked, between, choose, ids, names, page, tests_of
from simulator.rest.paid_filter import allowed
from simulator.rest.query import number
from simulator.web import Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row
    from simulator.rest.query import Query

routes = Blueprint("leads", __name__)
_ORDERS = frozenset({"created_at", "updated_at", "id"})


def _statuses(node: Any, name: str) -> Test:  # noqa: ANN401 - a node of the filter's tree
    pairs: set[tuple[int | None, int]] = set()
    for each in node.values() if isinstance(node, dict) else ():
        if not isinstance(each, dict) or "status_id" not in each:
            raise Problem(400, f"Incorrect value of filter {name}")
        pipeline_id = number(each["pipeline_id"], name) if each.get("pipeline_id") else None
        status_id = number(each["status_id"], name)
        if pipeline_id is None and status_id not in CLOSED:
            raise Problem(400, f"filter {name} needs pipeline_id")
        pairs.add((pipeline_id, status_id))
    return lambda row: not pairs.isdisjoint({(row["pipeline_id"], row["status_id"]), (None, row["status_id"])})


_CONDITIONS: dict[str, Condition] = {
    "id": ids("id"),
    "name": names("name"),
    "price": amount("price"),
    "statuses": _statuses,
    "pipeline_id": ids("pipeline_id"),
    "created_by": ids("created_by"),
    "updated_by": ids("updated_by"),
    "responsible_user_id": ids("responsible_user_id"),
    "created_at": between("created_at"),
    "updated_at": between("updated_at"),
    "closed_at": between("closed_at"),
    "closest_task_at": between("closest_task_at"),
    "custom_fields_values": custom_field,
}


@routes.get("/leads")
def leads() -> Response:
    """List leads, or those in the trash with=only_deleted."""
    query, who = asked(), caller()
    tests = tests_of(allowed(query.filter), _CONDITIONS)
    with who.account.lock:
        rows = [row for row in who.account.visible("leads") if who.sees("leads", row)]
        if "only_deleted" in query.with_:
            return _trash(rows, tests, query)
        rows = [row for row in rows if not row["is_deleted"] and query.search.lower() in row["name"].lower()]
        reasons = who.account.loss_reasons
        chosen = choose(rows, tests, query.order, _ORDERS)
        return page(chosen, query, "leads", lambda row: shapes.lead(row, query.with_, reasons, who.base))


def _trash(rows: list[Row], tests: list[Test], query: Query) -> Response:
    base = caller().base
    deleted = [row for row in rows if row["is_deleted"] and not row["purged"]]
    chosen = choose(deleted, tests, query.order, _ORDERS)
    return page(chosen, query, "leads", lambda row: shapes.deleted_lead(row, base))


@routes.get("/leads/<int:lead_id>")
def lead(lead_id: int) -> Response:
    """Show one lead; 204 when there is none."""
    query, who = asked(), caller()
    with who.account.lock:
        row = who.account.seen("leads", lead_id)
        if row is None or row["is_deleted"]:
            return no_content()
        if not who.sees("leads", row):
            raise Problem(403, "Недостаточно прав")
        return json_response(shapes.lead(row, query.with_, who.account.loss_reasons, who.base))
