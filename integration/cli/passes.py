"""A full pass that a person asked for and watches."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from integration.store import accounts, runs
from integration.store.progress import WHOLE, shown
from integration.sync import backfill

if TYPE_CHECKING:
    from rich.progress import TaskID

    from integration.cli.desk import Desk
    from integration.store.runs import Run
    from integration.sync.context import Context

GLANCE_SECONDS = 0.5


def request(ctx: Context, account_id: int) -> str:
    """Let a full pass be due now, and return its kind: the first import if that is not over, else the nightly one."""
    with ctx.database.transaction() as conn:
        first = runs.get(conn, account_id, runs.BACKFILL)
        is_over = first is not None and first.finished_at is not None
        kind = runs.NIGHTLY if is_over else runs.BACKFILL
        present = runs.get(conn, account_id, kind)
        if present is None or present.finished_at is not None:
            runs.schedule(conn, account_id, kind, ctx.now)
        runs.hasten(conn, account_id, kind, ctx.now)
    return kind


def follow(desk: Desk, account_id: int, kind: str) -> None:
    """Show the pass until it is over, or until amoCRM may not be asked. What no worker has taken up is done here."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]}"))
    with Progress(*columns, console=desk.progress) as bars, ThreadPoolExecutor(max_workers=1) as hands:
        tasks: dict[str, TaskID] = {}
        slices: list[Future[None]] = []
        while not _paint(desk, bars, tasks, _run(desk, account_id, kind)):
            if slices and slices[-1].done():
                slices.pop().result()
            elif not slices and not desk.account(account_id).may_ask(desk.ctx.now):
                return
            if not slices and _claimed(desk.ctx, account_id, kind):
                slices.append(hands.submit(backfill.run, desk.ctx, account_id, kind))
            time.sleep(GLANCE_SECONDS)


def _run(desk: Desk, account_id: int, kind: str) -> Run | None:
    with desk.ctx.database.read() as conn:
        accounts.get(conn, account_id)
        return runs.get(conn, account_id, kind)


def _claimed(ctx: Context, account_id: int, kind: str) -> bool:
    with ctx.database.transaction() as conn:
        return runs.claim(conn, account_id, kind, ctx.now, backfill.LEASE)


def _paint(desk: Desk, bars: Progress, tasks: dict[str, TaskID], run: Run | None) -> bool:
    """Draw how far the pass is. True: it is over."""
    if run is None:
        return True
    for kind in shown(run.progress).kinds:
        if kind.kind not in tasks:
            tasks[kind.kind] = bars.add_task(desk.say(f"kinds.{kind.kind}"), total=WHOLE, rows="")
        rows = str(kind.rows) if kind.left is None or kind.is_done else f"{kind.rows} · {desk.age(kind.left)}"
        bars.update(tasks[kind.kind], completed=kind.share or 0, rows=rows)
    return run.finished_at is not None
