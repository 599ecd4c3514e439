"""GET /users and /roles, for admins only (M:crm_platform/users-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.rest import shapes
from simulator.rest.caller import caller
from simulator.rest.listing import asked, link, page
from simulator.web import json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.account import Account
    from simulator.crm.state import Row

routes = Blueprint("users", __name__)


@routes.get("/users")
def users() -> Response:
    """List the users that are in the account, deactivated ones included."""
    query, who = asked(), caller()
    who.need_admin()
    with who.account.lock:
        return page(
            list(who.account.users.values()),
            query,
            "users",
            lambda row: shapes.user(row, who.account.roles, who.account.groups, query.with_, who.base),
            total=True,
        )


@routes.get("/users/<int:user_id>")
def user(user_id: int) -> Response:
    """Show one user; 204 when there is none."""
    query, who = asked(), caller()
    who.need_admin()
    with who.account.lock:
        row = who.account.users.get(user_id)
        if row is None:
            return no_content()
        return json_response(shapes.user(row, who.account.roles, who.account.groups, query.with_, who.base))


@routes.get("/roles")
def roles() -> Response:
    """List the roles."""
    query, who = asked(), caller()
    who.need_admin()
    with who.account.lock:
        rows = list(who.account.roles.values())
        return page(rows, query, "roles", lambda row: _role(who.account, row, query.with_), total=True)


def _role(account: Account, row: Row, with_: frozenset[str]) -> Row:
    shape = {**row, "_links": link(f"roles/{row['id']}")}
    if "users" in with_:
        holders = [each["id"] for each in account.users.values() if each["rights"]["role_id"] == row["id"]]
        shape["_embedded"] = {"users": [{"id": user_id} for user_id in holders]}
    return shape
