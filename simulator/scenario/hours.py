"""Working hours and deadlines of an office, in its own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import random

DAY = 86400
WEIGHTS = (1.0, 1.0, 1.0, 1.0, 0.9, 0.2, 0.05)
"""How busy the days of a week are, Monday first."""


def moments(rng: random.Random, count: int, since: int, until: int, timezone: str) -> list[int]:
    """Return `count` unix seconds in [since, until), in order, mostly within working hours of working days."""
    zone = ZoneInfo(timezone)
    first = datetime.fromtimestamp(since, UTC).astimezone(zone)
    midnights = [
        first.replace(hour=0, minute=0, second=0) + timedelta(days=number)
        for number in range((until - since) // DAY + 2)
    ]
    busy = [WEIGHTS[midnight.weekday()] for midnight in midnights]
    chosen: list[int] = []
    while len(chosen) < count:
        for midnight in rng.choices(midnights, busy, k=count - len(chosen)):
            at = int(midnight.timestamp()) + round(rng.triangular(8.5, 19.5, 12) * 3600)
            if since <= at < until:
                chosen.append(at)
        if not chosen:
            # Too short a span to meet a working hour: any second will do.
            chosen = [rng.randrange(since, max(until, since + 1)) for _ in range(count)]
    return sorted(chosen)


def deadline(now: int, timezone: str, rng: random.Random) -> int:
    """Return when a task set now is due: today to a few days ahead, at an hour sharp or at 23:59 («весь день»)."""
    midnight = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0)
    day = midnight + timedelta(days=rng.choice((0, 1, 1, 2, 3, 5)))
    hour, minute = (23, 59) if rng.randrange(4) == 0 else (rng.randrange(10, 19), 0)
    due = int(day.replace(hour=hour, minute=minute, microsecond=0).timestamp())
    return due if due > now + 1800 else due + DAY
