"""When amoCRM gives up on an address: over 100 invalid answers in two hours, the last of them invalid.

https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.hooks.letters import Letter

WINDOW_MS = 2 * 3600 * 1000
ALLOWED = 100


class Discipline:
    """Counts the invalid answers of every hook and switches off the one that has too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._invalid: defaultdict[tuple[int, int], deque[int]] = defaultdict(deque)

    def note_invalid(self, letter: Letter, now_ms: int) -> None:
        """Book one invalid answer; past the limit the hook's row gets `disabled: true`."""
        if not self._is_too_much((letter.account.id, letter.hook_id), now_ms):
            return
        with letter.account.lock:
            hook = letter.account.webhooks.get(letter.hook_id)
            if hook is not None:
                hook |= {"disabled": True, "updated_at": now_ms // 1000}

    def _is_too_much(self, hook: tuple[int, int], now_ms: int) -> bool:
        with self._lock:
            times = self._invalid[hook]
            times.append(now_ms)
            while times[0] <= now_ms - WINDOW_MS:
                times.popleft()
            if len(times) <= ALLOWED:
                return False
            times.clear()
            return True
