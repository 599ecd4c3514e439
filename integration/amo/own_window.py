"""The rate limit that a process keeps alone, while it has no Redis to share one."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from integration.amo.shared_window import PATIENCE_US, STOPPED, WINDOW_US

WINDOW = WINDOW_US / 1_000_000
PATIENCE = PATIENCE_US / 1_000_000
BRIEFLY = 0.02
REMEMBERED_ACCOUNTS = 1024


@dataclass(slots=True)
class _Places:
    """When the places of one account get free; who waits; when a bulk request passed last."""

    free_at: dict[str, float] = field(default_factory=dict)
    live: deque[str] = field(default_factory=deque)
    bulk: deque[str] = field(default_factory=deque)
    bulk_passed: float = 0.0
    stopped_until: float = 0.0


class OwnWindow:
    """At most `share` requests of an account, and `cap` of all, between their sending and a second after the answer."""

    def __init__(self, share: int, cap: int) -> None:
        self.share = share
        self._cap = cap
        self._accounts: defaultdict[int, _Places] = defaultdict(_Places)
        self._lock = threading.Lock()

    def turn(self, account_id: int, asker: str, *, live: bool) -> float:
        """Return 0 when the request may be sent now, STOPPED, or the seconds after which to ask again."""
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            places = self._accounts[account_id]
            if places.stopped_until > now:
                return STOPPED
            queue = places.live if live else places.bulk
            if asker not in queue:
                queue.append(asker)
            if queue[0] != asker or self._goes_before(places, now, live=live):
                return BRIEFLY
            taken = sum(len(each.free_at) for each in self._accounts.values())
            if len(places.free_at) >= self.share or taken >= self._cap:
                soonest = min(places.free_at.values(), default=now + BRIEFLY)
                return min(max(soonest - now, 0.001), BRIEFLY)
            queue.popleft()
            places.free_at[asker] = now + WINDOW + WINDOW
            if not live:
                places.bulk_passed = now
            return 0.0

    def answered(self, account_id: int, asker: str) -> None:
        """Let the place go a second from now: the answer came."""
        with self._lock:
            places = self._accounts[account_id]
            if asker in places.free_at:
                places.free_at[asker] = time.monotonic() + WINDOW

    def leave(self, account_id: int, asker: str) -> None:
        """Wait no longer."""
        with self._lock:
            for queue in (self._accounts[account_id].live, self._accounts[account_id].bulk):
                if asker in queue:
                    queue.remove(asker)

    def stop(self, account_id: int, seconds: float) -> None:
        """Let no request of the account pass for so long."""
        with self._lock:
            self._accounts[account_id].stopped_until = time.monotonic() + seconds

    def _goes_before(self, places: _Places, now: float, *, live: bool) -> bool:
        """Tell whether somebody of the other kind goes first: live ones, unless bulk has waited for too long."""
        if not places.bulk or not places.live:
            return False
        return (now - places.bulk_passed >= PATIENCE) == live

    def _forget(self, now: float) -> None:
        for places in self._accounts.values():
            for asker in [asker for asker, free_at in places.free_at.items() if free_at <= now]:
                del places.free_at[asker]
        if len(self._accounts) > REMEMBERED_ACCOUNTS:
            idle = [key for key, each in self._accounts.items() if not (each.free_at or each.live or each.bulk)]
            for key in idle:
                del self._accounts[key]
