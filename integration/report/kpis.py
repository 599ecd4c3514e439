"""Figures become KPIs: the catalogue's formulas, the value of the period before, the daily series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.kpi import calendar
from integration.kpi.catalogue import CATALOGUE, SPARKS, Stocks, evaluate
from integration.report.shapes import KpiShape
from integration.store import counters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integration.report.figures import Figures
    from integration.report.shapes import Language
    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.store.stocks import Scope

STOCK_KEYS = frozenset({"open_leads", "open_value", "tasks_overdue", "leads_without_task"})
"""True of this moment only: what they were a period ago is not remembered."""
LONGEST_SPARK = 31
SHORTEST_SPARK = 14
"""Days. A sparkline of the first of the month would be a dot."""

DAY = 86_400

Sparks = dict[str, list[int]]


def evaluated(figures: Figures, language: Language, sparks: Sparks | None = None) -> list[KpiShape]:
    """Return every KPI of the catalogue, in its order."""
    now = evaluate(figures.sums, stocks_of(figures))
    before = evaluate(figures.before, Stocks(due_open_count=figures.due_open_before))
    return [
        KpiShape(
            key=key,
            title=kpi.title(language),
            unit=now[key].unit,
            value=now[key].value,
            reason=now[key].reason,
            parts=dict(now[key].parts),
            previous=None if key in STOCK_KEYS else before[key].value,
            spark=None if sparks is None else sparks.get(key),
        )
        for key, kpi in CATALOGUE.items()
    ]


def stocks_of(figures: Figures) -> Stocks:
    """Put the figures of this moment into the catalogue's form."""
    return Stocks(
        overdue_count=figures.overdue,
        overdue_oldest=figures.oldest,
        overdue_value=sum(figures.at_risk.values()),
        without_task_count=figures.without_task,
        due_open_count=figures.due_open,
        stage_ages=figures.stage_ages,
    )


def sparks(conn: Connection, account: Account, scope: Scope) -> Sparks:
    """Return the daily series of the KPIs that have one, oldest day first, zeros included.

    They end with the period's last day or today, and show its days, but at least 14 and at most 31.
    """
    last = min(scope.period.last_day, calendar.day_of(scope.now, account.timezone))
    shown = _last_days(scope.period.first_day, last, account.timezone)
    daily: Mapping[int, Mapping[int, int]] = counters.series(
        conn,
        account.account_id,
        account.generation,
        measures=set(SPARKS.values()),
        first_day=shown[0],
        last_day=shown[-1],
        user_ids=scope.users,
        pipeline_id=scope.pipeline_id,
    )
    return {key: [daily[measure].get(day, 0) for day in shown] for key, measure in SPARKS.items()}


def _last_days(first: int, last: int, timezone: str) -> list[int]:
    within = calendar.days(first, last)[-LONGEST_SPARK:]
    if len(within) >= SHORTEST_SPARK:
        return within
    # Noon of a day is the same day however the clocks were changed in between.
    noon = calendar.midnight(last, timezone) + DAY // 2
    return calendar.days(calendar.day_of(noon - (SHORTEST_SPARK - 1) * DAY, timezone), last)
