"""What a request to the control address asks for, and of which account and integration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from simulator.account import Refused, UnknownRow
from simulator.web import json_body, universe

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.universe import Integration


def asked() -> dict[str, Any]:
    """Return the request's JSON object, empty without a body. Raises Refused for anything else."""
    body = json_body() if request.get_data() else {}
    if not isinstance(body, dict):
        raise Refused("the body must be an object")
    return body


def account_named(wish: dict[str, Any]) -> Account:
    """Return the account of `account_id`, the first one without it. Raises UnknownRow."""
    if "account_id" not in wish:
        return universe().account_here() or universe().first_account()
    account = universe().accounts.get(int(wish["account_id"]))
    if account is None:
        raise UnknownRow(f"accounts {wish['account_id']}")
    return account


def integration_named(wish: dict[str, Any]) -> Integration:
    """Return the integration of `client_id`, the first one without it. Raises UnknownRow."""
    integrations = universe().integrations
    if "client_id" not in wish and integrations:
        return next(iter(integrations.values()))
    integration = integrations.get(str(wish.get("client_id")))
    if integration is None:
        raise UnknownRow(f"integrations {wish.get('client_id')}")
    return integration
