"""A webhook came: note what may have changed. Nothing of it is believed, so nothing of it is stored but the ids.

Only of an incoming request that was sorted out the uid and the category are kept too, as hearsay: amoCRM forgets it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from integration.amo import hooks
from integration.store import accounts, activity, dirty, runs
from integration.store.accounts import State
from integration.store.database import DatabaseDown
from integration.sync import heard, ring, spill

if TYPE_CHECKING:
    from integration.amo.hooks import Hints
    from integration.sync.context import Context

_log = structlog.get_logger(__name__)


def note(ctx: Context, account_id: int, body: bytes) -> None:
    """Mark what the hook speaks of and ring. Never raises for what is in the body.

    With the database down or hanging the marks wait in Redis; without both they are lost, and the sweep finds the
    changes.
    """
    hints = hooks.parse(body)
    if hints.account_id not in {None, account_id}:
        ctx.counts["hook_of_another_account"] += 1
        return
    if not hints.ids and not hints.unread:
        return
    try:
        ctx.patience.within(lambda: _mark(ctx, account_id, hints))
    except DatabaseDown:
        spill.keep(ctx, account_id, hints)
        return
    ring.ring(ctx, account_id)
    heard.remember(ctx, account_id)


def _mark(ctx: Context, account_id: int, hints: Hints) -> None:
    with ctx.database.transaction() as conn:
        account = accounts.find(conn, account_id)
        if account is None or account.state == State.UNINSTALLED:
            return
        activity.hear(conn, account_id, hints.requests)
        dirty.mark(conn, account_id, hints.ids, ctx.now_ms(), deleted=hints.deleted)
        if hints.unread:
            _log.warning("hook_not_understood", account_id=account_id, parts=hints.unread)
            runs.hasten(conn, account_id, runs.SWEEP, ctx.now)
