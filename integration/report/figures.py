"""The raw material of KPIs: sums and stocks of each row, which add up row by row to those of the account."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integration.store import counters, stocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from integration.kpi.calendar import Period
    from integration.store.accounts import Account
    from integration.store.counters import Sums
    from integration.store.database import Connection
    from integration.store.stocks import Scope

NO_PIPELINE = 0
"""The pipeline of what belongs to none: the tasks."""


@dataclass(slots=True)
class Figures:
    """Everything that the KPIs of one row, or of several together, are formed from."""

    sums: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(measure, item) → Σ over the period, levels included."""
    before: Counter[tuple[int, int]] = field(default_factory=Counter)
    """The same over the period before."""
    overdue: int = 0
    oldest: int | None = None
    at_risk: dict[int, int] = field(default_factory=dict)
    """Open leads under overdue tasks, each once: id → price in hundredths."""
    without_task: int = 0
    due_open: int = 0
    due_open_before: int = 0
    stage_ages: defaultdict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    """(pipeline, status) → seconds that each lead has been inside."""


def together(rows: Iterable[Figures]) -> Figures:
    """Add rows up."""
    total = Figures()
    for row in rows:
        total.sums.update(row.sums)
        total.before.update(row.before)
        total.overdue += row.overdue
        total.oldest = min((time for time in (total.oldest, row.oldest) if time is not None), default=None)
        total.at_risk |= row.at_risk
        total.without_task += row.without_task
        total.due_open += row.due_open
        total.due_open_before += row.due_open_before
        for stage, ages in row.stage_ages.items():
            total.stage_ages[stage] += ages
    return total


def read(conn: Connection, account: Account, scope: Scope, row_of: Callable[[int], int]) -> dict[int, Figures]:
    """Read the figures of the scope's users, each under their row. Rows without any figure are absent."""
    figures: defaultdict[int, Figures] = defaultdict(Figures)
    for user, sums in _sums(conn, account, scope, scope.period):
        figures[row_of(user)].sums.update(sums)
    for user, sums in _sums(conn, account, scope, scope.before):
        figures[row_of(user)].before.update(sums)
    for due in stocks.due_tasks(conn, scope):
        row = figures[row_of(due.user_id)]
        row.overdue += due.overdue
        row.oldest = due.oldest if row.oldest is None else min(row.oldest, due.oldest)
        row.due_open += due.due_in_period
        row.due_open_before += due.due_before
    for lead in stocks.leads_at_risk(conn, scope):
        figures[row_of(lead.user_id)].at_risk[lead.lead_id] = lead.price or 0
    for user, count in stocks.leads_without_task(conn, scope):
        figures[row_of(user)].without_task += count
    return figures


def read_ages(
    conn: Connection, account: Account, scope: Scope, row_of: Callable[[int], int], figures: dict[int, Figures]
) -> None:
    """Add to the figures how long leads have been in their present statuses."""
    for age in stocks.stage_ages(conn, scope, account.after_sale_pipelines):
        row = figures.setdefault(row_of(age.user_id), Figures())
        row.stage_ages[age.pipeline_id, age.status_id].append(age.seconds)


def _sums(conn: Connection, account: Account, scope: Scope, period: Period) -> list[tuple[int, Sums]]:
    # Tasks belong to no pipeline: when one is chosen, they are added to it.
    pipelines = [None] if scope.pipeline_id is None else [scope.pipeline_id, NO_PIPELINE]
    found: list[tuple[int, Sums]] = []
    for pipeline_id in pipelines:
        by_user = counters.sums_by_user(
            conn,
            account.account_id,
            account.generation,
            first_day=period.first_day,
            last_day=period.last_day,
            user_ids=scope.users,
            pipeline_id=pipeline_id,
        )
        found += by_user.items()
    return found
