"""Keeps an account's requests under amoCRM's limit, for all processes together.

The window is exact: a request is let through only if fewer than `per_second` were let through in the second before
it. With at most 6 a second from callers that wait for each answer, amoCRM's own limit of 7 holds however unevenly
the network delivers: the 8th request can arrive no sooner than a second after the first one's answer was on its way.
https://www.amocrm.ru/developers/content/crm_platform/error-codes
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, cast

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis import Redis

WINDOW = 1.01
"""Seconds. The hundredth covers the resolution of clocks."""
REDIS_REST = 5.0
"""Seconds without Redis after it failed: asking a dead server costs a time-out each time."""
REMEMBERED_ACCOUNTS = 1024

# KEYS[1]: the microseconds at which the latest requests were let through, newest first.
# ARGV: how many a window may hold, the window in microseconds.
# Returns 0 and lets the request through, or the microseconds until a place is free.
# An entry from the future means that the server's clock was set back: it must not block the account for so long.
_WINDOW_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local oldest = redis.call('LINDEX', KEYS[1], ARGV[1] - 1)
local passed = oldest and now - oldest
if passed and passed >= 0 and passed < tonumber(ARGV[2]) then
    return ARGV[2] - passed
end
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('LTRIM', KEYS[1], 0, ARGV[1] - 1)
redis.call('PEXPIRE', KEYS[1], 5000)
return 0
"""


class RateLimit:
    """At most `per_second` requests of an account in any second, shared through Redis.

    Without Redis each process keeps its own window: the lane of an account is served by one process at a time. That
    window is kept beside the shared one too, so that a flushed Redis does not allow a second burst.
    """

    def __init__(self, redis: Redis | None, per_second: int) -> None:
        self._per_second = per_second
        self._script = redis.register_script(_WINDOW_SCRIPT) if redis is not None else None
        self._redis_again_at = 0.0
        self._passed: dict[int, deque[float]] = {}
        self._lock = threading.Lock()

    def wait(self, account_id: int) -> None:
        """Return when the account's next request may be sent, which is counted as sent now."""
        while pause := self._pause(account_id):
            time.sleep(pause)

    def _pause(self, account_id: int) -> float:
        """Let the request through and return 0, or return the seconds after which to ask again."""
        with self._lock:
            passed = self._passed.get(account_id) or self._remember(account_id)
            if len(passed) == self._per_second and (pause := passed[0] + WINDOW - time.monotonic()) > 0:
                return pause
            pause = self._shared_pause(account_id)
            if not pause:
                passed.append(time.monotonic())
            return pause

    def _remember(self, account_id: int) -> deque[float]:
        if len(self._passed) >= REMEMBERED_ACCOUNTS:
            recent = time.monotonic() - WINDOW
            self._passed = {key: passed for key, passed in self._passed.items() if passed and passed[-1] > recent}
        return self._passed.setdefault(account_id, deque(maxlen=self._per_second))

    def _shared_pause(self, account_id: int) -> float:
        if self._script is None or time.monotonic() < self._redis_again_at:
            return 0.0
        try:
            pause = self._script(keys=[f"rate:{account_id}"], args=[self._per_second, int(WINDOW * 1_000_000)])
        except RedisError:
            self._redis_again_at = time.monotonic() + REDIS_REST
            return 0.0
        return cast("int", pause) / 1_000_000
