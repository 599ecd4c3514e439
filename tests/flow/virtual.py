"""A Pulse and an amoCRM in one process that share one clock, so that a week passes in the time its work takes."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from integration.amo.rate_limit import RateLimit
from integration.store import database, dirty, runs
from integration.sync import refresh
from simulator.scenario.day import play
from tests.sync.conftest import context_for
from tests.sync.world import World
from workers import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR, DAY = 3600, 86_400
EVENTS_PAGE, PAGE = 100, 250
UNLIMITED = 1000


class VirtualWorld(World):
    """A world whose product reads the time from the simulator's clock."""

    patience = 240

    def set_up(self) -> None:
        """Install and import without any limit: that is proved elsewhere. From then on the limit holds."""
        switches, ctx = self.universe.switches, self.ctx
        switches.limits = False
        self.ctx = replace(ctx, limit=RateLimit(None, UNLIMITED))
        super().set_up()
        # Without Redis, as the only process.
        self.ctx = replace(ctx, limit=RateLimit(None, ctx.settings.requests_per_second))
        switches.limits = True
        self.imported = len(self.asked())

    def asked(self) -> list[tuple[float, str]]:
        """Return (when, path) of every request of the API so far."""
        return [(each.at, each.path) for each in self.universe.traffic._asked]

    def since_import(self) -> list[tuple[float, str]]:
        """Return the requests after the import."""
        return self.asked()[self.imported :]

    def busiest_second(self) -> int:
        """Return the most requests that any second after the import held."""
        times = [at for at, _ in self.since_import()]
        return max((sum(at - 1 < other <= at for other in times) for at in times), default=0)

    def play(self, changes: int, *, seconds: int = HOUR, seed: int = 1) -> None:
        """Let the office work for so long, the clock jumping along."""
        play(self.universe, self.account, changes, seed, seconds)

    def deliver(self) -> None:
        """Bring every letter that waits, and let what it tells be read."""
        self.universe.deliveries.flush()
        self.settle()

    def pass_time(self, seconds: int) -> None:
        """Let time pass, and whatever is due by then be done."""
        self.universe.clock.jump(seconds)
        self.settle()

    def _is_settled(self) -> bool:
        """Where amoCRM may not be asked there is nothing to wait for."""
        return super()._is_settled() or not self.stored().may_ask(self.ctx.now)

    def only_sweep(self) -> None:
        """Do one sweep and what it leaves to be read, nothing else that is due."""
        jobs.sweep(self.account.id)
        self.until(self._is_read)

    def _is_read(self) -> bool:
        jobs.refresh(self.account.id)
        with self.ctx.database.read() as conn:
            soonest = dirty.soonest(conn, self.account.id)
        # What is asked for in vain is asked again later and later.
        return soonest is None or soonest > self.ctx.now_ms() + refresh.NEAR_MS

    def look_at_the_frame(self) -> None:
        """Let the mirrors of users and pipelines be due now."""
        self._hasten(runs.MIRRORS)

    def faults(self) -> list[object]:
        """Return everything that a flow must not end with: cells that differ, requests too close together."""
        busiest = self.busiest_second()
        too_close = [f"{busiest} requests in one second"] if busiest > self.universe.switches.limit_integration else []
        return [*self.wrong_cells(), *too_close]

    def pages_of(self, since: int) -> int:
        """Return how many pages hold what changed since then: what a catch-up cannot do without."""
        leads, tasks = (
            sum(row["updated_at"] >= since for row in rows.values() if not row["is_deleted"])
            for rows in (self.account.leads, self.account.tasks)
        )
        events = sum(event["created_at"] >= since for event in self.account.events)
        return math.ceil(leads / PAGE) + math.ceil(tasks / PAGE) + math.ceil(events / EVENTS_PAGE)


@contextmanager
def open_world(folder: Path, *, leads: int = 40, days: int = 20, seed: int = 3) -> Iterator[VirtualWorld]:
    """Open a world to which Pulse is connected already, its history imported."""
    url = f"sqlite:///{folder / 'pulse.db'}"
    database.migrate(url)
    world = VirtualWorld(leads=leads, days=days, seed=seed)
    ctx = context_for(url, **world.settings())
    world.ctx = replace(ctx, now_ms=world.universe.clock.now_ms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "context", lambda: world.ctx)
        try:
            world.set_up()
            yield world
        finally:
            world.close()
            ctx.close()
