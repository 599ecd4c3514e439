"""When an account's last hook came. Only told to people: Redis remembers it, and may forget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from integration.sync.context import Context

REMEMBERED_SECONDS = 30 * 86_400


def remember(ctx: Context, account_id: int) -> None:
    """A hook of this account came just now."""
    try:
        ctx.redis.set(_key(account_id), ctx.now, ex=REMEMBERED_SECONDS)
    except RedisError:
        ctx.counts["hook_not_remembered"] += 1


def last(ctx: Context, account_id: int) -> int | None:
    """Return when the last hook came, None when that is not known."""
    try:
        found = ctx.redis.get(_key(account_id))
    except RedisError:
        return None
    return None if found is None else int(found)


def _key(account_id: int) -> str:
    return f"heard:{account_id}"
