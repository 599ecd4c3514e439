"""What to do when amoCRM does not give what was asked: the account's state and the time of the next request."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from integration.errors import (
    AmoError,
    Blocked,
    GrantDead,
    Halted,
    PaymentRequired,
    RateLimited,
    RightsMissing,
    WrongClient,
)
from integration.store import accounts, runs
from integration.store.accounts import State
from integration.sync import live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.sync.context import Context

HOUR = 3_600
PROBE = {PaymentRequired: 24 * HOUR, RightsMissing: 6 * HOUR, Blocked: 4 * HOUR, WrongClient: HOUR // 6}
"""After how many seconds to look whether the reason is gone."""
STATES = {
    GrantDead: State.RECONNECT_REQUIRED,
    PaymentRequired: State.PAYMENT_REQUIRED,
    RightsMissing: State.RIGHTS_MISSING,
    Blocked: State.BLOCKED,
}
FIRST_REST = 10
"""Seconds to rest after the first 429 that names no time; doubled with each in a row, to an hour."""
LONGEST_PAUSE = 600
"""Seconds between two attempts while amoCRM is merely down."""

_log = structlog.get_logger(__name__)


@contextmanager
def met(ctx: Context, account_id: int) -> Iterator[None]:
    """Do some work with amoCRM. An AmoError ends it and is remembered in the account; success ends a bad state.

    What was to be done stays marked or due, so the next attempt takes it up.
    """
    try:
        yield
    except Halted as rest:
        # What it rests for is remembered already, by whoever met it.
        _log.info("amo_rests", account_id=account_id, reason=str(rest))
    except AmoError as error:
        remember(ctx, account_id, error)
    else:
        _recover(ctx, account_id)


def remember(ctx: Context, account_id: int, error: AmoError) -> None:
    """Put the account into the state that the error means, and tell the open cards."""
    _log.warning("amo_trouble", account_id=account_id, code=error.code, reason=str(error))
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        if account.state == State.UNINSTALLED:
            return  # whatever failed is explained by that
        state = STATES.get(type(error), account.state)
        failures = account.failures + 1
        retry_at = ctx.now + _pause(error, failures)
        accounts.enter(conn, account_id, state, ctx.now, retry_at=retry_at, failures=failures)
        version = accounts.advance(conn, account, visible=state != account.state)
    if version != account.version:
        live.announce(ctx, account_id, version)


def _pause(error: AmoError, failures: int) -> int:
    if type(error) in PROBE:
        return PROBE[type(error)]
    if isinstance(error, RateLimited):
        # Asking again too early a few times ends in a block of the account.
        return int(min(HOUR, max(error.retry_after, FIRST_REST * 2 ** min(failures - 1, 10))))
    grown = min(LONGEST_PAUSE, 2 ** min(failures, 10))
    return random.randint(max(1, grown // 2), grown)  # noqa: S311 - it only keeps accounts from coming back in step


def _recover(ctx: Context, account_id: int) -> None:
    with ctx.database.read() as conn:
        account = accounts.get(conn, account_id)
    if account.failures == 0 and account.retry_at == 0:
        return
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        if account.state in accounts.SILENT:
            return
        state = account.state if account.state == State.INSTALLING else accounts.healthy(account)
        accounts.enter(conn, account_id, state, ctx.now)
        if state != account.state:
            runs.hasten(conn, account_id, runs.SWEEP, ctx.now)  # what happened meanwhile is read at once
        version = accounts.advance(conn, account, visible=state != account.state)
    if version != account.version:
        live.announce(ctx, account_id, version)
