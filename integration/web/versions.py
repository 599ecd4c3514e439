"""The newest version of each account that somebody watches: heard from Redis, else looked up in the database.

One subscription per process serves all streams: a message is tiny, a connection for every reader is not. A message may
be lost, so the database is looked at as well: seldom while Redis speaks, every second while it does not.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from integration.store import versions
from integration.store.database import DatabaseDown
from integration.sync.live import channel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from integration.sync.context import Context

PREFIX = channel(0).removesuffix("0")
GLANCE_SECONDS = 1.0
"""How often the database is looked at while Redis is gone, and Redis is tried again."""
CHECK_SECONDS = 15.0
"""How often the database is looked at while Redis speaks."""

log = structlog.get_logger(__name__)


class News:
    """What one stream is told. Versions that come faster than they are sent are told once, the newest."""

    def __init__(self) -> None:
        self._newest = -1
        self._ended = False
        self._changed = asyncio.Event()

    def tell(self, version: int) -> None:
        """Let the stream know; what it knows already is no news."""
        if version > self._newest:
            self._newest = version
            self._changed.set()

    def end(self) -> None:
        """Let the stream end."""
        self._ended = True
        self._changed.set()

    async def until_the_end(self, beat: float) -> AsyncIterator[int | None]:
        """Give every new version, and None whenever there was none for `beat` seconds."""
        while not self._ended:
            try:
                await asyncio.wait_for(self._changed.wait(), beat)
            except TimeoutError:
                yield None
                continue
            self._changed.clear()
            if not self._ended:
                yield self._newest


class Versions:
    """Belongs to one event loop."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._readers: defaultdict[int, set[News]] = defaultdict(set)
        self._hears = False
        self._closed = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen as long as the server lives."""
        tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._look())]
        try:
            yield
        finally:
            self.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        """Let every stream end, those included that are just beginning."""
        self._closed = True
        for readers in self._readers.values():
            for news in readers:
                news.end()

    @asynccontextmanager
    async def watched(self, account_id: int) -> AsyncIterator[News]:
        """Watch an account: its present version is told at once."""
        news = News()
        self._readers[account_id].add(news)
        try:
            await self._look_up([account_id])
            if self._closed:
                news.end()
            yield news
        finally:
            self._readers[account_id].discard(news)
            if not self._readers[account_id]:
                del self._readers[account_id]

    async def _hear(self) -> None:
        while True:
            try:
                async with Redis.from_url(self._ctx.settings.redis_url) as client, client.pubsub() as subscription:
                    await subscription.psubscribe(f"{PREFIX}*")
                    self._hears = True
                    while True:
                        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=CHECK_SECONDS)
                        if message is not None:
                            self._tell(int(message["channel"].decode().removeprefix(PREFIX)), int(message["data"]))
            except (RedisError, OSError) as error:
                self._hears = False
                log.warning("live_without_redis", reason=type(error).__name__)
                await asyncio.sleep(GLANCE_SECONDS)

    async def _look(self) -> None:
        waited = 0.0
        while True:
            await asyncio.sleep(GLANCE_SECONDS)
            waited += GLANCE_SECONDS
            if self._readers and (not self._hears or waited >= CHECK_SECONDS):
                await self._look_up(list(self._readers))
                waited = 0.0

    async def _look_up(self, account_ids: Collection[int]) -> None:
        try:
            found = await asyncio.to_thread(self._stored, account_ids)
        except DatabaseDown as error:
            log.warning("live_without_database", reason=str(error))
            return
        for account_id, version in found.items():
            self._tell(account_id, version)

    def _stored(self, account_ids: Collection[int]) -> dict[int, int]:
        with self._ctx.database.read() as conn:
            return versions.of(conn, account_ids)

    def _tell(self, account_id: int, version: int) -> None:
        for news in self._readers.get(account_id, ()):
            news.tell(version)
