"""What Redis knows of an account: wiped when the account is deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from integration.sync import addresses, ring, spill

if TYPE_CHECKING:
    from integration.sync.context import Context


def wipe(ctx: Context, account_id: int, address: str | None) -> None:
    """Delete every key that names the account, its hook address, its waiting hints and its failed jobs.

    Without Redis nothing is done: every key there has an end of its own.
    """
    try:
        own = [key for key in ctx.redis.scan_iter(f"*:{account_id}*", count=1000) if _names(key, account_id)]
        if address is not None:
            own.append(addresses.key(address).encode())
        if own:
            ctx.redis.delete(*own)
        _forget_hints(ctx, account_id)
        _forget_jobs(ctx, account_id)
    except RedisError:
        ctx.counts["traces_left"] += 1


def _names(key: bytes, account_id: int) -> bool:
    return str(account_id).encode() in key.split(b":")


def _forget_hints(ctx: Context, account_id: int) -> None:
    for kept in ctx.redis.lrange(spill.KEY, 0, -1):
        hint = kept.decode() if isinstance(kept, bytes) else kept
        if json.loads(hint)[0] == account_id:
            ctx.redis.lrem(spill.KEY, 0, hint)


def _forget_jobs(ctx: Context, account_id: int) -> None:
    for name in (ring.LIVE, ring.BULK):
        queue = Queue(name, connection=ctx.redis, serializer=JSONSerializer)
        for job_id in queue.failed_job_registry.get_job_ids():
            job = queue.fetch_job(job_id)
            if job is not None and account_id in job.args:
                job.delete()
