"""GET /customers (M:crm_platform/customers-api.md). Nobody buys here: there are no transactions, all sums are 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.rest.caller import Caller, caller
from simulator.rest.listing import Condition, asked, between, choose, ids, link, names, page, tests_of
from simulator.rest.paid_filter import allowed
from simulator.web import Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("customers", __name__)
_ORDERS = frozenset({"created_at", "updated_at", "id"})
_CONDITIONS: dict[str, Condition] = {
    "id": ids("id"),
    "name": names("name"),
    "responsible_user_id": ids("responsible_user_id"),
    "created_at": between("created_at"),
    "updated_at": between("updated_at"),
}
_STORED = ("id", "name", "responsible_user_id", "created_by", "updated_by", "created_at", "updated_at", "is_deleted")
_UNUSED: Row = {
    **dict.fromkeys(("next_price", "next_date", "status_id", "periodicity", "ltv", "purchases_count"), 0),
    "average_check": 0,
    "closest_task_at": None,
    "custom_fields_values": None,
}


@routes.get("/customers")
def customers() -> Response:
    """List the customers; 402 where there is no such thing."""
    query, who = asked(), _who()
    tests = tests_of(allowed(query.filter), _CONDITIONS)
    with who.account.lock:
        rows = choose(who.account.customers.values(), tests, query.order, _ORDERS)
        return page(rows, query, "customers", lambda row: _shape(row, query.with_))


@routes.get("/customers/<int:entity_id>")
def customer(entity_id: int) -> Response:
    """Show one customer; 204 when there is none."""
    who, with_ = _who(), asked().with_
    with who.account.lock:
        row = who.account.customers.get(entity_id)
        return no_content() if row is None else json_response(_shape(row, with_))


@routes.get("/customers/transactions")
@routes.get("/customers/<int:entity_id>/transactions")
def transactions(entity_id: int = 0) -> Response:  # noqa: ARG001 - Flask names it
    """Answer that there are none."""
    _who()
    return no_content()


def _who() -> Caller:
    if caller().switches.customers_mode == "unavailable":
        raise Problem(402, "Payment required")
    return caller()


def _shape(row: Row, with_: frozenset[str]) -> Row:
    linked: Row = {kind: [] for kind in ("contacts", "companies", "catalog_elements") if kind in with_}
    embedded: Row = {"segments": [], "tags": [], **linked}
    stored = {name: row[name] for name in _STORED}
    own = {"account_id": row["account_id"], "_links": link(f"customers/{row['id']}")}
    return {**stored, **_UNUSED, **own, "_embedded": embedded}
