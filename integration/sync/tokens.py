"""The account's tokens: whoever needs new ones, amoCRM is asked exactly once.

A refresh token works a single time, so two refreshes at once disconnect the account. The right to refresh is claimed
in the grant's row; the request goes out with no transaction open; the new pair is stored before anybody uses it.
An account has a grant for every user who let us in: when the one in use dies, the next one takes over.
https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from integration.amo.token_client import TokenClient, Tokens
from integration.errors import AmoError, GrantDead, Unavailable, UnexpectedAnswer
from integration.store import accounts, grants
from integration.store.grants import Grant

if TYPE_CHECKING:
    from integration.store.database import Connection
    from integration.sync.context import Context

LEASE_MS = 90_000
"""Longer than the requests of a refresh may take with all their time-outs."""
POLL_SECONDS = 0.05
HALF_LIFE = 43_200
"""An access token lives for a day: renewed at noon, a failure leaves twelve hours to repair it."""

_log = structlog.get_logger(__name__)


def current(ctx: Context, conn: Connection, account_id: int) -> Tokens:
    """Return the tokens of the grant in use. Raises GrantDead when no grant lives."""
    return opened(ctx, account_id, in_use(conn, account_id))


def in_use(conn: Connection, account_id: int) -> Grant:
    """Return the grant in use. Raises GrantDead when none lives."""
    living = grants.living(conn, account_id)
    if not living:
        raise GrantDead("the account has no grant that works")
    return living[0]


def opened(ctx: Context, account_id: int, grant: Grant) -> Tokens:
    """Unseal a grant's tokens."""
    return Tokens(**ctx.vault.open(account_id, grant.sealed_tokens))


def keep(ctx: Context, conn: Connection, tokens: Tokens, *, is_admin: bool) -> None:
    """Store a new grant, sealed."""
    account_id, now = tokens.account_id, ctx.now
    grants.add(
        conn,
        account_id,
        Grant(
            user_id=tokens.user_id,
            is_admin=is_admin,
            sealed_tokens=_sealed(ctx, account_id, tokens),
            expires_at=tokens.expires_at,
            granted_at=now,
            refreshed_at=now,
            dead_since=None,
        ),
    )
    accounts.change(conn, account_id, api_domain=tokens.api_domain)


def renew(ctx: Context, account_id: int, refused: str) -> str:
    """Return an access token other than the one that amoCRM refused, refreshing unless somebody else did or does.

    Raises GrantDead when amoCRM revoked every grant, Unavailable when the refresh has to wait.
    """
    while True:
        with ctx.database.read() as conn:
            grant = in_use(conn, account_id)
        held = opened(ctx, account_id, grant)
        if held.access_token != refused and held.expires_at > ctx.now:
            return held.access_token
        try:
            return refreshed(ctx, account_id, held)
        except GrantDead as death:
            # The next grant takes over; when there is none, `in_use` says so.
            _log.warning("grant_dead", account_id=account_id, user_id=grant.user_id, reason=str(death))


def renew_at_half_life(ctx: Context, account_id: int) -> None:
    """Refresh the tokens in use if half of their life is over."""
    with ctx.database.read() as conn:
        held = current(ctx, conn, account_id)
    if held.expires_at - ctx.now < HALF_LIFE:
        renew(ctx, account_id, held.access_token)


def refreshed(ctx: Context, account_id: int, held: Tokens) -> str:
    """Return the access token that takes the place of the held one: ours, or that of whoever was faster.

    Raises GrantDead when amoCRM refuses the refresh token for good; the grant is buried then.
    """
    deadline = ctx.now_ms() + LEASE_MS
    while ctx.now_ms() < deadline:
        present = _present(ctx, account_id, held.user_id)
        if present.access_token != held.access_token:
            return present.access_token
        if _claim(ctx, account_id, held):
            return _refresh(ctx, account_id, held)
        time.sleep(POLL_SECONDS)
    raise Unavailable("the tokens are being refreshed for too long")


def _present(ctx: Context, account_id: int, user_id: int) -> Tokens:
    with ctx.database.read() as conn:
        return _stored(ctx, conn, account_id, user_id)


def _stored(ctx: Context, conn: Connection, account_id: int, user_id: int) -> Tokens:
    for grant in grants.living(conn, account_id):
        if grant.user_id == user_id:
            return opened(ctx, account_id, grant)
    raise GrantDead("somebody else found the grant dead")


def _claim(ctx: Context, account_id: int, held: Tokens) -> bool:
    with ctx.database.transaction() as conn:
        if not grants.claim(conn, account_id, held.user_id, ctx.now_ms(), LEASE_MS):
            return False
        # Between our look and the claim somebody may have stored new ones: the old refresh token is dead then.
        if _stored(ctx, conn, account_id, held.user_id).access_token != held.access_token:
            grants.release(conn, account_id, held.user_id)
            return False
    return True


def _refresh(ctx: Context, account_id: int, held: Tokens) -> str:
    try:
        with ctx.database.read() as conn:
            host = accounts.get(conn, account_id).host
        with TokenClient(ctx.settings) as client:
            tokens, present_host = _ask(client, host, held)
    except BaseException as error:
        with ctx.database.transaction() as conn:
            if isinstance(error, GrantDead):
                grants.bury(conn, account_id, held.user_id, ctx.now)
            grants.release(conn, account_id, held.user_id)
        raise
    with ctx.database.transaction() as conn:
        sealed = _sealed(ctx, account_id, replace(tokens, user_id=held.user_id))
        grants.save(conn, account_id, held.user_id, sealed=sealed, expires_at=tokens.expires_at, now=ctx.now)
        accounts.change(conn, account_id, host=present_host, api_domain=tokens.api_domain)
    if present_host != host:
        raise Unavailable("the account moved to another address: ask again there")
    return tokens.access_token


def _ask(client: TokenClient, host: str, held: Tokens) -> tuple[Tokens, str]:
    """Refresh; if the account was renamed, at its present host."""
    try:
        return client.refresh(host, held.refresh_token), host
    except (GrantDead, UnexpectedAnswer) as refusal:
        present_host = present_address(client, held)
        if present_host in {None, host}:
            raise refusal from None
        return client.refresh(present_host, held.refresh_token), present_host


def present_address(client: TokenClient, held: Tokens) -> str | None:
    """Ask where the account lives now; None if amoCRM does not tell. Uses up nothing."""
    if held.api_domain is None:
        return None
    try:
        return client.current_host(held.api_domain, held.refresh_token)
    except AmoError:
        return None


def _sealed(ctx: Context, account_id: int, tokens: Tokens) -> str:
    fields = {name: getattr(tokens, name) for name in Tokens.__dataclass_fields__}
    return ctx.vault.seal(account_id, fields)
