"""Who asked how often: the record of API requests and the limits that hold for them, in real time."""

from __future__ import annotations

import bisect
import threading
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.switches import Switches

_PENALTY_SECONDS = 60
_KEPT = 100_000


class Asked(NamedTuple):
    """One API request; `at` is monotonic seconds of the machine at its arrival."""

    at: float
    client_id: str
    account_id: int
    method: str
    path: str
    status: int


Verdict: TypeAlias = Literal["pass", "too many", "blocked"]


class Traffic:
    """Counts requests in sliding windows of one real second, whatever the simulated clock does."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, int], deque[float]] = defaultdict(deque)
        self._offences: dict[int, deque[float]] = defaultdict(deque)
        self._blocked_until: dict[int, float] = {}
        self._asked: deque[Asked] = deque(maxlen=_KEPT)

    def admit(self, client_id: str, account_id: int) -> Verdict:
        """Count a request that arrives now: it passes, is one too many (429), or the account is blocked (403 HTML)."""
        if not self._switches.limits:
            return "pass"
        now = time.monotonic()
        with self._lock:
            if self._blocked_until.get(account_id, 0) > now:
                return "blocked"
            scope = account_id if self._switches.limit_scope == "account" else 0
            of_integration, of_account = self._windows[client_id, scope], self._windows["", account_id]
            full = len(_recent(of_integration, now, 1)) >= self._switches.limit_integration
            if full or len(_recent(of_account, now, 1)) >= self._switches.limit_account:
                return self._offend(account_id, now)
            of_integration.append(now)
            of_account.append(now)
            return "pass"

    def _offend(self, account_id: int, now: float) -> Verdict:
        offences = _recent(self._offences[account_id], now, _PENALTY_SECONDS)
        offences.append(now)
        if self._switches.block_after and len(offences) > self._switches.block_after:
            self._blocked_until[account_id] = now + self._switches.block_seconds
            offences.clear()
            return "blocked"
        return "too many"

    def block(self, account_id: int, seconds: float) -> None:
        """Block an account for so long, as amoCRM does by hand or for what other integrations did."""
        with self._lock:
            self._blocked_until[account_id] = time.monotonic() + seconds

    def forgive(self) -> None:
        """Lift all blocks, as amoCRM's support would."""
        with self._lock:
            self._blocked_until.clear()
            self._offences.clear()

    def record(self, asked: Asked) -> None:
        """Remember a request that was answered."""
        with self._lock:
            self._asked.append(asked)

    def summary(self) -> dict[str, Any]:
        """Return, for every integration in every account, its requests, the busiest second and the statuses."""
        with self._lock:
            asked = list(self._asked)
        groups: dict[tuple[str, int], list[Asked]] = defaultdict(list)
        for each in asked:
            groups[each.client_id, each.account_id].append(each)
        return {
            "integrations": [
                _summary_of(client_id, account_id, rows) for (client_id, account_id), rows in groups.items()
            ],
            "requests": [each._asdict() for each in asked[-1000:]],
        }


def _recent(window: deque[float], now: float, seconds: float) -> deque[float]:
    while window and window[0] <= now - seconds:
        window.popleft()
    return window


def _summary_of(client_id: str, account_id: int, rows: Sequence[Asked]) -> dict[str, Any]:
    times = sorted(each.at for each in rows)
    statuses: dict[str, int] = defaultdict(int)
    for each in rows:
        statuses[str(each.status)] += 1
    return {
        "client_id": client_id,
        "account_id": account_id,
        "count": len(rows),
        "max_per_second": _busiest_second(times),
        "statuses": dict(statuses),
        "timestamps": times,
    }


def _busiest_second(times: Sequence[float]) -> int:
    """Return how many of the sorted times lie in the fullest window of one second."""
    return max((index + 1 - bisect.bisect_right(times, at - 1) for index, at in enumerate(times)), default=0)
