"""One fixed sales day without a screen: hooks are lost, doubled and reordered, then every number is proved."""

from __future__ import annotations

import random
import sys
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import track
from rich.table import Table

from commands.stack import Stack, open_stack
from integration.kpi.calendar import day_of
from integration.kpi.histogram import quantile
from integration.store import freshness
from integration.sync import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

_ZONE = "Europe/Moscow"
_STEPS, _CHANGES, _SECONDS = 30, 10, 1080  # 300 changes in nine hours
_MISCHIEF = {"hook_lost": 0.1, "hook_doubled": 0.1, "hook_reordered": 0.1, "hook_reorder_ms": 1000}
_COLUMNS = (
    "open_leads",
    "new_leads",
    "won_count",
    "won_sum",
    "lost_count",
    "win_rate",
    "tasks_overdue",
    "tasks_on_time",
)


def play(seed: int) -> int:
    """Play the day; print the managers' table, the freshness and the audit. Returns 0, or 1 when a number differs."""
    console = Console() if sys.stdout.isatty() else Console(width=120)
    morning = datetime.now(ZoneInfo(_ZONE)).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    console.print("Starting every part and a simulated amoCRM …")
    stack = open_stack("--past-days", "30", "--leads", "200", "--seed", str(seed), "--start", f"{morning:%s}")
    try:
        console.print("Installing Pulse through OAuth and importing the history …")
        stack.install()
        _play_day(stack, random.Random(seed), console)  # noqa: S311 - a seed is the point
        return _report(console, stack, int(f"{morning:%Y%m%d}"))
    finally:
        stack.close()


def _play_day(stack: Stack, rng: random.Random, console: Console) -> None:
    """Let the day happen hour by hour, so that the work goes on beside it as it would."""
    stack.simulator("switches", _MISCHIEF, method="PATCH")
    title = "Nine hours of sales; of the hooks 10 % are lost, 10 % doubled, 10 % reordered"
    for _ in track(range(_STEPS), description=title, console=console):
        stack.simulator("play", {"changes": _CHANGES, "seed": rng.getrandbits(32), "seconds": _SECONDS})
        stack.parts.check()
    stack.simulator("hooks/flush", {})
    stack.parts.wait_until(stack.is_settled, "the end of all pending changes", seconds=60)


def _report(console: Console, stack: Stack, day: int) -> int:
    ctx = stack.ctx
    # The net under the hooks: what was lost is found by reading everything that changed since the cursor.
    stack.sweep()
    stack.simulator("clock", {"jump": time.time() - stack.simulator("truth")["now"]})
    board = stack.web(f"/api/v1/managers?from={day}&to={day}&lang=ru", user_id=stack.administrator)
    console.print(_table(board["managers"], board["total"], day))
    with ctx.database.read() as conn:
        today = day_of(ctx.now, _ZONE)
        waits = freshness.histogram(conn, stack.account_id, day, today)
        differences = audit.differences(conn, stack.account_id)
    figures = " · ".join(f"p{share} {quantile(waits, share / 100)} ms" for share in (50, 95, 99))
    console.print(f"freshness, hook received → number committed: {figures} ({sum(waits.values())} hints)")
    for difference in differences:
        console.print(f"[red]{difference.cell}: counted {difference.counted}, recounted {difference.recounted}")
    console.print(f"audit: {len(differences)} counters differ" if differences else "audit: counters equal the recount")
    return 1 if differences else 0


def _table(managers: Sequence[dict[str, Any]], total: Sequence[dict[str, Any]], day: int) -> Table:
    titles = {kpi["key"]: kpi["title"] for kpi in total}
    table = Table(title=f"{day // 10000}-{day // 100 % 100:02}-{day % 100:02}")
    table.add_column("Менеджер")
    for key in _COLUMNS:
        table.add_column(titles[key], justify="right")
    for row in managers:
        table.add_row(row["manager"]["name"], *_cells(row["kpis"]))
    table.add_section()
    table.add_row("Всего", *_cells(total))
    return table


def _cells(kpis: Sequence[dict[str, Any]]) -> list[str]:
    shown = {kpi["key"]: kpi for kpi in kpis}
    return [_shown(shown[key]["value"], shown[key]["unit"]) for key in _COLUMNS]


def _shown(value: int | None, unit: str) -> str:
    if value is None:
        return "—"
    if unit == "money":
        return f"{value // 100:,} ₽".replace(",", " ")
    return f"{value / 100:.1f} %".replace(".", ",") if unit == "share" else str(value)
