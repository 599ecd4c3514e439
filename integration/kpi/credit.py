"""Whose a number is (rules G7 to G9). Every rule gives out exactly what there is, no more and no less."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from integration.kpi.model import ROBOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integration.kpi.history import LeadHistory
    from integration.kpi.model import Event, Holding


def first_human_owner(history: LeadHistory, *, router_grace: int) -> int:
    """Return the first person who owned the lead in work: neither the robot nor a router (G8).

    A router held the new lead for under `router_grace` seconds, did nothing on it and handed it on; so the present
    owner is none. If there were only routers, the last of them; if there was no person at all, the robot.
    """
    start = history.start.at if history.start else 0
    people = [holding for holding in history.holdings if holding.user_id != ROBOT]
    for holding in people:
        if not _was_before(holding, start) and not _is_router(holding, start, history.events, router_grace):
            return holding.user_id
    return people[-1].user_id if people else ROBOT


def _was_before(holding: Holding, start: int) -> bool:
    return holding.handed_at is not None and holding.handed_at <= start and holding.taken_at < start


def _is_router(holding: Holding, start: int, events: Iterable[Event], grace: int) -> bool:
    begin, end = max(holding.taken_at, start), holding.handed_at
    if end is None or end - begin >= grace:
        return False
    # The second of the handing on is left out: whoever saves a new owner often saves a new status with it.
    return not any(
        event.created_by == holding.user_id and begin <= event.created_at < end and event.type != "lead_added"
        for event in events
    )


def longest_holder(held: Iterable[tuple[int, int]]) -> int:
    """Return the user with the most seconds in ((user_id, seconds), …); of equals, the one who held it last."""
    seconds: dict[int, int] = {}
    for user_id, taken in held:
        # Taken out and put back in, a user stands where they held it last.
        seconds[user_id] = seconds.pop(user_id, 0) + taken
    return max(reversed(seconds), key=lambda user_id: seconds[user_id])


def split(amount: int, held: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Divide an amount by the time held, ((user_id, seconds), …), without losing or making a single unit of it.

    Whole parts first, then one unit each for the largest remainders (of equal ones, the smaller user id). Nobody's
    seconds: all of it goes to the one who held it last.
    """
    seconds: dict[int, int] = defaultdict(int)
    last = ROBOT
    for user_id, taken in held:
        seconds[user_id] += taken
        last = user_id
    total = sum(seconds.values())
    if total == 0 or len(seconds) == 1:
        return {last: amount}
    parts = {user_id: amount * taken // total for user_id, taken in seconds.items()}
    by_remainder = sorted(parts, key=lambda user_id: (-(amount * seconds[user_id] % total), user_id))
    for user_id in by_remainder[: amount - sum(parts.values())]:
        parts[user_id] += 1
    return parts
