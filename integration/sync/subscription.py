"""The account's hook subscription: made at the install, looked after by the sweep.

AmoCRM switches a hook off after many failures, and says so only here. Without hooks every number still comes out,
by the sweeps: an account whose edition has no hooks is merely slower.
https://www.amocrm.ru/developers/content/crm_platform/webhooks-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from integration.errors import PaymentRequired, RightsMissing, UnexpectedAnswer
from integration.store import accounts, runs

if TYPE_CHECKING:
    from integration.amo.client import AmoClient
    from integration.sync.context import Context

_log = structlog.get_logger(__name__)


def destination(ctx: Context, account_id: int) -> str:
    """Return the address to which the account's hooks come. Its last part is a secret."""
    with ctx.database.read() as conn:
        sealed = accounts.sealed_hook_key(conn, account_id)
    return f"{ctx.settings.public_url}/hooks/{ctx.vault.open(account_id, sealed)}"


def repair(ctx: Context, client: AmoClient, account_id: int) -> None:
    """Subscribe if there is no subscription, or if amoCRM switched it off. What was found is remembered."""
    found = {"state": "on"}
    try:
        if _mended(client, destination(ctx, account_id)):
            found = {"state": "repaired"}
    except (PaymentRequired, RightsMissing, UnexpectedAnswer) as refusal:
        _log.warning("no_hooks", account_id=account_id, reason=refusal.code)
        found = {"state": "refused", "reason": refusal.code}
    with ctx.database.transaction() as conn:
        runs.record(conn, account_id, runs.HOOKS, found, ctx.now)


def _mended(client: AmoClient, address: str) -> bool:
    """Make the subscription work. True: it did not."""
    if _works(client, address):
        return False
    client.subscribe(address)
    if not _works(client, address):
        # Subscribing again does not switch every hook on again; a new one is on.
        client.unsubscribe(address)
        client.subscribe(address)
    return True


def _works(client: AmoClient, address: str) -> bool:
    return any(not webhook.is_disabled for webhook in client.webhooks(address))
