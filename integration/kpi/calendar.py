"""Days and periods of an account, cut at midnight of its own time zone (rule G1).

A day is an integer YYYYMMDD, an instant is UTC seconds, a time zone is an IANA name.
Unknown names raise ZoneInfoNotFoundError.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PERIODS = ("day", "week", "month", "quarter", "year")
"""The calendar periods by name. A range that a person chose has the key «custom»."""

MONTHS_IN_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open `[start, end)` in UTC seconds, and the same as days, of which the last is included."""

    key: str
    start: int
    end: int
    first_day: int
    last_day: int


def day_of(ts: int, timezone: str) -> int:
    """Return the account's local day in which the instant lies."""
    local = datetime.fromtimestamp(ts, _zone(timezone))
    return local.year * 10000 + local.month * 100 + local.day


@lru_cache(maxsize=16384)
def midnight(day: int, timezone: str) -> int:
    """Return the first instant of the local day.

    Where the clock jumps over midnight (America/Sao_Paulo did) the day begins at the jump.
    """
    wall = datetime.combine(_date(day), datetime.min.time(), _zone(timezone))
    after = int(wall.timestamp())
    before = int(wall.replace(fold=1).timestamp())
    if before >= after:
        return after
    # Only inside a gap do the two readings stand in this order, with the jump between them.
    return before + bisect_left(range(before, after), day, key=lambda ts: day_of(ts, timezone))


def period(key: str, now: int, timezone: str) -> Period:
    """Return the calendar period of PERIODS that the instant lies in. Weeks start on Monday."""
    today = _date(day_of(now, timezone))
    first = _first(key, today)
    # 31 days after a month's first day lie in the next month; the same holds for the other keys.
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[key]
    last = _first(key, first + timedelta(days=longest)) - timedelta(days=1)
    return _between(key, first, last, timezone)


def custom(first_day: int, last_day: int, timezone: str) -> Period:
    """Return the range of days that a person chose. Raises ValueError when it ends before it begins."""
    first, last = _date(first_day), _date(last_day)
    if last < first:
        message = f"the range ends on {last_day}, before its first day {first_day}"
        raise ValueError(message)
    return _between("custom", first, last, timezone)


def previous(period: Period, timezone: str) -> Period:
    """Return the calendar period just before; for a custom range, as many days just before it."""
    last = _date(period.first_day) - timedelta(days=1)
    if period.key in PERIODS:
        return _between(period.key, _first(period.key, last), last, timezone)
    length = _date(period.last_day) - _date(period.first_day)
    return _between(period.key, last - length, last, timezone)


def days(first: int, last: int) -> list[int]:
    """Return every day from the first to the last, both included."""
    start = _date(first)
    return [_day(start + timedelta(days=n)) for n in range((_date(last) - start).days + 1)]


@lru_cache(maxsize=1024)
def _zone(timezone: str) -> ZoneInfo:
    return ZoneInfo(timezone)


def _first(key: str, day: date) -> date:
    match key:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % MONTHS_IN_QUARTER, day=1)
        case "year":
            return day.replace(month=1, day=1)
    message = f"{key!r} is not one of {PERIODS}"
    raise ValueError(message)


def _between(key: str, first: date, last: date, timezone: str) -> Period:
    first_day, last_day = _day(first), _day(last)
    end = midnight(_day(last + timedelta(days=1)), timezone)
    return Period(key, midnight(first_day, timezone), end, first_day, last_day)


def _date(day: int) -> date:
    return date(day // 10000, day // 100 % 100, day % 100)


def _day(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day
