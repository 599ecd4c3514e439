"""Letters that wait for their time. Knows no threads: whoever uses it holds a lock."""

from __future__ import annotations

import heapq
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.hooks.letters import Letter
    from simulator.switches import Switches

LOOK_AGAIN_SECONDS = 0.05
"""How soon a jump of the clock is noticed: the clock tells nobody that it was moved."""


class Outbox:
    """The waiting letters, the earliest first.

    Args:
        switches: whether changes of one second collapse and how many items travel together.
    """

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._heap: list[Letter] = []
        self._open: dict[tuple[object, ...], Letter] = {}
        self._gathering: dict[tuple[object, ...], Letter] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, letter: Letter) -> None:
        """Add a letter that leaves when it is due, alone or with others."""
        heapq.heappush(self._heap, letter)

    def put_collapsing(self, letter: Letter, now_ms: int) -> None:
        """Add a letter that is kept until the second ends, or let its news replace those of one kept already."""
        second, told = now_ms // 1000, letter.occurrences[0]
        # What has neither id (a talk) collapses with nothing.
        thing = told.item.get("id") or told.item.get("uid") or letter.number
        key = (letter.account.id, letter.hook_id, letter.kind, letter.code, thing, second)
        if key in self._open:
            self._open[key].occurrences[:] = [told]
            return
        self._open = {other: kept for other, kept in self._open.items() if other[-1] == second} | {key: letter}
        letter.due_ms = max(letter.due_ms, (second + 1) * 1000)
        self.put(letter)

    def put_gathering(self, letter: Letter, most: int) -> None:
        """Add a letter of a mass action, or let its news travel in one of the same kind that has not left yet."""
        told = letter.occurrences[0]
        key = (letter.account.id, letter.hook_id, letter.kind, letter.code, told.mass)
        waiting = self._gathering.get(key)
        if waiting is not None and len(waiting.occurrences) < most:
            waiting.occurrences.append(told)
            return
        self._gathering[key] = letter
        self.put(letter)

    def hurry(self) -> None:
        """Make everything due at once, in the order in which it would have been."""
        for rank, letter in enumerate(sorted(self._heap)):
            letter.due_ms, letter.not_before = rank - len(self._heap), 0.0
        heapq.heapify(self._heap)

    def has_due(self, now_ms: int) -> bool:
        """Whether a letter's time has come."""
        return bool(self._heap) and self._heap[0].due_ms <= now_ms

    def pause(self, now_ms: int) -> float | None:
        """Return the seconds to wait before the first letter may leave (0 or less: now); None until there is one."""
        if not self._heap:
            return None
        return self._heap[0].not_before - time.monotonic() if self.has_due(now_ms) else LOOK_AGAIN_SECONDS

    def take(self, now_ms: int) -> Letter:
        """Remove and return the first letter, with the due news of its kind that may travel along."""
        letter = heapq.heappop(self._heap)
        self._gathering = {key: kept for key, kept in self._gathering.items() if kept is not letter}
        room = self._switches.hook_batch - 1
        if room > 0 and letter.attempt == 1:
            mixed = self._switches.hook_batch_mixed
            due = (each for each in sorted(self._heap) if each.due_ms <= now_ms)
            along = [each for each in due if each.may_join(letter, mixed=mixed)][:room]
            letter.occurrences += [told for each in along for told in each.occurrences]
            numbers = {each.number for each in along}
            self._heap = [each for each in self._heap if each.number not in numbers]
            heapq.heapify(self._heap)
        return letter
