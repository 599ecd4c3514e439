"""What all accounts depend on: the database, Redis, the workers, the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import Worker

from integration.cli.checks import Finding
from integration.store import runs, schema
from integration.store.database import DatabaseDown

if TYPE_CHECKING:
    from integration.sync.context import Context

CLOCK_SECONDS = 150
"""The clock starts what is due within a second, and what a worker took but did not save after two minutes."""


def database(ctx: Context) -> Finding:
    """Does it answer, in today's schema?"""
    try:
        with ctx.database.read() as conn:
            is_current = schema.is_current(conn)
    except DatabaseDown as error:
        return Finding("database", "wrong", "down", {"cause": str(error)})
    return Finding("database", "ok", "ok") if is_current else Finding("database", "wrong", "not_migrated")


def queue(ctx: Context) -> Finding:
    """Does Redis answer, and does anybody take the jobs?"""
    try:
        ctx.redis.ping()
        workers = Worker.count(connection=ctx.redis)
    except RedisError as error:
        return Finding("queue", "wrong", "down", {"cause": type(error).__name__})
    return Finding("queue", "ok" if workers else "wrong", "ok" if workers else "no_workers", {"workers": workers})


def clock(ctx: Context) -> Finding:
    """Does anybody start what is due?"""
    with ctx.database.read() as conn:
        late = runs.due(conn, ctx.now - CLOCK_SECONDS)
    if late:
        return Finding("clock", "wrong", "stopped", {"works": len(late)})
    return Finding("clock", "ok", "ok")
