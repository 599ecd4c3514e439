"""How an account comes: a code is stored and answered at once, then exchanged; the account is set up.

https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog

from integration.amo import hosts
from integration.amo.token_client import TokenClient
from integration.errors import AmoError, Blocked, RateLimited, Unavailable
from integration.store import accounts, cursors, erasure, installs, runs
from integration.store.accounts import State
from integration.store.vault import NO_ACCOUNT
from integration.sync import (
    audit,
    connection,
    farewell,
    live,
    mirrors,
    records,
    rights,
    ring,
    subscription,
    tokens,
    troubles,
)

if TYPE_CHECKING:
    from integration.amo.token_client import Tokens
    from integration.store.database import Connection
    from integration.sync.context import Context

LEASE = 120
"""Seconds after which another worker tries to exchange a code."""
DAY = 86_400

_TEMPORARY = (Unavailable, RateLimited, Blocked)
_log = structlog.get_logger(__name__)


def accept(ctx: Context, host: str, code: str, *, install_id: str | None = None) -> str:
    """Store an authorization code, sealed, and have it exchanged. Returns the install's id, for its waiting page.

    A caller that must not bring the same grant twice names the install itself.

    Raises BadRequest when the host is not amoCRM's.
    """
    install_id = install_id or secrets.token_urlsafe(16)
    checked, sealed = hosts.account_host(host), ctx.vault.seal(NO_ACCOUNT, code)
    with ctx.database.transaction() as conn:
        installs.add(conn, install_id, host=checked, sealed_code=sealed, now=ctx.now)
    ring.call(ctx, "install", install_id, queue=ring.LIVE)
    return install_id


def exchange(ctx: Context, install_id: str) -> None:
    """Exchange the code for tokens, store them, and set the account up. The clock repeats it while amoCRM is down."""
    with ctx.database.transaction() as conn:
        install = installs.take(conn, install_id, ctx.now, LEASE)
    if install is None or install.sealed_code is None:
        return
    code = ctx.vault.open(NO_ACCOUNT, install.sealed_code)
    try:
        with TokenClient(ctx.settings) as client:
            granted = client.exchange(install.host, code)
    except _TEMPORARY as trouble:
        _log.warning("install_waits", install_id=install_id, reason=trouble.code)
        return
    except AmoError as refusal:
        _log.warning("install_failed", install_id=install_id, reason=refusal.code)
        with ctx.database.transaction() as conn:
            installs.fail(conn, install_id, refusal.code)
        return
    with ctx.database.transaction() as conn:
        _admit(ctx, conn, install.host, granted)
        installs.succeed(conn, install_id, granted.account_id)
    connect(ctx, granted.account_id)


def connect(ctx: Context, account_id: int) -> None:
    """Set a newly granted account up: mirrors, hooks, the first full pass. May be repeated until it succeeds.

    Tokens that are not an administrator's put the account into the state `rights_missing`.
    """
    with ctx.database.transaction() as conn:
        work = runs.begin(conn, account_id, runs.CONNECT, ctx.now)
    with troubles.met(ctx, account_id), connection.client(ctx, account_id) as client:
        mirrors.refresh(ctx, client, account_id)
        subscription.repair(ctx, client, account_id)
        with ctx.database.transaction() as conn:
            version = _open(conn, account_id, client.server_now, ctx.now)
            runs.finish(conn, work, {}, now=ctx.now, due_at=runs.NEVER)
        live.announce(ctx, account_id, version)


def _admit(ctx: Context, conn: Connection, host: str, granted: Tokens) -> None:
    """Add the account, or take it back with its numbers and its hook address if we know it.

    One that works already goes on working: another of its users let us in too.
    """
    account_id = granted.account_id
    account = accounts.find(conn, account_id)
    if account is not None and farewell.is_erasing(conn, account_id):
        # A part of it may be gone already: it begins from nothing.
        erasure.rest(conn, account_id, ctx.now)
        account = None
    if account is None:
        key = secrets.token_urlsafe(24)
        sealed = ctx.vault.seal(account_id, key)
        accounts.add(conn, account_id, host=host, hook_key=key, sealed_hook_key=sealed, timezone="UTC", now=ctx.now)
    known = accounts.lock(conn, account_id)
    accounts.change(conn, account_id, host=host)
    if known.state != State.ACTIVE:
        accounts.change(conn, account_id, connected_at=ctx.now)
        accounts.enter(conn, account_id, State.INSTALLING, ctx.now)
        accounts.advance(conn, known, visible=True)
    tokens.keep(ctx, conn, granted, is_admin=rights.presumably_admin(conn, account_id, granted.user_id))
    runs.schedule(conn, account_id, runs.FAREWELL, ctx.now + DAY)
    # `connect` follows at once; the clock does it if this process ends before.
    runs.schedule(conn, account_id, runs.CONNECT, ctx.now + LEASE)


def _open(conn: Connection, account_id: int, server_now: int, now: int) -> int:
    """Let the account work: hooks are read from now on, the full pass reads what was before. Returns the version."""
    account = accounts.lock(conn, account_id)
    accounts.enter(conn, account_id, accounts.healthy(account), now)
    begin = dict.fromkeys(("leads_cursor", "tasks_cursor", "events_cursor"), server_now)
    known = runs.get(conn, account_id, runs.BACKFILL)
    is_known = known is not None and known.finished_at is not None
    version = accounts.advance(conn, account, visible=True, **({} if is_known else begin))
    if not is_known:
        cursors.advance(conn, account_id, dict.fromkeys(records.KINDS, server_now))
        runs.schedule(conn, account_id, runs.BACKFILL, now)
    runs.schedule(conn, account_id, runs.NIGHTLY, now if is_known else now + DAY)
    runs.schedule(conn, account_id, runs.SWEEP, now if is_known else now + 300)
    runs.schedule(conn, account_id, runs.ACTIVITY, now if is_known else now + 600)
    runs.schedule(conn, account_id, runs.MIRRORS, now + 3_600)
    runs.schedule(conn, account_id, runs.AUDIT, now + audit.EVERY)
    runs.schedule(conn, account_id, runs.TOKENS, now + DAY)
    return version
