"""Keeps an account's requests under amoCRM's limit, for all processes together, live ones before bulk.

While Redis answers, all processes share one window, see `shared_window`. When it has been silent for a while, each
process goes on alone with a share that was given to it: the clock, which does the work then, half of the rate, every
other process, which only ends what it is at, one request a second. Between the two nobody sends anything, for long
enough that what was sent before is over: so both changes are safe too.
https://www.amocrm.ru/developers/content/crm_platform/error-codes
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING, cast

from redis.exceptions import RedisError

from integration.amo.own_window import OwnWindow
from integration.amo.shared_window import STOPPED, SharedWindow
from integration.errors import Halted

if TYPE_CHECKING:
    from redis import Redis

    from integration.amo.shared_window import Load

AMOCRM_LIMIT = 7
"""Requests a second of one integration in one account; one more is answered 429."""
SILENCE = 2.1
"""Seconds without an answer of Redis after which a process goes on alone: until then it sends nothing."""
AGAIN = 1.0
"""How often a process that is alone looks for Redis. With a window it is less than Redis waits when it is new."""
LONGEST_PAUSE = 0.25
"""Asking again at least so often is also what keeps one's place in the queue."""
SAMPLES = 50
ENOUGH_SAMPLES = 5


class RateLimit:
    """At most `per_second` requests of an account in any second, `global_per_second` of all accounts.

    `alone` is this process's share while there is no Redis to share the limit; None: it is the only process.
    """

    def __init__(
        self, redis: Redis | None, per_second: int, *, global_per_second: int | None = None, alone: int | None = None
    ) -> None:
        cap = global_per_second or 10 * per_second
        ceiling = max(per_second, AMOCRM_LIMIT)
        self._shared = SharedWindow(redis, per_second, ceiling, cap) if redis is not None else None
        self._per_second = per_second
        self._own = OwnWindow(alone or per_second, cap)
        self._silent_since: float | None = None
        self._look_again_at = 0.0
        self._was_alone = False
        self._ways: defaultdict[tuple[int, str], deque[float]] = defaultdict(lambda: deque(maxlen=SAMPLES))
        self._lock = threading.Lock()

    def lead(self) -> None:
        """Take half of the rate while there is no Redis: this process is the clock, which does the work then."""
        self._own.share = max(1, self._per_second // 2)

    def wait(self, account_id: int, *, live: bool = False) -> str:
        """Wait until the account's next request may be sent; return the name of its place, for `release`.

        Raises Halted when the account's requests were stopped.
        """
        asker = secrets.token_hex(8)
        try:
            while pause := self._pause(account_id, asker, live=live):
                _refuse_stopped(pause)
                time.sleep(min(pause, LONGEST_PAUSE))
        except BaseException:
            self._leave(account_id, asker)
            raise
        return asker

    def release(self, account_id: int, asker: str, kind: str = "", took: float = 0.0) -> None:
        """Let a place go: its request was answered, after `took` seconds, or failed, which is 0.

        Requests of one `kind` take about equally long.
        """
        self._own.answered(account_id, asker)
        shortest = self._shortest(account_id, kind, took)
        try:
            if self._shared is not None and self._silent_since is None:
                self._shared.answered(account_id, asker, shortest)
        except RedisError:
            self._note_silence()

    def stop(self, account_id: int, seconds: float) -> None:
        """Let no process send anything for the account for so long; whoever waits gets Halted."""
        self._own.stop(account_id, seconds)
        try:
            if self._shared is not None and self._silent_since is None:
                self._shared.stop(account_id, seconds)
        except RedisError:
            self._note_silence()

    def load(self, account_id: int) -> Load | None:
        """Tell what waits for its turn in all processes; None without Redis, when each knows only of itself."""
        try:
            return None if self._shared is None else self._shared.load(account_id)
        except RedisError:
            return None

    def _pause(self, account_id: int, asker: str, *, live: bool) -> float:
        """Let the request through and return 0, or return the seconds after which to ask again, or STOPPED."""
        if self._shared is not None and time.monotonic() >= self._look_again_at:
            try:
                pause = self._shared.turn(account_id, asker, live=live)
            except RedisError:
                self._note_silence()
            else:
                self._silent_since = None
                return self._return_to_others() or pause
        if self._shared is None:
            return self._own.turn(account_id, asker, live=live)
        since = self._silent_since
        if since is None or time.monotonic() < since + SILENCE:
            return AGAIN / 10
        self._was_alone = True
        return self._own.turn(account_id, asker, live=live)

    def _return_to_others(self) -> float:
        """After a time alone: have everybody wait, the others may still be alone. Returns the seconds to wait."""
        if not self._was_alone:
            return 0.0
        try:
            cast("SharedWindow", self._shared).begin_anew()
        except RedisError:
            self._note_silence()
        else:
            self._was_alone = False
        return AGAIN / 10

    def _note_silence(self) -> None:
        now = time.monotonic()
        # Until it is sure that Redis is gone, a look costs nothing that is not lost anyway.
        is_sure = self._silent_since is not None and now >= self._silent_since + SILENCE
        self._silent_since = now if self._silent_since is None else self._silent_since
        self._look_again_at = now + (AGAIN if is_sure else AGAIN / 10)

    def _leave(self, account_id: int, asker: str) -> None:
        self._own.leave(account_id, asker)
        try:
            if self._shared is not None and self._silent_since is None:
                self._shared.leave(account_id, asker)
        except RedisError:
            self._note_silence()

    def _shortest(self, account_id: int, kind: str, took: float) -> float:
        """Return the least time that such a request took lately; 0 while too few are known, or it was not answered."""
        if not took:
            return 0.0
        with self._lock:
            if len(self._ways) > SAMPLES * SAMPLES:
                self._ways.clear()
            ways = self._ways[account_id, kind]
            ways.append(took)
            return min(ways) if len(ways) >= ENOUGH_SAMPLES else 0.0


def _refuse_stopped(pause: float) -> None:
    if pause == STOPPED:
        raise Halted("all requests of the account were stopped")
