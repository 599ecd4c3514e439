"""Tickets of the live streams: EventSource cannot send a header, so the address itself must prove who listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.report.shapes import Live
from integration.web.passes import Passes

if TYPE_CHECKING:
    from integration.sync.context import Context

PURPOSE = "live"
SECONDS = 600
"""How long a ticket lets one connect. A stream that is open stays open."""


def live(ctx: Context, account_id: int, user_id: int) -> Live:
    """Return the address that lets this user listen to the account's versions."""
    expires_at = ctx.now + SECONDS
    facts = {"account_id": account_id, "user_id": user_id}
    ticket = Passes(ctx.settings.encryption_keys).issue(PURPOSE, facts, expires_at=expires_at)
    return Live(url=f"{ctx.settings.live_url}/live?ticket={ticket}", expires_at=expires_at)


def account_of(passes: Passes, ticket: str, *, now: int) -> int:
    """Return the account that the ticket opens. Raises Unauthorized."""
    return int(passes.read(PURPOSE, ticket, now=now)["account_id"])
