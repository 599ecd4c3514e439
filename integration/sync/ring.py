"""The doorbell: tells the workers that there is something to do. What there is to do stands in the database.

A wake-up may be lost, doubled or late: the clock rings again for whatever was forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

if TYPE_CHECKING:
    from integration.sync.context import Context

LIVE = "live"
"""The queue of what somebody is waiting for in front of a screen."""
BULK = "bulk"
"""The queue of long work, done in slices: workers take from the two queues in turn."""
FLAG_SECONDS = 30
JOB_SECONDS = 600
FAILURE_SECONDS = 3600


def ring(ctx: Context, account_id: int) -> bool:
    """Ask for a refresh of the account, once until a worker takes it up. False: Redis does not answer."""
    try:
        if ctx.redis.set(_flag(account_id), 1, nx=True, ex=FLAG_SECONDS):
            _enqueue(ctx, LIVE, "refresh", account_id)
    except RedisError:
        ctx.counts["ring_failed"] += 1
        return False
    return True


def silence(ctx: Context, account_id: int) -> None:
    """Take the ring up. Comes before looking for work: what comes later rings again."""
    try:
        ctx.redis.delete(_flag(account_id))
    except RedisError:
        ctx.counts["silence_failed"] += 1


def call(ctx: Context, job: str, *arguments: int | str, queue: str = BULK) -> bool:
    """Ask for a job of workers.jobs, by name. False: Redis does not answer."""
    try:
        _enqueue(ctx, queue, job, *arguments)
    except RedisError:
        ctx.counts["call_failed"] += 1
        return False
    return True


def others_wait(ctx: Context) -> bool:
    """Tell whether a queue holds jobs that no worker has taken."""
    return bool(waiting(ctx))


def waiting(ctx: Context) -> int | None:
    """Count the jobs that no worker has taken. None: Redis does not answer."""
    try:
        return sum(ctx.redis.llen(f"{Queue.redis_queue_namespace_prefix}{name}") for name in (LIVE, BULK))
    except RedisError:
        return None


def _enqueue(ctx: Context, queue: str, job: str, *arguments: int | str) -> None:
    Queue(queue, connection=ctx.redis, serializer=JSONSerializer).enqueue(
        f"workers.jobs.{job}",
        *arguments,
        description=job,  # the default one would carry the arguments into logs
        job_timeout=JOB_SECONDS,
        result_ttl=0,
        failure_ttl=FAILURE_SECONDS,
    )


def _flag(account_id: int) -> str:
    return f"ring:{account_id}"
