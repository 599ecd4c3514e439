"""From the arrival of a hook to the committed numbers, at several rates of change on one account.

`python3 run.py bench freshness [--rates 1 5 10 50] [--seconds 15] [--database URL]` starts every part of
Pulse beside a simulated amoCRM that keeps its limit of requests, and prints one line of JSON for each rate.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from commands.frontend import install_libraries
from commands.stack import Stack, open_stack
from integration.kpi.histogram import quantile
from integration.store import freshness

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL_DAYS = (0, 99_991_231)
SHARE_OF_TASKS = 0.2


def main(arguments: Sequence[str]) -> int:
    """Measure; returns 0, or 1 when amoCRM would have seen too many requests in a second."""
    parser = argparse.ArgumentParser(prog="freshness", description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[1, 5, 10, 50], help="changes a second")
    parser.add_argument("--seconds", type=float, default=15, help="for each rate")
    parser.add_argument("--database", help="SQLAlchemy address; a fresh SQLite file when left out")
    wish = parser.parse_args(arguments)
    install_libraries()
    stack = open_stack("--past-days", "20", "--leads", "300", database_url=wish.database)
    try:
        stack.install()
        stack.parts.wait_until(stack.is_settled, "the end of the import", seconds=120)
        figures = [_measure(stack, rate, wish.seconds) for rate in wish.rates]
    finally:
        stack.close()
    return int(any(figure["most_requests_in_a_second"] > 7 for figure in figures))  # noqa: PLR2004 - amoCRM's limit


def _measure(stack: Stack, rate: float, seconds: float) -> dict[str, Any]:
    before, asked = _waits(stack), len(_requests(stack))
    started = time.monotonic()
    made = _change(stack, rate, seconds)
    took = time.monotonic() - started
    during = len(_requests(stack)) - asked
    stack.parts.wait_until(stack.is_settled, "the end of all pending changes", seconds=120)
    waits = {bucket: count - before.get(bucket, 0) for bucket, count in _waits(stack).items()}
    summary = stack.simulator("requests")["integrations"][0]
    figure = {
        "benchmark": "freshness",
        "changes_per_second": round(made / took, 1),
        "hints": sum(waits.values()),
        **{f"p{share}_ms": quantile(waits, share / 100) for share in (50, 95, 99)},
        "requests_per_second": round(during / took, 2),
        "most_requests_in_a_second": summary["max_per_second"],
        "statuses": summary["statuses"],
    }
    sys.stdout.write(json.dumps(figure) + "\n")
    sys.stdout.flush()
    return figure


def _change(stack: Stack, rate: float, seconds: float) -> int:
    """Change leads and tasks in even steps; returns how many."""
    chance = random.Random(7)  # noqa: S311 - a fixed choice is the point
    truth = stack.simulator("truth")
    leads = [lead["id"] for lead in truth["leads"] if not lead["is_deleted"]]
    tasks = [task["id"] for task in truth["tasks"] if not task["is_deleted"]]
    admin, started, made = stack.administrator, time.monotonic(), 0
    with ThreadPoolExecutor(8) as pool:
        while time.monotonic() < started + seconds:
            if chance.random() < SHARE_OF_TASKS:
                deed = {"do": "change_task", "id": chance.choice(tasks), "complete_till": int(time.time()) + made}
            else:
                deed = {"do": "change_lead", "id": chance.choice(leads), "price": 1000 + made}
            pool.submit(stack.simulator, "act", {**deed, "by": admin})
            made += 1
            time.sleep(max(0.0, started + made / rate - time.monotonic()))
    return made


def _waits(stack: Stack) -> dict[int, int]:
    with stack.ctx.database.read() as conn:
        return freshness.histogram(conn, stack.account_id, *ALL_DAYS)


def _requests(stack: Stack) -> list[float]:
    timestamps: list[float] = stack.simulator("requests")["integrations"][0]["timestamps"]
    return timestamps


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
