"""What befalls whole accounts: opened beside others, blocked, revoked, each with its own misfortunes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from simulator.oauth.grants import Grant
from tests.simulator.conftest import START, Talk

if TYPE_CHECKING:
    from types import SimpleNamespace


def sim(world: SimpleNamespace, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, f"{world.url}/_sim/{path}", json=body, timeout=10)


def second(world: SimpleNamespace) -> tuple[int, Talk]:
    """Open an account beside the first and return its id and its admin's client."""
    opened = sim(world, "POST", "accounts", {"subdomain": "second", "days": 5, "leads": 8}).json()
    account = world.universe.accounts[opened["account_id"]]
    admin = next(user["id"] for user in account.users.values() if user["rights"]["is_admin"])
    grant = Grant(world.integration.client_id, account.id, admin, is_admin=True)
    world.universe.grants.issue_code(grant)
    return account.id, Talk(world.url, world.universe.grants.issue_tokens(grant, account)["access_token"])


def test_an_account_that_opens_later_has_a_past_of_its_own(world: SimpleNamespace) -> None:
    account_id, talk = second(world)
    with talk.session:
        assert talk.get("account").json()["id"] == account_id
        assert len(talk.rows("leads")) >= 5
    assert world.clock.now() == START
    truth = sim(world, "GET", f"truth?account_id={account_id}").json()
    assert START - 5 * 86400 <= min(row["created_at"] for row in truth["leads"]) < START
    listed = sim(world, "GET", "accounts").json()["accounts"]
    assert [row["account_id"] for row in listed] == [world.account.id, account_id]
    assert sim(world, "POST", "accounts", {"subdomain": "second"}).status_code == 400
    assert sim(world, "POST", "accounts", {}).status_code == 400


def test_the_misfortune_of_one_account_is_not_the_others(world: SimpleNamespace, amo: Talk) -> None:
    account_id, talk = second(world)
    with talk.session:
        changed = sim(world, "PATCH", "switches", {"account_id": account_id, "payment_required": True})
        assert changed.json()["payment_required"] is True
        assert sim(world, "GET", "switches").json()["payment_required"] is False
        assert sim(world, "GET", f"switches?account_id={account_id}").json()["payment_required"] is True
        assert (talk.get("account").status_code, amo.get("account").status_code) == (402, 200)


def test_a_block_and_a_revocation_hit_one_account(world: SimpleNamespace, amo: Talk) -> None:
    account_id, talk = second(world)
    world.switches.limits = True
    with talk.session:
        sim(world, "POST", "block", {"account_id": account_id})
        assert (talk.get("account").status_code, amo.get("account").status_code) == (403, 200)
        sim(world, "POST", "forgive", {})
        assert talk.get("account").status_code == 200
        sim(world, "POST", "revoke", {"account_id": account_id})
        assert (talk.get("account").status_code, amo.get("account").status_code) == (401, 200)
