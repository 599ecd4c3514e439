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
from integration.settings import load
from integration.store import accounts, counters, database, generations
from integration.sync import building, rebuild
from integration.sync.context import open_context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from integration.sync.context import Context

ACCOUNT = 31
GOAL_PER_SECOND = 1_000_000 / 300
"""A million leads in five minutes."""


def main(arguments: Sequence[str]) -> int:
    """Fill a database, count it anew, print rows per second and memory. Returns 1 if the goal was missed."""
    parser = argparse.ArgumentParser(prog="bench rebuild", description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--database", help="an empty database to use; a temporary SQLite file without it")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ctx = _context(asked.database or f"sqlite:///{Path(folder) / 'pulse.db'}")
        stack.callback(ctx.close)
        seconds = _timed("filled", lambda: _fill(ctx, asked.leads))
        profile = cProfile.Profile()
        if asked.profile:
            profile.enable()
        seconds = _timed("counted anew", lambda: _rebuild(ctx))
        profile.disable()
        _print(ctx, asked.leads, seconds)
        if asked.profile:
            pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
    return 0 if asked.leads / seconds >= GOAL_PER_SECOND else 1


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


def _timed(what: str, work: Callable[[], None]) -> float:
    started, used = time.monotonic(), time.process_time()
    work()
    seconds = time.monotonic() - started
    sys.stdout.write(f"{what} in {seconds:.1f} s, of which {time.process_time() - used:.1f} s of processor time\n")
    return seconds


def _print(ctx: Context, leads: int, seconds: float) -> None:
    with ctx.database.read() as conn:
        active = generations.active(conn, ACCOUNT)
        cells = counters.compare(conn, ACCOUNT, active.number, active.number).cells
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rows = leads * (1 + stored_leads.EVENTS_PER_LEAD)
    sys.stdout.write(
        f"{leads} leads, {rows} rows, {cells} cells: {leads / seconds:.0f} leads/s, {rows / seconds:.0f} rows/s, "
        f"a million in {1_000_000 / leads * seconds:.0f} s; at most {megabytes} MB of memory\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
