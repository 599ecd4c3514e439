"""How an account leaves: all work stops at once, amoCRM confirms it, and after a grace period nothing remains.

The report of an uninstall is signed, but its signature never changes: whoever saw one may repeat it. So nothing is
deleted before amoCRM refuses both a call and a refresh with every grant that we have. The same holds for an account
that refuses us for long although no report ever came.
https://www.amocrm.ru/developers/content/oauth/step-by-step
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import structlog

from integration.errors import AmoError, GrantDead, NotFound
from integration.store import accounts, erasure, grants, runs
from integration.store.accounts import State
from integration.sync import connection, live, traces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.store.runs import Run
    from integration.sync.context import Context

DAY = 86_400
AGAIN = 3_600
"""Seconds until amoCRM is asked again whether the account left, when it gave no clear answer."""
REPLAY = 600
"""For so long after a report that was not true another one does not stop the work before amoCRM was asked."""
REPLAY_PAUSE = 60
GONE_AFTER = 30 * DAY
"""An account whose every grant was refused for so long is asked about: has it left without a word?"""
CHUNK = 20_000
"""Rows that one transaction deletes."""

_log = structlog.get_logger(__name__)


class _Answer(Enum):
    LEFT = auto()
    STAYS = auto()
    UNCLEAR = auto()


def reported(ctx: Context, account_id: int) -> None:
    """Stop all work for the account: amoCRM reported that Pulse was disabled there. Raises NotFound.

    A report that is repeated after it proved untrue changes nothing but has amoCRM asked, once a minute.
    """
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        if account.state == State.UNINSTALLED:
            return
        refuted_at = _refuted_at(conn, account_id)
        if ctx.now - refuted_at < REPLAY:
            runs.hasten(conn, account_id, runs.FAREWELL, refuted_at + REPLAY_PAUSE)
            return
        version = _stop(conn, account, ctx.now)
        runs.schedule(conn, account_id, runs.FAREWELL, ctx.now)
    live.announce(ctx, account_id, version)


def run(ctx: Context, account_id: int) -> None:
    """Find out whether the account left, if there is a reason to ask; delete it when its time has come."""
    with ctx.database.transaction() as conn:
        work = runs.begin(conn, account_id, runs.FAREWELL, ctx.now)
        account = accounts.get(conn, account_id)
    if "confirmed_at" not in work.progress and _is_in_doubt(account, work, ctx.now):
        work = _settle(ctx, account, work, _ask(ctx, account_id))
    due_at = _next(ctx, account, work)
    with ctx.database.transaction() as conn:
        runs.save(conn, work, work.progress, due_at=due_at)
    if "confirmed_at" in work.progress and due_at <= ctx.now:
        erase(ctx, account_id)


def erase(ctx: Context, account_id: int) -> bool:
    """Delete everything about an account that left, chunk by chunk; resumable. False: it is back meanwhile."""
    with ctx.database.transaction() as conn:
        account = _erasable(conn, account_id)
        if account is None:
            return False
        run = runs.get(conn, account_id, runs.FAREWELL)
        if run is not None:
            runs.save(conn, run, {**run.progress, "erasing": True}, due_at=ctx.now + 120)
        address = accounts.hook_address(conn, account_id)
    while True:
        with ctx.database.transaction() as conn:
            if _erasable(conn, account_id) is None:
                return False
            if not erasure.some(conn, account_id, CHUNK):
                erasure.rest(conn, account_id, ctx.now)
                break
    traces.wipe(ctx, account_id, address)
    live.announce(ctx, account_id, account.version + 1)
    _log.info("account_deleted", account_id=account_id)
    return True


def replay(ctx: Context, journal: Iterable[tuple[int, int]]) -> list[int]:
    """Repeat deletions on a restored backup. Returns the accounts that were there again.

    `journal` holds (account_id, when it was deleted), as `store.erasure.journal` gave it after the backup was made;
    an account that was installed anew after its deletion stays.
    """
    again = []
    for account_id, deleted_at in journal:
        with ctx.database.transaction() as conn:
            account = accounts.find(conn, account_id)
            if account is not None and accounts.lock(conn, account_id).connected_at > deleted_at:
                continue
            address = None if account is None else accounts.hook_address(conn, account_id)
            erasure.rest(conn, account_id, deleted_at)
        traces.wipe(ctx, account_id, address)
        if account is not None:
            again.append(account_id)
    return again


def is_erasing(conn: Connection, account_id: int) -> bool:
    """Tell whether a part of the account may be deleted already."""
    known = runs.get(conn, account_id, runs.FAREWELL)
    return known is not None and known.finished_at is None and "erasing" in known.progress


def _is_in_doubt(account: Account, work: Run, now: int) -> bool:
    if account.state == State.RECONNECT_REQUIRED:
        return now - account.state_since >= GONE_AFTER
    # Reported again soon after it was not true: see `reported`.
    return account.state == State.UNINSTALLED or now - work.progress.get("refuted_at", 0) < REPLAY


def _next(ctx: Context, account: Account, work: Run) -> int:
    if "confirmed_at" in work.progress:
        return int(work.progress["confirmed_at"]) + ctx.settings.delete_after_days * DAY
    if "refuted_at" in work.progress:
        return ctx.now + DAY
    return ctx.now + (AGAIN if _is_in_doubt(account, work, ctx.now) else DAY)


def _ask(ctx: Context, account_id: int) -> _Answer:
    """Ask with every grant, those included that amoCRM refused before."""
    with ctx.database.transaction() as conn:
        grants.revive(conn, account_id)
    while True:
        try:
            with connection.client(ctx, account_id, after_farewell=True) as client:
                client.account()
        except GrantDead:
            with ctx.database.read() as conn:
                if not grants.living(conn, account_id):
                    return _Answer.LEFT
        except AmoError as trouble:
            _log.warning("farewell_unclear", account_id=account_id, reason=trouble.code)
            return _Answer.UNCLEAR
        else:
            return _Answer.STAYS


def _settle(ctx: Context, asked: Account, work: Run, answer: _Answer) -> Run:
    """Remember the answer. What was asked about may have changed meanwhile: a new grant came, for instance."""
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, asked.account_id)
        version, progress = account.version, work.progress
        is_another = (account.state, account.connected_at) != (asked.state, asked.connected_at)
        if is_another or (answer is _Answer.LEFT and grants.living(conn, account.account_id)):
            answer = _Answer.UNCLEAR
        if answer is _Answer.LEFT:
            grants.drop(conn, account.account_id)
            version = _stop(conn, account, ctx.now)
            progress = {"confirmed_at": ctx.now}
        elif answer is _Answer.STAYS:
            version = _resume(conn, account, ctx.now)
            progress = {"refuted_at": ctx.now}
    if version != account.version:
        live.announce(ctx, account.account_id, version)
    return replace(work, progress=progress)


def _stop(conn: Connection, account: Account, now: int) -> int:
    accounts.enter(conn, account.account_id, State.UNINSTALLED, now)
    return accounts.advance(conn, account, visible=account.state != State.UNINSTALLED)


def _resume(conn: Connection, account: Account, now: int) -> int:
    """Let the work go on; what hooks told meanwhile was dropped, so the sweep comes first."""
    if account.state not in accounts.SILENT:
        return account.version
    accounts.enter(conn, account.account_id, accounts.healthy(account), now)
    for kind in (runs.SWEEP, runs.MIRRORS):
        runs.hasten(conn, account.account_id, kind, now)
    return accounts.advance(conn, account, visible=True)


def _erasable(conn: Connection, account_id: int) -> Account | None:
    """Lock the account; None if it is gone, or works again."""
    try:
        account = accounts.lock(conn, account_id)
    except NotFound:
        return None
    return account if account.state == State.UNINSTALLED else None


def _refuted_at(conn: Connection, account_id: int) -> int:
    known = runs.get(conn, account_id, runs.FAREWELL)
    progress: dict[str, Any] = {} if known is None else known.progress
    return int(progress.get("refuted_at", 0))
