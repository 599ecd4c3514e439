"""What the tests of the page do over and over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from simulator.account import Account


def become(client: FlaskClient, account: Account, **rights: bool) -> int:
    """Look at the page as the first user with these rights; return the user's id."""
    user = next(row for row in account.users.values() if all(row["rights"][name] == on for name, on in rights.items()))
    client.set_cookie("sim_user", str(user["id"]))
    return int(user["id"])


def new_lead(account: Account, **fields: Any) -> int:
    pipeline = account.main_pipeline()
    by = next(iter(account.users))
    return account.create_lead(by, pipeline_id=pipeline, status_id=account.first_status(pipeline), **fields)


def listed(client: FlaskClient, area: str) -> dict[str, Any]:
    return client.post("/ajax/widgets/list", data={"area": area}).json
