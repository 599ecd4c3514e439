"""How long a new generation of counters takes: `python3 run.py bench rebuild --leads N [--database URL]`.

The account is counted anew by another time zone, in one process and with nothing else going on. What is measured is
the whole of it: reading rows and events, contributions, writing cells, the last swap.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from benchmarks import stored_leads
from benchmarks.figures import Figure, tell
from integration.settings import load
from integration.store import accounts, counters, database, generations
from integration.sync import building, rebuild
from integration.sync.context import open_context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from integration.sync.context import Context

ACCOUNT = 31
GOAL = 1_000_000 / 300
"""A million leads in five minutes."""


def main(arguments: Sequence[str]) -> int:
    """Fill a database, count it anew, tell how fast and in how much memory. Returns 1 if the goal was missed."""
    parser = argparse.ArgumentParser(prog="bench rebuild", description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--database", help="an empty database to use; a temporary SQLite file without it")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ctx = _context(asked.database or f"sqlite:///{Path(folder) / 'pulse.db'}")
        stack.callback(ctx.close)
        _fill(ctx, asked.leads)
        profile = cProfile.Profile()
        if asked.profile:
            profile.enable()
        seconds, of_processor = _timed(lambda: _rebuild(ctx))
        profile.disable()
        if asked.profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        return tell(_figures(ctx, asked.leads, seconds, of_processor))


def _context(url: str) -> Context:
    database.migrate(url)
    settings = {
        "PULSE_PUBLIC_URL": "https://pulse.example.ru",
        "PULSE_CLIENT_ID": "00000000-0000-0000-0000-000000000001",
        "PULSE_CLIENT_SECRET": "secret",
        "PULSE_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PULSE_DATABASE_URL": url,
        "PULSE_REDIS_URL": "unix:///nonexistent/redis.sock",
    }
    return open_context(load(settings))


def _fill(ctx: Context, leads: int) -> None:
    with ctx.database.transaction() as conn:
        sealed = ctx.vault.seal(ACCOUNT, "key")
        accounts.add(
            conn, ACCOUNT, host="a.amocrm.ru", hook_key="key", sealed_hook_key=sealed, timezone="UTC", now=ctx.now
        )
        stored_leads.fill(conn, ACCOUNT, leads)


def _rebuild(ctx: Context) -> None:
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, ACCOUNT)
        rebuild.follow(conn, account, timezone="Asia/Novosibirsk", known_pipelines=(), reason="bench", now=ctx.now)
    building.to_end(ctx, ACCOUNT)


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds that the work took, and those of the processor."""
    started, used = time.monotonic(), time.process_time()
    work()
    return time.monotonic() - started, time.process_time() - used


def _figures(ctx: Context, leads: int, seconds: float, of_processor: float) -> list[Figure]:
    with ctx.database.read() as conn:
        active = generations.active(conn, ACCOUNT)
        cells = counters.compare(conn, ACCOUNT, active.number, active.number).cells
    per_second = leads / seconds
    return [
        Figure("leads_per_second", round(per_second), per_second / GOAL, "1 000 000 in 5 min", per_second >= GOAL),
        Figure("leads_per_processor_second", round(leads / of_processor)),
        Figure("rows_per_second", round(leads * (1 + stored_leads.EVENTS_PER_LEAD) / seconds)),
        Figure("cells", cells),
        Figure("peak_megabytes", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
