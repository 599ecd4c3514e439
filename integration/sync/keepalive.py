"""Keeps the grants of idle accounts alive: a refresh token that rests for three months is dead.

https://www.amocrm.ru/developers/content/oauth/oauth
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from integration.errors import AmoError, GrantDead
from integration.store import grants, runs
from integration.sync import tokens, troubles

if TYPE_CHECKING:
    from integration.sync.context import Context

EVERY = 86_400
AGAIN = 3_600
RESTED = 7 * 86_400
"""Seconds after which a grant is refreshed although nobody needs it."""

_log = structlog.get_logger(__name__)


def run(ctx: Context, account_id: int) -> None:
    """Refresh every grant that rested for long, whether it is in use or not, whatever state the API is in."""
    with ctx.database.transaction() as conn:
        work = runs.begin(conn, account_id, runs.TOKENS, ctx.now)
        resting = [grant for grant in grants.living(conn, account_id) if ctx.now - grant.refreshed_at >= RESTED]
    due_at = ctx.now + EVERY
    for grant in resting:
        try:
            tokens.refreshed(ctx, account_id, tokens.opened(ctx, account_id, grant))
        except GrantDead as death:
            _log.warning("grant_dead", account_id=account_id, user_id=grant.user_id, reason=str(death))
        except AmoError as trouble:
            _log.warning("grant_not_refreshed", account_id=account_id, reason=trouble.code)
            due_at = ctx.now + AGAIN
    with ctx.database.transaction() as conn:
        runs.finish(conn, work, {}, now=ctx.now, due_at=due_at)
        is_orphaned = not grants.living(conn, account_id)
    if is_orphaned:
        troubles.remember(ctx, account_id, GrantDead("no grant of the account works any more"))
