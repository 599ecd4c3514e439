"""The first import of a large account: how much of the allowed rate it uses, at which latency, in how much memory.

The whole of Pulse runs with one worker beside the simulated amoCRM, which answers after `--latency` ms and keeps its
own record of requests: that record is what is judged.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, tell
from commands.stack import Stack, open_stack
from integration.kpi.calendar import day_of
from integration.kpi.histogram import quantile
from integration.store import freshness, progress
from integration.sync import audit

if TYPE_CHECKING:
    from commands.processes import Part

AMOCRM_LIMIT = 7
RATE_GOAL = 0.97
MEMORY_GOAL_MB = 250
LIVE_P95_GOAL_MS = 1_000
HOURS = 3_600


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process used: seconds of CPU, and the most memory in MB."""

    cpu: float
    memory: float


def main(arguments: list[str]) -> int:
    """Import an account and print the figures. Returns 0 when every goal is met."""
    options = _parser().parse_args(arguments)
    os.environ["PULSE_REQUESTS_PER_SECOND"] = str(options.rate)
    live = ("--live", str(options.live)) if options.live else ()
    stack = open_stack("--bulk", str(options.leads), "--past-days", str(options.days), *live, start_seconds=HOURS)
    try:
        stack.simulator("switches", {"slow_ms": options.latency}, method="PATCH")
        stack.connect()
        began = time.monotonic()
        worker = next(part for part in stack.parts.running if part.name == "worker")
        before = _cost(worker)
        stack.parts.wait_until(stack.is_imported, "the import", seconds=10 * HOURS)
        seconds = time.monotonic() - began
        return tell(_figures(stack, options, seconds, (before, _cost(worker))))
    finally:
        stack.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py bench backfill", description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000, help="with six events each")
    parser.add_argument("--days", type=int, default=365, help="over which they came in")
    parser.add_argument("--latency", type=int, default=200, metavar="MS", help="of every answer")
    parser.add_argument("--rate", type=int, default=AMOCRM_LIMIT, help="requests a second that Pulse allows itself")
    parser.add_argument(
        "--live", type=float, default=0, metavar="SECONDS", help="mean time between two changes meanwhile"
    )
    return parser


def _figures(stack: Stack, options: argparse.Namespace, seconds: float, costs: tuple[Cost, Cost]) -> list[Figure]:
    run = stack.first_import()
    shown = progress.shown(run.progress if run else {})
    (asked,) = stack.simulator("requests")["integrations"]
    rate = _steady_rate(asked["timestamps"], seconds)
    rows = sum(kind.rows for kind in shown.kinds)
    cpu, memory = costs[1].cpu - costs[0].cpu, costs[1].memory
    share = rate / options.rate
    with stack.ctx.database.read() as conn:
        differences = len(audit.differences(conn, stack.account_id))
    return [
        Figure("import_seconds", round(seconds, 1)),
        Figure("requests", shown.requests),
        Figure("vain_requests", shown.vain, round(shown.vain / shown.requests, 4)),
        Figure(
            f"rate_at_{options.latency}_ms",
            round(rate, 3),
            round(share, 4),
            f"at least {RATE_GOAL} of {options.rate} requests/s",
            share >= RATE_GOAL,
        ),
        Figure("rate_of_best_minute", round(_best_minute(asked["timestamps"]), 3)),
        Figure(
            "busiest_second", asked["max_per_second"], None, "never over 7", asked["max_per_second"] <= AMOCRM_LIMIT
        ),
        Figure("refused", sum(count for status, count in asked["statuses"].items() if status in {"403", "429"})),
        Figure("rows", rows),
        Figure("rows_per_second_of_worker_cpu", round(rows / cpu)),
        Figure("worker_cpu_share", round(cpu / seconds, 3), None, "one core keeps up", cpu < seconds),
        Figure("worker_memory_mb", round(memory, 1), None, f"at most {MEMORY_GOAL_MB} MB", memory <= MEMORY_GOAL_MB),
        Figure("counters_that_differ", differences, None, "none", differences == 0),
        *_live_figures(stack, options),
    ]


def _live_figures(stack: Stack, options: argparse.Namespace) -> list[Figure]:
    """How long what happened meanwhile waited, from the hook to the number."""
    if not options.live:
        return []
    today = day_of(int(time.time()), "Europe/Moscow")
    with stack.ctx.database.read() as conn:
        waits = freshness.histogram(conn, stack.account_id, today - 1, today)
    p95 = quantile(waits, 0.95) or 0
    goal = f"at most {LIVE_P95_GOAL_MS} ms"
    return [Figure("live_p95_ms", p95, None, goal, p95 <= LIVE_P95_GOAL_MS), Figure("live_marks", sum(waits.values()))]


def _steady_rate(timestamps: list[float], seconds: float) -> float:
    """Return the requests per second of the import, by amoCRM's record: from its first request to its last."""
    mine = [at for at in timestamps if at > timestamps[-1] - seconds]
    return (len(mine) - 1) / (mine[-1] - mine[0])


def _best_minute(timestamps: list[float]) -> float:
    """Return the requests per second of the busiest minute: what is reached between the ends of lists."""
    most = max(bisect_right(timestamps, at + 60) - number for number, at in enumerate(timestamps))
    return most / 60


def _cost(part: Part) -> Cost:
    """Read what the kernel knows of a process."""
    folder = Path(f"/proc/{part.process.pid}")
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    ticks: Any = os.sysconf("SC_CLK_TCK")
    peak = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM"))
    return Cost((int(fields[11]) + int(fields[12])) / ticks, int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
