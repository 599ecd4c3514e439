"""A large account in a short time: the same few deeds for every lead, each at its own time, told to nobody.

A lead is created, gets a task, moves on, changes its price and its owner and moves again: six events of its own and
one of its task. Half of the leads are decided in the end, and a twentieth of the tasks are done.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from simulator.crm.state import LOST, WON
from simulator.scenario.hours import DAY
from simulator.scenario.office import open_office

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.universe import Universe

STEPS = 6
TASKS_EVERY = 4
LIFE = 20 * DAY


def large_account(universe: Universe, *, leads: int, days: int) -> Account:
    """Open an office to which `leads` leads came within the last `days`. The same seed and start give the same."""
    clock = universe.clock
    now, ran = clock.now(), not clock.frozen
    rng = random.Random(universe.rng.getrandbits(64))
    clock.freeze(now - days * DAY)
    account = open_office(universe)
    listeners, account.listeners = account.listeners, []
    crowd = _Crowd(account, rng)
    for at, number, step in _schedule(rng, leads, now - days * DAY, now):
        clock.freeze(at)
        crowd.live(number, step)
    account.listeners = listeners
    clock.freeze(now)
    if ran:
        clock.resume()
    return account


def _schedule(rng: random.Random, leads: int, since: int, now: int) -> list[tuple[int, int, int]]:
    """Return (second, number of the lead, step) in order; the lives of the last leads are cut off by the present."""
    planned = []
    for number in range(leads):
        at = rng.randrange(since, now)
        for step in range(STEPS):
            planned.append((at, number, step))
            at = min(now - 1, at + rng.randrange(60, LIFE // STEPS))
    return sorted(planned)


class _Crowd:
    """The leads by their numbers, and what is done to them."""

    def __init__(self, account: Account, rng: random.Random) -> None:
        self._account, self._rng = account, rng
        self._ids: dict[int, int] = {}
        self._users = [user["id"] for user in account.users.values() if not user["rights"]["is_free"]]
        self._pipeline = next(iter(account.pipelines))
        self._stages = [status["id"] for status in account.statuses(self._pipeline)[1:-2]]

    def live(self, number: int, step: int) -> None:
        """Do the next thing to a lead."""
        by = self._rng.choice(self._users)
        if step == 0:
            self._come(number, by)
            return
        change = self._account.change_lead
        lead_id = self._ids[number]
        match step:
            case 1:
                change(lead_id, by, status_id=self._stages[1])
            case 2:
                change(lead_id, by, price=self._rng.randrange(1, 900) * 1000)
            case 3:
                change(lead_id, by, status_id=self._stages[2])
            case 4:
                change(lead_id, by, responsible_user_id=self._rng.choice(self._users))
            case _:
                change(lead_id, by, status_id=(WON, LOST, *self._stages[-2:])[number % 4])

    def _come(self, number: int, by: int) -> None:
        account, now = self._account, self._account.clock.now()
        lead_id = account.create_lead(
            by, name=f"№ {number}", price=1000, pipeline_id=self._pipeline, status_id=self._stages[0],
            responsible_user_id=by,
        )  # fmt: skip
        self._ids[number] = lead_id
        if number % TASKS_EVERY == 0:
            task_id = account.create_task(
                by, entity_type="leads", entity_id=lead_id, text="—", complete_till=now + DAY, task_type_id=1,
                responsible_user_id=by,
            )  # fmt: skip
            if number % 5:
                account.complete_task(task_id, by)
