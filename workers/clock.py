"""The clock: every second it wakes up what is due. `python3 -m workers.clock`.

What is due stands in the database and is claimed there, so two clocks do no harm. When Redis does not answer the
clock does the work itself: then everything comes out later, but it comes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from integration import log, settings
from integration.store import dirty, installs, runs
from integration.store.database import DatabaseDown
from integration.sync import rebuild, ring, spill
from workers import jobs, signals

if TYPE_CHECKING:
    from integration.sync.context import Context

TICK_SECONDS = 1.0
FORGOTTEN_MS = 5_000
"""A due mark this old was not rung for, or its ring was lost."""
LEASE = 120
"""Seconds that a run has to save its progress before it is started again."""

_log = structlog.get_logger(__name__)


def tick(ctx: Context) -> None:
    """Wake up everything that is due now. Raises DatabaseDown."""
    spill.drain(ctx)
    rebuild.follow_formulas(ctx)
    with ctx.database.read() as conn:
        waiting = installs.waiting(conn, ctx.now, older_than=FORGOTTEN_MS // 1000)
        due = runs.due(conn, ctx.now)
        forgotten = dirty.forgotten(conn, ctx.now_ms(), FORGOTTEN_MS)
    for install_id in waiting:
        if not ring.call(ctx, "install", install_id, queue=ring.LIVE):
            _do("install", install_id)
    for account_id, kind in due:
        # The kinds of runs are the names of their jobs.
        if _claim(ctx, account_id, kind) and not ring.call(ctx, kind, account_id):
            _do(kind, account_id)
    for account_id in forgotten:
        if not ring.ring(ctx, account_id):
            _do("refresh", account_id)


def _claim(ctx: Context, account_id: int, kind: str) -> bool:
    with ctx.database.transaction() as conn:
        return runs.claim(conn, account_id, kind, ctx.now, LEASE)


def _do(job: str, argument: int | str) -> None:
    try:
        getattr(jobs, job)(argument)
    except DatabaseDown:
        raise
    except Exception:  # noqa: BLE001 - what is wrong with one account must not stop the clock of the others
        _log.exception("job_failed", job=job, argument=argument)


def main() -> None:
    """Tick until SIGTERM or SIGINT."""
    log.configure(settings.load().log_level)
    stopped = signals.stop_event()
    ctx = jobs.context()
    ctx.limit.lead()
    while not stopped.wait(TICK_SECONDS):
        try:
            tick(ctx)
        except DatabaseDown as error:
            _log.warning("database_down", reason=str(error))
    ctx.close()


if __name__ == "__main__":
    main()
