"""Reads a list's pages over several connections, some ahead of the one that is wanted, and gives them in order.

The requests for pages beyond the known end are a bet: it is made only as far as the window's earlier pages suggest,
so a short list costs one request. Pages that are read early are safe because settled windows do not change,
and because lists by id grow at their end only: what slides over an edge when a row before it goes is found by its
events, and in the next pass.
"""

from __future__ import annotations

import itertools
import math
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from integration.amo.records import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from integration.amo.client import AmoClient
    from integration.sync.legs import Leg, Scope, Window

AHEAD = 10
"""Pages that are in memory at most: being asked for, or waiting for their turn."""
WINDOWS_AHEAD = 2
"""Windows whose first pages are asked for before the present one ends."""


class Spot(NamedTuple):
    """A page of one of a leg's windows."""

    window: int
    page: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page held. `server_now` is amoCRM's clock when it answered; `refused` says why the list is not ours."""

    spot: Spot
    rows: Sequence[Any]
    more: bool
    server_now: int
    refused: str | None = None


class Reader:
    """Some clients of one account and the threads that use them. Use it in a `with`."""

    def __init__(self, clients: Sequence[AmoClient]) -> None:
        self._idle: SimpleQueue[AmoClient] = SimpleQueue()
        for client in clients:
            self._idle.put(client)
        self._threads = ThreadPoolExecutor(len(clients), thread_name_prefix="pages")
        self._asked = itertools.count(1)
        self.asked = 0
        self.vain = 0

    def walk(self, leg: Leg, scope: Scope, start: Spot, is_over: Callable[[], bool]) -> Iterator[list[Answer]]:
        """Give the leg's pages from `start` in order, up to `pages_at_once` of a window together.

        Once `is_over`, no page is asked for any more, and what is on its way is still given.
        """
        walk = _Walk(leg, leg.windows(scope), start)
        while not walk.is_done:
            if not is_over():
                for spot in walk.wanted():
                    walk.waiting[spot] = self._threads.submit(self._read, leg, scope, walk.windows[spot.window], spot)
            if walk.head not in walk.waiting:
                return
            group = walk.next_group()
            self.vain += walk.vain()
            yield group

    def _read(self, leg: Leg, scope: Scope, window: Window, spot: Spot) -> Answer:
        client = self._idle.get()
        try:
            self.asked = next(self._asked)
            rows, more = leg.read(client, scope, window, spot.page)
            return Answer(spot, rows, more, client.server_now)
        except REFUSALS as refusal:
            if leg.is_vital:
                raise
            return Answer(spot, (), more=False, server_now=client.server_now, refused=refusal.code)
        finally:
            self._idle.put(client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)


class _Walk:
    """Where a walk through a leg is: `head` is the page that is given next."""

    def __init__(self, leg: Leg, windows: Sequence[Window], start: Spot) -> None:
        self.windows = windows
        self.head = start
        self.waiting: dict[Spot, Future[Answer]] = {}
        self._leg = leg
        self._left = AHEAD

    @property
    def is_done(self) -> bool:
        return self.head.window >= len(self.windows)

    def wanted(self) -> list[Spot]:
        """Return the pages to ask for now: of this window as many as it has shown already, of the next the first."""
        window, page = self.head
        bet = 1 if self.windows[window].young else min(AHEAD, 2 * page - 1, self._left)
        spots = [Spot(window, page + further) for further in range(bet)]
        spots += [Spot(window + 1 + further, 1) for further in range(WINDOWS_AHEAD)]
        fresh = [spot for spot in spots if spot not in self.waiting and spot.window < len(self.windows)]
        return fresh[: AHEAD - len(self.waiting)]

    def next_group(self) -> list[Answer]:
        """Wait for the page at the head; return it with those behind it that are there already."""
        group = [self._pop()]
        while len(group) < self._leg.pages_at_once and group[-1].more and self._is_there(self.head):
            group.append(self._pop())
        return group

    def vain(self) -> int:
        """Forget the pages behind the end of a window; return how many were asked for in vain."""
        behind = [spot for spot in self.waiting if spot.window < self.head.window]
        return sum(not self.waiting.pop(spot).cancel() for spot in behind)

    def _is_there(self, spot: Spot) -> bool:
        return spot in self.waiting and self.waiting[spot].done()

    def _pop(self) -> Answer:
        answer = self.waiting.pop(self.head).result()
        window, page = self.head
        self._left = self._pages_left(answer)
        self.head = Spot(window, page + 1) if answer.more else Spot(window + 1, 1)
        return answer

    def _pages_left(self, answer: Answer) -> int:
        """Guess how many pages follow in the window, from the time that those so far cover; many if nobody knows."""
        since, until, _ = self.windows[answer.spot.window]
        covered = until - min(map(self._leg.place, answer.rows), default=until) if self._leg.goes_back else 0
        if covered <= 0 or not answer.more:
            return AHEAD
        return max(1, math.ceil(answer.spot.page * (until - since) / covered) - answer.spot.page)
