"""What every piece of work needs: the settings, the database, Redis, the vault, the rate limit, the clock."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from integration.amo.rate_limit import RateLimit
from integration.store.database import Database
from integration.store.vault import Vault
from integration.sync.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from integration.settings import Settings

REDIS_SECONDS = 0.5
"""How long Redis may take to answer. It carries wake-ups only: without it everything comes out, later."""


@dataclass(frozen=True, slots=True)
class Context:
    """One per process, safe for its threads."""

    settings: Settings
    database: Database
    redis: Redis
    vault: Vault
    limit: RateLimit
    now_ms: Callable[[], int]
    """Our clock. What amoCRM says is placed by amoCRM's clock, the client's `server_now`."""
    patience: Patience = field(default_factory=Patience)
    """How long a hook waits for the database."""
    counts: Counter[str] = field(default_factory=Counter)
    """What went wrong without harm, such as Redis not answering."""

    @property
    def now(self) -> int:
        """Our clock in seconds."""
        return self.now_ms() // 1000

    def close(self) -> None:
        """Close every connection."""
        self.database.dispose()
        self.redis.close()


def open_context(settings: Settings, *, now_ms: Callable[[], int] | None = None) -> Context:
    """Make the context of this process. Connects to nothing before it is needed."""
    redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return Context(
        settings=settings,
        database=Database(settings.database_url),
        redis=redis,
        vault=Vault(settings.encryption_keys),
        limit=RateLimit(
            redis,
            settings.requests_per_second,
            global_per_second=settings.global_requests_per_second,
            alone=1,
        ),
        now_ms=now_ms or _unix_ms,
    )


def _unix_ms() -> int:
    return time.time_ns() // 1_000_000
