"""The post office: hears what happens in the accounts and brings it to the subscribed addresses by real HTTP.

A scheduler waits for what is due by the simulator's clock and hands it to the address's own few threads, so that a
slow receiver delays nobody else. Letters to one address leave in order and travel side by side: order is mostly kept.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from simulator.hooks.carrier import Carrier
from simulator.hooks.discipline import Discipline
from simulator.hooks.letters import Attempt, Letter, delay_before, is_success
from simulator.hooks.mischief import Dispatch, Mischief
from simulator.hooks.outbox import Outbox

if TYPE_CHECKING:
    from simulator.crm.state import AccountState, Occurrence, Row
    from simulator.universe import Universe

PARALLEL = 8


class Deliveries:
    """All webhook requests of the simulated world: waiting, under way and done.

    Args:
        universe: whose present and future accounts to listen to; its clock says when a retry is due, its switches
            what goes wrong, its seed how chance falls.
    """

    def __init__(self, universe: Universe) -> None:
        self._clock = universe.clock
        self._switches = universe.switches
        self._mischief = Mischief(random.Random(universe.seed))
        # Apart from the mischief's chance, because retries draw from it at times that threads decide.
        self._request_ids = random.Random(universe.seed)
        self._discipline = Discipline()
        self._carrier = Carrier(PARALLEL)
        self._changed = threading.Condition()
        self._outbox = Outbox(universe.switches)
        self._under_way = 0
        self._attempts: list[Attempt] = []
        self._numbers = itertools.count()
        self._crews: dict[str, ThreadPoolExecutor] = {}
        self._closing = False
        universe.on_new_account.append(self._listen)
        for account in universe.accounts.values():
            self._listen(account)
        self._scheduler = threading.Thread(target=self._send_what_is_due, name="webhooks", daemon=True)
        self._scheduler.start()

    def _listen(self, account: AccountState) -> None:
        account.listeners.append(self.hear)

    def hear(self, account: AccountState, occurrence: Occurrence) -> None:
        """Write the letters about one occurrence, one for every address that subscribed to its code."""
        if occurrence.code == "update_task" and not account.switches.hook_update_task:
            return
        # A copy instead of the account's lock: its holder may be waiting for the very thread that makes us hear.
        hooks = [hook for hook in list(account.webhooks.values()) if _hears(hook, occurrence)]
        with self._changed:
            for hook in hooks:
                for dispatch in self._mischief.befall(occurrence, account.switches):
                    self._post(account, hook["id"], hook["destination"], dispatch)
            self._changed.notify_all()

    def flush(self, timeout: float = 60.0) -> int:
        """Send everything that waits, retries included, now; return how many attempts that made.

        Waits for the answers, `timeout` seconds at most. What fails once more leaves its next retry waiting.
        """
        with self._changed:
            before = len(self._attempts)
            self._outbox.hurry()
            self._changed.notify_all()
            self._changed.wait_for(self._idle, timeout)
            return len(self._attempts) - before

    def attempts(self, account_id: int | None = None) -> list[Attempt]:
        """Return the log, oldest first, of one account or of all."""
        with self._changed:
            return [attempt for attempt in self._attempts if account_id in {None, attempt.account_id}]

    def waiting(self) -> int:
        """Return how many letters wait for their time or are under way."""
        with self._changed:
            return len(self._outbox) + self._under_way

    def close(self) -> None:
        """Stop sending; what still waits is dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._scheduler.join()
        for crew in self._crews.values():
            crew.shutdown(cancel_futures=True)
        self._carrier.close()

    def _post(self, account: AccountState, hook_id: int, url: str, dispatch: Dispatch) -> None:
        now_ms = self._clock.now_ms()
        letter = Letter(
            due_ms=now_ms + dispatch.held_ms,
            number=next(self._numbers),
            account=account,
            hook_id=hook_id,
            url=url,
            occurrences=[dispatch.occurrence],
            kind=dispatch.kind,
            request_id=self._new_request_id(),
            not_before=time.monotonic() + self._switches.hook_latency_ms / 1000,
        )
        if dispatch.kind == "lost":
            self._attempts.append(Attempt.of(letter, None, 0, now_ms // 1000))
        elif dispatch.occurrence.mass:
            self._outbox.put_gathering(letter, account.switches.hook_mass_batch)
        elif self._switches.hook_collapse:
            self._outbox.put_collapsing(letter, now_ms)
        else:
            self._outbox.put(letter)

    def _send_what_is_due(self) -> None:
        with self._changed:
            while not self._closing:
                pause = self._outbox.pause(self._clock.now_ms())
                if pause is None or pause > 0:
                    self._changed.wait(pause)
                    continue
                letter = self._outbox.take(self._clock.now_ms())
                self._under_way += 1
                self._crew(letter.url).submit(self._bring, letter).add_done_callback(_show_failure)

    def _bring(self, letter: Letter) -> None:
        try:
            if letter.is_wanted():
                sent_ms = self._clock.now_ms()
                status, took_ms = self._carrier.bring(letter, self._switches.hook_timeout_status)
                self._book(letter, status, took_ms, sent_ms)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _book(self, letter: Letter, status: int, took_ms: int, sent_ms: int) -> None:
        delay = delay_before(letter.attempt + 1, status)
        with self._changed:
            self._attempts.append(Attempt.of(letter, status, took_ms, sent_ms // 1000))
            if delay is not None:
                request_id = letter.request_id if self._switches.hook_same_request_id else self._new_request_id()
                self._outbox.put(letter.again(sent_ms + delay * 1000, request_id))
        if not is_success(status):
            self._discipline.note_invalid(letter, self._clock.now_ms())

    def _crew(self, url: str) -> ThreadPoolExecutor:
        if url not in self._crews:
            self._crews[url] = ThreadPoolExecutor(PARALLEL, thread_name_prefix="webhook")
        return self._crews[url]

    def _idle(self) -> bool:
        return not self._under_way and not self._outbox.has_due(self._clock.now_ms())

    def _new_request_id(self) -> str:
        return str(uuid.UUID(int=self._request_ids.getrandbits(128), version=4))


def _hears(hook: Row, occurrence: Occurrence) -> bool:
    return occurrence.code in hook["settings"] and not hook["disabled"]


def _show_failure(done: Future[None]) -> None:
    """Let a mistake of ours be printed instead of resting in the future that nobody reads."""
    if not done.cancelled():
        done.result()
