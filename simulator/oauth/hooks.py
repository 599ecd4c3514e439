"""The two requests that amoCRM's own server makes to an integration: installed, and disabled."""

from __future__ import annotations

import hashlib
import hmac
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import requests

from simulator.oauth.grants import Grant
from simulator.oauth.platforms import PLATFORMS

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.universe import Integration, Universe

TIMEOUT_SECONDS = 3
_HEADERS = {"Accept": "application/json, text/plain, */*", "Content-Type": "text/plain"}


def install(universe: Universe, account: Account, integration: Integration, user_id: int) -> int | None:
    """Press «Install» in the widget window: a GET with a code, three seconds, never repeated.

    Returns the status answered, or None when there was no answer in time (M:oauth/auth-public-integrations.md).
    """
    code = universe.grants.issue_code(Grant(integration.client_id, account.id, user_id, is_admin=True))
    query = {"code": code, "referer": account.domain, "platform": PLATFORMS[account.base_domain].number}
    query |= {"client_id": integration.client_id}
    return _get(integration.redirect_uri, {**query, "from_widget": "1"})


def disable(universe: Universe, account: Account, integration: Integration) -> int | None:
    """Switch the integration off: its tokens die, then the signed uninstall hook goes out.

    Returns the status answered; None when there was no answer or no hook is configured (M:oauth/step-by-step.md).
    """
    universe.grants.disable(integration.client_id, account.id)
    if universe.switches.webhooks_die_on_disable:
        with account.lock:
            account.webhooks.clear()
    if not integration.disconnect_uri:
        return None
    message = f"{integration.client_id}|{account.id}".encode()
    signature = hmac.new(integration.client_secret.encode(), message, hashlib.sha256).hexdigest()
    spelling = universe.switches.disconnect_parameters
    names = ("client_uuid", "client_id") if spelling == "both" else (spelling,)
    query = {"account_id": str(account.id), **dict.fromkeys(names, integration.client_id), "signature": signature}
    return _get(integration.disconnect_uri, query)


def _get(address: str, query: dict[str, str]) -> int | None:
    glue = "&" if "?" in address else "?"
    status: list[int] = []

    def ask() -> None:
        try:
            with requests.Session() as session:
                session.trust_env = False
                url = f"{address}{glue}{urlencode(query)}"
                answer = session.get(url, headers=_HEADERS, timeout=TIMEOUT_SECONDS, allow_redirects=False)
                status.append(answer.status_code)
        except requests.RequestException:
            return

    # requests counts its timeout per read; amoCRM waits three seconds for all of it.
    caller = threading.Thread(target=ask, daemon=True)
    caller.start()
    caller.join(TIMEOUT_SECONDS)
    return status[0] if status else None
