"""An office that goes on by itself, one change every so many real seconds."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

from simulator.scenario.day import next_change

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.account import Account


class Living:
    """Changes an account until it is stopped.

    Args:
        account: what lives.
        seed: of the order in which things happen; when they happen depends on the real time.
        seconds: the mean time between two changes.
        tell: called with one line of Russian after every change.
    """

    def __init__(self, account: Account, *, seed: int, seconds: float, tell: Callable[[str], None]) -> None:
        self._account = account
        self._rng = random.Random(seed)
        self._seconds = seconds
        self._tell = tell
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._live, name="living", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the change that is under way."""
        self._stopped.set()
        self._thread.join()

    def _live(self) -> None:
        while not self._stopped.wait(self._seconds * self._rng.uniform(0.6, 1.4)):
            self._tell(next_change(self._account, self._rng))
