"""What the database tells of one account: its state, its marks, how old its looks at amoCRM are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.cli.checks import Finding, measured
from integration.errors import GrantDead
from integration.report import health
from integration.report.stamp import importing
from integration.report.sync_status import FULL_PASSES, last_finished, users_seen
from integration.store import conservation, dirty, runs
from integration.store.accounts import State
from integration.store.vault import SealBroken
from integration.sync import heard, sweep, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.sync.context import Context

WORKING = (State.ACTIVE, State.RIGHTS_SUSPECT)
MARK_SECONDS = 120
"""A hint is served within seconds; one that amoCRM has no answer to waits up to ten minutes and is told apart."""
CURSOR_SECONDS = sweep.EVERY + 600
"""A sweep moves the cursor; one may be late for once."""
FULL_PASS_SECONDS = 36 * 3_600


def look(ctx: Context, conn: Connection, account: Account) -> Iterator[Finding]:
    """Look at everything that is stored about the account."""
    yield _state(account)
    yield _tokens(ctx, conn, account)
    yield _conservation(conn, account)
    if account.state not in WORKING:
        return  # the rest stands still, and the state says why
    yield _users(conn, account)
    yield _marks(ctx, conn, account)
    yield _heard(ctx, account)
    yield _rate(ctx, account)
    yield from _proof(ctx, conn, account)
    if importing(conn, account) is None:
        yield from _ages(ctx, conn, account)


def _state(account: Account) -> Finding:
    is_well = account.state in {State.ACTIVE, State.INSTALLING}
    reason = "ok" if is_well else "stopped"
    facts = {"state": account.state.value, "since": account.state_since, "failures": account.failures}
    return Finding("state", "ok" if is_well else "wrong", reason, facts, account.account_id)


def _tokens(ctx: Context, conn: Connection, account: Account) -> Finding:
    key = account.account_id
    try:
        held = tokens.current(ctx, conn, key)
    except GrantDead:
        return Finding("tokens", "wrong", "none", account_id=key)
    except SealBroken:
        return Finding("tokens", "wrong", "sealed", account_id=key)
    left = held.expires_at - ctx.now
    if left < 0:
        return Finding("tokens", "wrong", "expired", {"age_seconds": -left}, key)
    return Finding("tokens", "ok", "ok", {"left_seconds": left}, key)


def _users(conn: Connection, account: Account) -> Finding:
    users = users_seen(conn, account)
    is_whole = users.seen == users.of
    facts = {"seen": users.seen, "of": users.of}
    return Finding("users", "ok" if is_whole else "notice", "ok" if is_whole else "some", facts, account.account_id)


def _marks(ctx: Context, conn: Connection, account: Account) -> Finding:
    pending, oldest = dirty.pending(conn, account.account_id), dirty.oldest_ms(conn, account.account_id)
    age = 0 if oldest is None else max(0, ctx.now - oldest // 1000)
    is_old = age > MARK_SECONDS
    facts = {"pending": pending, "age_seconds": age}
    return Finding("marks", "wrong" if is_old else "ok", "old" if is_old else "ok", facts, account.account_id)


def _conservation(conn: Connection, account: Account) -> Finding:
    balance = conservation.balance(conn, account.account_id)
    facts = balance._asdict() | {"lost": balance.noted - balance.refreshed - balance.superseded - balance.pending}
    if balance.holds:
        return Finding("conservation", "ok", "ok", facts, account.account_id)
    return Finding("conservation", "wrong", "broken", facts, account.account_id)


def _heard(ctx: Context, account: Account) -> Finding:
    """A quiet account sends no hooks: this tells, it does not judge."""
    at = heard.last(ctx, account.account_id)
    if at is None:
        return Finding("heard", "notice", "unknown", account_id=account.account_id)
    return Finding("heard", "ok", "ok", {"age_seconds": max(0, ctx.now - at)}, account.account_id)


def _rate(ctx: Context, account: Account) -> Finding:
    load, rate = ctx.limit.load(account.account_id), ctx.settings.requests_per_second
    if load is None:
        return Finding("rate", "notice", "alone", {"rate": rate}, account.account_id)
    if load.stopped:
        return Finding("rate", "notice", "stopped", {"left_seconds": load.stopped}, account.account_id)
    return Finding("rate", "ok", "ok", {"rate": rate, "live": load.live, "bulk": load.bulk}, account.account_id)


def _proof(ctx: Context, conn: Connection, account: Account) -> Iterator[Finding]:
    """The last audit; before the first there is nothing to say."""
    proof = health.read(conn, account.account_id, ctx.now).proof
    if proof is None:
        return
    facts = {"age_seconds": max(0, ctx.now - proof.at), "cells": proof.cells, "differed": proof.differed}
    if proof.differed:
        yield Finding("proof", "wrong", "differed", facts, account.account_id)
    elif ctx.now - proof.at > FULL_PASS_SECONDS:
        yield Finding("proof", "wrong", "old", facts, account.account_id)
    else:
        yield Finding("proof", "ok", "ok", facts, account.account_id)


def _ages(ctx: Context, conn: Connection, account: Account) -> Iterator[Finding]:
    key, done = account.account_id, runs.all_of(conn, account.account_id)
    yield measured("events", ctx.now - account.events_cursor, CURSOR_SECONDS, key)
    yield _age(ctx, "sweep", last_finished(done, runs.SWEEP, *FULL_PASSES), CURSOR_SECONDS, key)
    yield _age(ctx, "full_pass", last_finished(done, *FULL_PASSES), FULL_PASS_SECONDS, key)


def _age(ctx: Context, check: str, at: int | None, limit: int, account_id: int) -> Finding:
    return measured(check, None if at is None else ctx.now - at, limit, account_id)
