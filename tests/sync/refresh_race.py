"""Many processes that need new tokens at the same moment, again and again: amoCRM must be asked once a round.

`python3 run.py exec -m tests.sync.refresh_race --processes 64 --rounds 100 [--database postgresql]`
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from integration.amo.rate_limit import RateLimit
from integration.errors import GrantDead
from integration.store import database
from integration.sync import install, tokens
from tests import servers
from tests.sync.conftest import context_for
from tests.sync.world import World
from workers import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Barrier

LONGEST = 300


@contextmanager
def connected(database_url: str) -> Iterator[World]:
    """A connected account, and in `world.refreshes` what reached the token endpoint."""
    database.migrate(database_url)
    world = World(leads=1, days=1)
    world.ctx = replace(context_for(database_url, **world.settings()), limit=RateLimit(None, 1000))
    world.universe.switches.limits = False
    install.exchange(world.ctx, world.install())
    world.refreshes = []
    spend = world.universe.grants.spend_refresh

    def counted(*grant: object) -> object:
        world.refreshes.append(grant)
        return spend(*grant)

    world.universe.grants.spend_refresh = counted
    try:
        yield world
    finally:
        world.close()
        world.ctx.close()


def race(world: World, processes: int, rounds: int) -> dict[str, int]:
    """Let the crowd run; return how often amoCRM was asked, how many grants died, how many rounds disagreed."""
    command = [sys.executable, "-m", "tests.sync.refresh_race", "--crowd", str(world.account.id)]
    command += ["--processes", str(processes), "--rounds", str(rounds)]
    crowd = subprocess.run(command, env=world.environment(), capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if crowd.returncode:
        raise RuntimeError(crowd.stderr[-4000:])
    return {"refreshes": len(world.refreshes), **json.loads(crowd.stdout.splitlines()[-1])}


def _crowd(account_id: int, processes: int, rounds: int) -> None:
    """Fork the crowd out of one small process, and tell what its members saw."""
    fork = multiprocessing.get_context("fork")
    barrier, seen = fork.Barrier(processes), fork.SimpleQueue()
    members = [fork.Process(target=_member, args=(account_id, rounds, barrier, seen)) for _ in range(processes)]
    for member in members:
        member.start()
    told = [seen.get() for _ in members]
    for member in members:
        member.join()
    agreed = sum(len(set(answers)) == 1 for answers in zip(*told, strict=True))
    dead = sum(answer is None for answers in told for answer in answers)
    sys.stdout.write(json.dumps({"dead": dead, "disagreed": rounds - agreed}) + "\n")


def _member(
    account_id: int, rounds: int, barrier: Barrier, seen: multiprocessing.SimpleQueue[list[str | None]]
) -> None:
    ctx = jobs.context()
    answers: list[str | None] = []
    with ctx.database.read() as conn:
        held = tokens.current(ctx, conn, account_id).access_token
    for _ in range(rounds):
        barrier.wait(LONGEST)
        try:
            held = tokens.renew(ctx, account_id, held)
            answers.append(held)
        except GrantDead:
            answers.append(None)
    ctx.close()
    seen.put(answers)


def main() -> int:
    """Run the race and print what happened; 1 if amoCRM was not asked exactly once a round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--crowd", type=int, help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.crowd:
        _crowd(wish.crowd, wish.processes, wish.rounds)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        server = servers.postgresql() if wish.database == "postgresql" else nullcontext(f"sqlite:///{folder}/pulse.db")
        with server as url, connected(url) as world:
            started = time.monotonic()
            result = race(world, wish.processes, wish.rounds)
            took = round(time.monotonic() - started, 1)
            sys.stdout.write(json.dumps({**result, "rounds": wish.rounds, "seconds": took}) + "\n")
    return int(result != {"refreshes": wish.rounds, "dead": 0, "disagreed": 0})


if __name__ == "__main__":
    sys.exit(main())
