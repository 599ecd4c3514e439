"""What every answer says about itself: of when it is, what is still on its way, who asked, about which days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integration.kpi import calendar
from integration.report.shapes import ImportedKind, Importing, PeriodShape
from integration.store import dirty, runs
from integration.store.progress import shown
from integration.store.stocks import Scope

if TYPE_CHECKING:
    from integration.kpi.calendar import Period
    from integration.report.team import Team, Viewer
    from integration.store.accounts import Account
    from integration.store.database import Connection

_PHASES = {"trash": "leads"}
"""Deleted leads are leads to whoever waits."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks about which days of which account. `conn` shows one moment of the database."""

    conn: Connection
    account: Account
    team: Team
    viewer: Viewer
    period: Period
    now: int

    def scope(self, users: frozenset[int] | None, pipeline_id: int | None = None) -> Scope:
        """Ask the store about these users, None for everybody."""
        before = calendar.previous(self.period, self.account.timezone)
        return Scope(self.account.account_id, users, pipeline_id, self.period, before, self.now)


def stamp(question: Question) -> dict[str, Any]:
    """Return the fields that all answers share, see shapes.Stamp."""
    account, period = question.account, question.period
    return {
        "state": account.state.value,
        "version": account.version,
        "as_of": account.as_of,
        "pending": dirty.pending(question.conn, account.account_id),
        "importing": importing(question.conn, account),
        "currency": account.currency,
        "timezone": account.timezone,
        "viewer": question.team.describe(question.viewer),
        "period": PeriodShape(
            key=period.key,
            start=period.start,
            end=period.end,
            first_day=period.first_day,
            last_day=period.last_day,
        ),
    }


def importing(conn: Connection, account: Account) -> Importing | None:
    """Return how far the history is loaded; None when nothing is loading."""
    run = runs.get(conn, account.account_id, runs.BACKFILL)
    if run is None or run.finished_at is not None:
        return None
    phase, progress = run.progress.get("phase", "leads"), shown(run.progress)
    kinds = [
        ImportedKind(kind=one.kind, rows=one.rows, share=one.share, left=one.left, is_done=one.is_done)
        for one in progress.kinds
    ]
    rows = sum(one.rows for one in progress.kinds)
    return Importing(
        phase=_PHASES.get(phase, phase),
        done=run.progress.get("done", 0),
        kinds=kinds,
        rate=rows // progress.worked if progress.worked else None,
        left=progress.left,
    )
