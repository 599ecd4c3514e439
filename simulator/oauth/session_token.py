"""The disposable token that the widget's $authorizedAjax sends as X-Auth-Token (M:oauth/disposable-tokens.md)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jwt

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.universe import Integration, Universe


def session_token(universe: Universe, account: Account, user_id: int, integration: Integration, issuer: str) -> str:
    """Return an HS256 token for a user of the account.

    Args:
        universe: whose clock and switches hold.
        account: the account in which the widget runs.
        user_id: who looks at the page; one who is unknown is no admin.
        integration: whose secret signs; `aud` is scheme and host of its redirect URI.
        issuer: the account's address as the browser sees it, with scheme.
    """
    now = universe.clock.now()
    redirect = urlsplit(integration.redirect_uri)
    claims = {
        "iss": issuer,
        "aud": f"{redirect.scheme}://{redirect.netloc}",
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + universe.switches.disposable_token_seconds,
        "account_id": account.id,
        "user_id": user_id,
        "subdomain": account.subdomain,
        "client_uuid": integration.client_id,
    }
    if universe.switches.disposable_token_has_is_admin:
        user = account.users.get(user_id)
        claims["is_admin"] = bool(user and user["rights"]["is_admin"])
    return jwt.encode(claims, integration.client_secret, algorithm="HS256")
