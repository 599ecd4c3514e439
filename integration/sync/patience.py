"""Work with the database that must not wait for it: a hook is answered in time even when the database hangs.

A database that is gone says so at once; one that hangs says nothing at all, and no time-out of the driver covers every
way to hang. So the work is done by a thread that may be left behind.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, TypeVar

from integration.store.database import DatabaseDown

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

SECONDS = 1.0
"""AmoCRM waits two seconds for the answer to a hook."""
REST = 1.0
"""After the database hung, so long nothing is asked of it but one try."""


class Patience:
    """Does work for the threads of a process, and waits for it only so long. Work left behind ends when it can."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._idle: queue.SimpleQueue[_Hand] = queue.SimpleQueue()
        self._rests_until = 0.0
        self._lock = threading.Lock()

    def within(self, work: Callable[[], Result]) -> Result:
        """Return what the work returns, or raise what it raises. Raises DatabaseDown when it takes too long."""
        self._check_rest()
        try:
            hand = self._idle.get_nowait()
        except queue.Empty:
            hand = _Hand()
        done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()
        hand.work.put(lambda: done.put(_outcome(work)))
        try:
            result, error = done.get(timeout=self._seconds)
        except queue.Empty:
            hand.work.put(None)  # it ends by itself, when the database lets it
            with self._lock:
                self._rests_until = time.monotonic() + REST
            raise DatabaseDown("The database hangs") from None
        self._rests_until = 0.0
        self._idle.put(hand)
        if error is not None:
            raise error
        return result  # type: ignore[return-value] # without an error it is what the work returned

    def _check_rest(self) -> None:
        with self._lock:
            now = time.monotonic()
            if now < self._rests_until:
                raise DatabaseDown("The database hung a moment ago")
            if self._rests_until:
                self._rests_until = now + REST  # this one tries, the others do not wait with it


class _Hand:
    """A thread that does one piece of work after another until it is told to end. It keeps no process alive."""

    def __init__(self) -> None:
        self.work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True, name="patience").start()

    def _run(self) -> None:
        while (work := self.work.get()) is not None:
            work()


def _outcome(work: Callable[[], Result]) -> tuple[Result | None, BaseException | None]:
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
        return None, error
