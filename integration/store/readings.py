"""Sums of counters, as the reports read them. Stocks that depend on the moment are in stocks.py.

Every answer is grouped by the user, so that one statement serves a single manager and a whole board.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import case, func, or_, select

from integration.kpi.measures import Measure
from integration.store.tables import counters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, ColumnElement, Connection

    from integration.kpi.calendar import Period


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose numbers are asked for, and of when."""

    account_id: int
    generation: int
    users: frozenset[int] | None
    """None is everybody, those included whom the mirror does not know."""
    pipeline_id: int | None
    """None is every pipeline. Tasks belong to none, so they are counted whatever the pipeline."""
    period: Period
    before: Period
    """The period to compare with."""
    now: int


class SumRow(NamedTuple):
    """One Σ of counters. `is_current` tells the period from the one before; levels are always current."""

    user_id: int
    measure: int
    item: int
    is_current: bool
    value: int


class DayRow(NamedTuple):
    """Σ of one measure on one day of the account."""

    measure: int
    day: int
    value: int


def sums(conn: Connection, scope: Scope) -> list[SumRow]:
    """Return every Σ of the period, of the one before and of the levels, in one range scan."""
    day = counters.c.day
    current = or_(day == 0, day.between(scope.period.first_day, scope.period.last_day))
    is_current = case((current, 1), else_=0)
    query = (
        select(counters.c.user_id, counters.c.measure, counters.c.item, is_current, func.sum(counters.c.value))
        .where(*_counted(scope, tuple(Measure)))
        .where(or_(current, day.between(scope.before.first_day, scope.before.last_day)))
        .group_by(counters.c.user_id, counters.c.measure, counters.c.item, is_current)
    )
    # PostgreSQL's sum of bigints is a numeric, which arrives as Decimal.
    return [
        SumRow(user, measure, item, bool(current), int(value))
        for user, measure, item, current, value in conn.execute(query)
    ]


def series(conn: Connection, scope: Scope, measures: Sequence[int], first: int, last: int) -> list[DayRow]:
    """Return the daily Σ of each measure from the first day to the last; days without any are left out."""
    query = (
        select(counters.c.measure, counters.c.day, func.sum(counters.c.value))
        .where(*_counted(scope, measures), counters.c.day.between(first, last))
        .group_by(counters.c.measure, counters.c.day)
    )
    return [DayRow(measure, day, int(value)) for measure, day, value in conn.execute(query)]


def _counted(scope: Scope, measures: Sequence[int]) -> list[ColumnElement[bool]]:
    # Naming the measures lets the key be used up to the user: (account, generation, measure, user, …).
    conditions = [
        counters.c.account_id == scope.account_id,
        counters.c.generation == scope.generation,
        counters.c.measure.in_([int(measure) for measure in measures]),
        *among(scope, counters.c.user_id),
    ]
    return (
        conditions if scope.pipeline_id is None else [*conditions, counters.c.pipeline_id.in_([0, scope.pipeline_id])]
    )


def among(scope: Scope, user: Column[int]) -> list[ColumnElement[bool]]:
    """Return the condition that the column names a user of the scope."""
    return [] if scope.users is None else [user.in_(scope.users)]
