"""The months behind an office, lived through in a second: the same deeds as today's, at their own times."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from simulator.clock import Clock
from simulator.scenario.day import ARRIVALS, WORK, next_change
from simulator.scenario.hours import DAY, moments
from simulator.scenario.office import open_office

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.universe import Universe

WORK_PER_LEAD = 14


def office_with_past(universe: Universe, *, days: int = 60, leads: int = 400, subdomain: str = "pulse-demo") -> Account:
    """Open an office and let it have worked for `days` until now; `leads` leads came in meanwhile.

    The past has a clock of its own, so other accounts do not notice. The same seed and start give the same truth.
    """
    now = universe.clock.now()
    since = now - days * DAY
    rng = random.Random(universe.rng.getrandbits(64))
    past = Clock(since)
    past.freeze(since)
    account = open_office(universe, subdomain, clock=past)
    arrivals = [(at, ARRIVALS) for at in moments(rng, leads, since, now, account.timezone)]
    work = [(at, WORK) for at in moments(rng, leads * WORK_PER_LEAD, since, now, account.timezone)]
    for at, deeds in sorted(arrivals + work, key=lambda plan: plan[0]):
        past.freeze(at)
        next_change(account, rng, deeds)
    account.clock = universe.clock
    return account
