"""The account's tokens: whoever needs new ones, amoCRM is asked exactly once.

A refresh token works a single time, so two refreshes at once disconnect the account. The right to refresh is claimed
in the account's row; the request goes out with no transaction open; the new pair is stored before anybody uses it.
https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from integration.amo.token_client import TokenClient, Tokens
from integration.errors import AmoError, GrantDead, Unavailable, UnexpectedAnswer
from integration.store import accounts, leases

if TYPE_CHECKING:
    from integration.store.database import Connection
    from integration.sync.context import Context

LEASE_MS = 90_000
"""Longer than the requests of a refresh may take with all their time-outs."""
POLL_SECONDS = 0.05
HALF_LIFE = 43_200
"""An access token lives for a day: renewed at noon, a failure leaves twelve hours to repair it."""


def current(ctx: Context, conn: Connection, account_id: int) -> Tokens:
    """Return the stored tokens. Raises GrantDead when there are none."""
    sealed = leases.sealed_tokens(conn, account_id)
    if sealed is None:
        raise GrantDead("the account has no tokens")
    return Tokens(**ctx.vault.open(account_id, sealed))


def keep(ctx: Context, conn: Connection, account_id: int, tokens: Tokens) -> None:
    """Store the tokens, sealed."""
    fields = {name: getattr(tokens, name) for name in Tokens.__dataclass_fields__}
    leases.save_tokens(
        conn,
        account_id,
        sealed=ctx.vault.seal(account_id, fields),
        expires_at=tokens.expires_at,
        api_domain=tokens.api_domain,
    )


def renew(ctx: Context, account_id: int, refused: str) -> str:
    """Return an access token other than the one that amoCRM refused, refreshing unless somebody else did or does.

    Raises GrantDead when amoCRM revoked the grant, Unavailable when the refresh has to wait.
    """
    deadline = ctx.now_ms() + LEASE_MS
    while ctx.now_ms() < deadline:
        with ctx.database.read() as conn:
            held = current(ctx, conn, account_id)
        if held.access_token != refused:
            return held.access_token
        if _claim(ctx, account_id, refused):
            return _refresh(ctx, account_id, held)
        time.sleep(POLL_SECONDS)
    raise Unavailable("the tokens are being refreshed for too long")


def renew_at_half_life(ctx: Context, account_id: int) -> None:
    """Refresh the tokens if half of their life is over."""
    with ctx.database.read() as conn:
        held = current(ctx, conn, account_id)
    if held.expires_at - ctx.now < HALF_LIFE:
        renew(ctx, account_id, held.access_token)


def _claim(ctx: Context, account_id: int, refused: str) -> bool:
    with ctx.database.transaction() as conn:
        claimed = leases.claim_tokens(conn, account_id, ctx.now_ms(), LEASE_MS)
        # Between our look and the claim somebody may have stored new ones: the old refresh token is dead then.
        if claimed and current(ctx, conn, account_id).access_token != refused:
            leases.release_tokens(conn, account_id)
            return False
        return claimed


def _refresh(ctx: Context, account_id: int, held: Tokens) -> str:
    try:
        with ctx.database.read() as conn:
            host = accounts.get(conn, account_id).host
        with TokenClient(ctx.settings) as client:
            tokens, present_host = _ask(client, host, held)
    except BaseException:
        with ctx.database.transaction() as conn:
            leases.release_tokens(conn, account_id)
        raise
    with ctx.database.transaction() as conn:
        keep(ctx, conn, account_id, tokens)
        accounts.change(conn, account_id, host=present_host)
    if present_host != host:
        raise Unavailable("the account moved to another address: ask again there")
    return tokens.access_token


def _ask(client: TokenClient, host: str, held: Tokens) -> tuple[Tokens, str]:
    """Refresh; if the account was renamed, at its present host."""
    try:
        return client.refresh(host, held.refresh_token), host
    except (GrantDead, UnexpectedAnswer) as refusal:
        present_host = _present_host(client, held)
        if present_host in {None, host}:
            raise refusal from None
        return client.refresh(present_host, held.refresh_token), present_host


def _present_host(client: TokenClient, held: Tokens) -> str | None:
    if held.api_domain is None:
        return None
    try:
        return client.current_host(held.api_domain, held.refresh_token)
    except AmoError:
        return None
