"""What amoCRM tells of one account when it is asked now: its clock, our rights, our hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.cli.checks import Finding
from integration.errors import AmoError, PaymentRequired, RightsMissing, UnexpectedAnswer
from integration.sync import connection, subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.amo.client import AmoClient
    from integration.store.accounts import Account
    from integration.sync.context import Context

SKEW_SECONDS = 30
"""Session tokens live for minutes and are refused when clocks differ by more than a minute."""


def look(ctx: Context, account: Account) -> Iterator[Finding]:
    """Ask amoCRM, unless the account must be left in peace."""
    if not account.may_ask(ctx.now):
        return
    try:
        with connection.client(ctx, account.account_id) as client:
            client.account()
            yield Finding("api", "ok", "ok", account_id=account.account_id)
            yield _skew(ctx, client, account.account_id)
            yield _rights(client, account.account_id)
            yield _hooks(ctx, client, account.account_id)
    except AmoError as error:
        yield Finding("api", "wrong", "refused", {"code": error.code, "cause": str(error)}, account.account_id)


def _skew(ctx: Context, client: AmoClient, account_id: int) -> Finding:
    skew = ctx.now - client.server_now
    if abs(skew) <= SKEW_SECONDS:
        return Finding("skew", "ok", "ok", {"difference_seconds": abs(skew)}, account_id)
    return Finding("skew", "wrong", "ahead" if skew > 0 else "behind", {"difference_seconds": abs(skew)}, account_id)


def _rights(client: AmoClient, account_id: int) -> Finding:
    try:
        users = client.users()
    except RightsMissing:
        return Finding("rights", "wrong", "missing", account_id=account_id)
    return Finding("rights", "ok", "ok", {"users": len(users)}, account_id)


def _hooks(ctx: Context, client: AmoClient, account_id: int) -> Finding:
    try:
        found = client.webhooks(subscription.destination(ctx, account_id))
    except (PaymentRequired, RightsMissing, UnexpectedAnswer) as refusal:
        return Finding("hooks", "notice", "refused", {"code": refusal.code}, account_id)
    if not found:
        return Finding("hooks", "wrong", "absent", account_id=account_id)
    if all(webhook.is_disabled for webhook in found):
        return Finding("hooks", "wrong", "disabled", account_id=account_id)
    return Finding("hooks", "ok", "ok", account_id=account_id)
