"""One fixed sales day without a screen: hooks are lost, doubled and reordered, then every number is proved."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from commands.stack import Stack, open_stack
from integration import settings
from integration.kpi.histogram import quantile
from integration.store.database import Database
from integration.store.freshness import waits
from integration.sync.audit import differences

_ZONE = ZoneInfo("Europe/Moscow")
_CHANGES = 300
_HOURS = 9
_MISCHIEF = {"hook_lose": 0.1, "hook_double": 0.1, "hook_reorder": 0.1}
_COLUMNS = ("open_leads", "new_leads", "won_count", "won_sum", "lost_count", "win_rate", "tasks_overdue", "tasks_on_time")


def play(seed: int) -> int:
    """Play the day, print the managers' table, the freshness and the audit. Returns 0, or 1 when a number differs."""
    console = Console()
    morning = datetime.now(_ZONE).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    stack = open_stack("--past-days", "30", "--leads", "200", "--seed", str(seed), "--start", str(int(morning.timestamp())))
    try:
        console.print("Installing Pulse through OAuth and importing the history …")
        stack.install()
        stack.simulator("switches", _MISCHIEF, method="PATCH")
        console.print(f"Playing {_CHANGES} changes of {_HOURS} hours; of the hooks 10 % are lost, doubled, reordered …")
        _play_day(stack, random.Random(seed))
        database = Database(stack.env["PULSE_DATABASE_URL"])
        try:
            return _report(console, stack, database, int(morning.strftime("%Y%m%d")))
        finally:
            database.dispose()
    finally:
        stack.close()
