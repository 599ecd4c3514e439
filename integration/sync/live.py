"""Tells open cards that the account's numbers are newer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from integration.sync.context import Context


def channel(account_id: int) -> str:
    """Return the Redis channel on which the account's versions are published."""
    return f"live:{account_id}"


def announce(ctx: Context, account_id: int, version: int) -> None:
    """Publish the committed version. Without Redis the cards see it at their next look."""
    try:
        ctx.redis.publish(channel(account_id), version)
    except RedisError:
        ctx.counts["announce_failed"] += 1
