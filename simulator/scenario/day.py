"""A day in the office: believable changes, one after the other.

Chance comes from the generator that is passed in, time from the account's clock: the same seed at the same time on
the same account does the same things.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from simulator.account import Refused, UnknownRow
from simulator.scenario import errands, sales, trash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.account import Account
    from simulator.universe import Universe

    Deed: TypeAlias = Callable[[Account, random.Random], str | None]

ARRIVALS: Mapping[Deed, float] = {sales.new_lead: 5, errands.incoming: 2}
"""How new leads come, and how often of each other."""
WORK: Mapping[Deed, float] = {
    sales.move: 26,
    sales.close: 4.6,
    sales.reprice: 7,
    sales.hand_over: 2.5,
    sales.reopen: 0.5,
    sales.burst: 0.5,
    errands.sort_out: 2.2,
    errands.set_task: 14,
    errands.complete_task: 13,
    errands.push_task: 5,
    errands.reopen_task: 0.5,
    errands.delete_task: 0.5,
    errands.call: 14,
    errands.letter: 4,
    trash.delete: 0.4,
    trash.restore: 0.15,
    trash.merge: 0.15,
}
"""What is done about them, and how often of each other."""
ANYTHING: Mapping[Deed, float] = {**ARRIVALS, **WORK}


def next_change(account: Account, rng: random.Random, deeds: Mapping[Deed, float] = ANYTHING) -> str:
    """Let one of the `deeds` happen in the account and return one line of Russian about it.

    A deed that finds nothing to act on, or comes too late because somebody else acted, makes way for another.
    """
    left = dict(deeds)
    while left:
        deed = rng.choices(list(left), list(left.values()))[0]
        del left[deed]
        with suppress(Refused, UnknownRow):
            said = deed(account, rng)
            if said is not None:
                return said
    return next_change(account, rng, ARRIVALS)


def play(universe: Universe, account: Account, changes: int, seed: int, seconds: int) -> list[str]:
    """Play `changes` changes within `seconds` of virtual time at once, the clock jumping along; return the log.

    Afterwards the clock stands `seconds` later than before, and runs if it ran.
    """
    rng, clock = random.Random(seed), universe.clock
    start, ran = clock.now(), not clock.frozen
    said = []
    for at in sorted(rng.randrange(seconds + 1) for _ in range(changes)):
        clock.freeze(start + at)
        said.append(next_change(account, rng))
    clock.freeze(start + seconds)
    if ran:
        clock.resume()
    return said
