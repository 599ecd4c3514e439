"""Reads an account from end to end: at the install, and every night to be sure. `legs` says what, and in which order.

A page's rows and the place behind it are committed together, so whenever a process ends, the next one goes on at
that page. Two processes may read the same pass for a moment: the one that came first sees it at its next page, and
leaves.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from integration.errors import PulseError
from integration.kpi import calendar
from integration.store import accounts, drift, entities, runs
from integration.sync import connection, intake, live, progress, ring, troubles
from integration.sync.ahead import Reader, Spot
from integration.sync.legs import LAST_ID, PLAN, Scope, Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from integration.amo.client import AmoClient
    from integration.store.database import Connection
    from integration.store.runs import Run
    from integration.sync.ahead import Answer
    from integration.sync.context import Context
    from integration.sync.legs import Leg
    from integration.sync.progress import State

CONNECTIONS = 6
"""Seven requests a second that take half a second each need four; the others bridge what takes longer."""
SLICE_MS = 240_000
"""After this time the work goes to the end of the queue: a job must not last too long."""
FAIR_MS = 1_000
"""After this time already, if others wait."""
ALONE_MS = 3_000
"""After this time, if there is no queue: then the clock does the work, and has other things to look after."""
LEASE = 120
"""Seconds without a saved page after which somebody else resumes."""
WEEK = 7 * 86_400
LEGS = {leg.name: leg for leg in PLAN}


class _Overtaken(PulseError):
    """Another process goes on with this pass."""

    code = "overtaken"


def run(ctx: Context, account_id: int, kind: str) -> None:
    """Do a slice of the full pass that was claimed, `kind` of store.runs, and have the rest done after others."""
    with ctx.database.transaction() as conn:
        if not accounts.get(conn, account_id).may_ask(ctx.now):
            return
        work = runs.begin(conn, account_id, kind, ctx.now)
    piece, went_well = _Slice(ctx, work), False
    try:
        with troubles.met(ctx, account_id), _clients(ctx, account_id) as clients:
            piece.work(clients)
            went_well = True
    except _Overtaken:
        return
    if piece.is_done:
        _finish(ctx, work, piece.state)
    elif not went_well or not ring.call(ctx, "backfill", account_id, kind):
        # Something went wrong, or there is no queue: the clock resumes it as soon as the account may be asked.
        with ctx.database.transaction() as conn:
            runs.hasten(conn, account_id, kind, ctx.now)
    ring.ring(ctx, account_id)  # for the marks that the pages left


@contextmanager
def _clients(ctx: Context, account_id: int) -> Iterator[Sequence[AmoClient]]:
    with ExitStack() as opened:
        yield [opened.enter_context(connection.client(ctx, account_id)) for _ in range(CONNECTIONS + 1)]


def _finish(ctx: Context, work: Run, state: State) -> None:
    with ctx.database.transaction() as conn:
        never_again = work.kind == runs.BACKFILL
        due_at = runs.NEVER if never_again else ctx.now + 86_400
        runs.finish(conn, work, state, now=ctx.now, due_at=due_at)
        drift.add(conn, work.account_id, ctx.now, drift.WHOLE, {0: 1})
        version = accounts.advance(conn, accounts.lock(conn, work.account_id), visible=never_again)
    if never_again:  # the cards said «importing» until now
        live.announce(ctx, work.account_id, version)


class _Slice:
    """A while of work on a pass. `state` is what was saved last."""

    def __init__(self, ctx: Context, work: Run) -> None:
        self._ctx, self._run = ctx, work
        self._owner = secrets.token_hex(8)
        self._started_ms = self._counted_ms = ctx.now_ms()
        self._requests = self._vain = 0
        self.state: State = work.progress

    @property
    def is_done(self) -> bool:
        return self.state.get("phase") == "done"

    def is_over(self) -> bool:
        """Tell whether it is somebody else's turn."""
        worked_ms = self._ctx.now_ms() - self._started_ms
        if worked_ms <= FAIR_MS:
            return False
        waiting = ring.waiting(self._ctx)
        return bool(waiting) or worked_ms > (ALONE_MS if waiting is None else SLICE_MS)

    def work(self, clients: Sequence[AmoClient]) -> None:
        """Read pages and apply them until the pass is done or the time is over. Raises AmoError, _Overtaken."""
        own, *others = clients
        self._take_over(own)
        with Reader(others) as reader:
            while not self.is_done and not self.is_over():
                self._walk(reader, own, LEGS[self.state["leg"]])

    def _take_over(self, client: AmoClient) -> None:
        state = {**self.state, "owner": self._owner}
        with self._ctx.database.read() as conn:
            account = accounts.get(conn, self._run.account_id)
        if account.retry_at or self.state.get("leg") not in LEGS:
            # After a trouble one request tries whether it is over, before there are many.
            card = client.account()
        if self.state.get("leg") not in LEGS:
            now = client.server_now
            recent_since = calendar.period("month", now - WEEK, account.timezone).start
            scope = Scope(now, recent_since, recent_since, has_filter=card.has_api_filter)
            state = progress.opened(PLAN, asdict(scope), self._owner)
        with self._ctx.database.transaction() as conn:
            runs.save(conn, self._run, state, due_at=self._ctx.now + LEASE)
        self.state = state

    def _walk(self, reader: Reader, client: AmoClient, leg: Leg) -> None:
        if leg.goes_back and self.state["page"] == 1:
            self._look_how_far_back()
        scope = Scope(**self.state["scope"])
        start = Spot(self.state["window"], self.state["page"])
        if start.window >= len(leg.windows(scope)):
            self.state = progress.skipped(self.state, PLAN, leg)
            return
        for group in reader.walk(leg, scope, start, self.is_over):
            self._apply(reader, client, leg, scope, group)

    def _look_how_far_back(self) -> None:
        """The older leads have come since the pass was opened, and their events are older too."""
        with self._ctx.database.read() as conn:
            oldest = entities.oldest(conn, self._run.account_id)
        scope = self.state["scope"]
        self.state["scope"] = {**scope, "oldest": min(oldest or scope["oldest"], scope["oldest"])}

    def _apply(self, reader: Reader, client: AmoClient, leg: Leg, scope: Scope, group: list[Answer]) -> None:
        """Commit the rows of some pages and the place behind them, or nothing."""
        rows = [row for answer in group for row in answer.rows]
        after_id = self.state["after_id"]
        state = self._timed(progress.turned(self.state, PLAN, leg, scope, group), leg, reader)
        to_id = progress.last_place(leg, rows, after_id) if group[-1].more else LAST_ID
        shown = Shown(rows, after_id, to_id, self._ctx.now_ms())

        def save(conn: Connection) -> None:
            leg.store(conn, self._run.account_id, shown)
            self._save(conn, state)

        told = replace(leg.told(group[0].server_now, rows), by_sweep=self._run.kind == runs.NIGHTLY)
        intake.take(self._ctx, client, self._run.account_id, told, beside=save)
        self.state = state

    def _timed(self, state: State, leg: Leg, reader: Reader) -> State:
        now_ms = self._ctx.now_ms()
        requests, vain = reader.asked - self._requests, reader.vain - self._vain
        worked_ms = now_ms - self._counted_ms
        self._requests, self._vain, self._counted_ms = reader.asked, reader.vain, now_ms
        return progress.timed(state, leg, requests=requests, vain=vain, worked_ms=worked_ms)

    def _save(self, conn: Connection, state: State) -> None:
        saved = runs.get(conn, self._run.account_id, self._run.kind)
        if saved is None or saved.progress.get("owner") != self._owner:
            raise _Overtaken("another process goes on with this pass")
        runs.save(conn, self._run, state, due_at=self._ctx.now + LEASE)
