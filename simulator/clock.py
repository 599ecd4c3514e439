"""The simulator's clock: real time plus what it was told to jump, or standing still."""

from __future__ import annotations

import threading
import time


class Clock:
    """Tells the time of the simulated world in UTC; every time stamp amoCRM would write comes from here.

    Args:
        start: the unix second that it is now; the machine's own time when None.
    """

    def __init__(self, start: int | None = None) -> None:
        self._lock = threading.Lock()
        self._ahead_ms = 0
        self._frozen_ms: int | None = None
        if start is not None:
            self._ahead_ms = start * 1000 - _machine_ms()

    def now_ms(self) -> int:
        """Return unix milliseconds."""
        with self._lock:
            return self._read()

    def now(self) -> int:
        """Return the unix second."""
        return self.now_ms() // 1000

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen_ms is not None

    def jump(self, seconds: float) -> None:
        """Move ahead (or back, when negative) by `seconds`, frozen or not."""
        with self._lock:
            step = round(seconds * 1000)
            self._ahead_ms += step
            if self._frozen_ms is not None:
                self._frozen_ms += step

    def freeze(self, at: int | None = None) -> None:
        """Stand still, at the unix second `at` when it is given. `jump` still moves a frozen clock."""
        with self._lock:
            self._frozen_ms = self._read() if at is None else at * 1000

    def resume(self) -> None:
        """Run on from where the clock stands."""
        with self._lock:
            if self._frozen_ms is not None:
                self._ahead_ms = self._frozen_ms - _machine_ms()
                self._frozen_ms = None

    def _read(self) -> int:
        return self._frozen_ms if self._frozen_ms is not None else _machine_ms() + self._ahead_ms


def _machine_ms() -> int:
    return time.time_ns() // 1_000_000
