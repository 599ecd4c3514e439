"""Long work that is repeated: when it is due, how far it is, what it found."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, update

from integration.errors import NotFound
from integration.store import rows
from integration.store.accounts import PAUSED, SILENT, State
from integration.store.tables import accounts, runs

if TYPE_CHECKING:
    from sqlalchemy import Connection

BACKFILL = "backfill"
"""The first full pass: the cards say «importing» meanwhile."""
NIGHTLY = "nightly"
"""The full pass of every night: the same work again, quietly."""
SWEEP = "sweep"
ACTIVITY = "activity"
"""The sweep of what no live number is counted from; `progress` names the kinds that the account refuses, and why."""
MIRRORS = "mirrors"
CONNECT = "connect"
"""What an install still has to do after its tokens are stored."""
TOKENS = "tokens"
"""Refreshing the grants that nobody uses, before they die."""
FAREWELL = "farewell"
"""Finding out whether a reported uninstall is true, and deleting what is left in the end."""
HOOKS = "hooks"
"""The last look at the hook subscription: `progress` is {"state": "on" | "repaired" | "refused", "reason": code}."""
REBUILD = "rebuild"
"""Building a generation of counters, and removing those that nobody wants any more."""
AUDIT = "audit"
"""Counting everything anew to prove the counters."""
PROOF = "proof"
"""What the last audit found; never due itself. See sync.audit."""

NEVER = 2**62
"""When work is due that was done once and for all."""

_row = runs.c


@dataclass(frozen=True, slots=True)
class Run:
    """One kind of work of one account. `finished_at` None: begun, or waiting to begin; `progress` is its own."""

    account_id: int
    kind: str
    started_at: int
    finished_at: int | None
    due_at: int
    progress: dict[str, Any] = field(default_factory=dict)


_COLUMNS = [_row[column.name] for column in fields(Run)]


def get(conn: Connection, account_id: int, kind: str) -> Run | None:
    """Return the account's latest run of this kind."""
    row = conn.execute(select(*_COLUMNS).where(_row.account_id == account_id, _row.kind == kind)).one_or_none()
    return None if row is None else Run(*row)


def schedule(conn: Connection, account_id: int, kind: str, due_at: int) -> None:
    """Let the work begin anew at that time, whatever became of the last one."""
    fresh = {"account_id": account_id, "kind": kind, "started_at": 0, "finished_at": None}
    rows.upsert(conn, runs, [{**fresh, "due_at": due_at, "progress": {}}])


def record(conn: Connection, account_id: int, kind: str, found: dict[str, Any], now: int) -> None:
    """Remember what a look found that is part of other work: nothing is due of it."""
    seen = {"account_id": account_id, "kind": kind, "started_at": now, "finished_at": now, "due_at": NEVER}
    rows.upsert(conn, runs, [{**seen, "progress": found}])


def all_of(conn: Connection, account_id: int) -> dict[str, Run]:
    """Return the account's latest run of every kind that it ever had."""
    found = (Run(*row) for row in conn.execute(select(*_COLUMNS).where(_row.account_id == account_id)))
    return {run.kind: run for run in found}


def hasten(conn: Connection, account_id: int, kind: str, due_at: int) -> None:
    """Bring the next run forward to that time, if it is due later."""
    mine = update(runs).where(_row.account_id == account_id, _row.kind == kind, _row.due_at > due_at)
    conn.execute(mine.values(due_at=due_at))


def due(conn: Connection, now: int) -> list[tuple[int, str]]:
    """Return (account_id, kind) of everything to be begun or resumed now."""
    asks = and_(accounts.c.retry_at <= now, accounts.c.state.not_in(SILENT))
    # A refresh token dies of waiting: an account that has not paid, or took our rights, keeps its grants.
    keeps_alive = and_(_row.kind == TOKENS, accounts.c.state.in_(PAUSED))
    # Counting anew needs nothing of amoCRM: what people see stays right while the account cannot be read.
    asks_nothing = and_(_row.kind.in_([REBUILD, AUDIT]), accounts.c.state != State.UNINSTALLED)
    askable = or_(asks, keeps_alive, asks_nothing, _row.kind == FAREWELL)
    query = select(_row.account_id, _row.kind).join(accounts, accounts.c.account_id == _row.account_id)
    found = conn.execute(query.where(_row.due_at <= now, askable).order_by(_row.due_at))
    return [(account_id, kind) for account_id, kind in found]


def claim(conn: Connection, account_id: int, kind: str, now: int, lease: int) -> bool:
    """Take a due run: nobody else gets it for `lease` seconds. False: it is not due, or somebody took it."""
    mine = update(runs).where(_row.account_id == account_id, _row.kind == kind, _row.due_at <= now)
    return conn.execute(mine.values(due_at=now + lease)).rowcount == 1


def begin(conn: Connection, account_id: int, kind: str, now: int) -> Run:
    """Return the run that was claimed: the unfinished one, or a fresh one after a finished.

    Raises NotFound for an account that was deleted meanwhile, which must not get a new row.
    """
    there = select(accounts.c.account_id).where(accounts.c.account_id == account_id)
    if conn.scalar(there.with_for_update(read=True, key_share=True)) is None:
        raise NotFound(f"Account {account_id} is not connected")
    run = get(conn, account_id, kind)
    if run is not None and run.finished_at is None and run.started_at:
        return run
    due_at = now if run is None else run.due_at
    fresh = {"account_id": account_id, "kind": kind, "started_at": now, "finished_at": None, "due_at": due_at}
    rows.upsert(conn, runs, [{**fresh, "progress": {}}])
    return Run(account_id, kind, now, None, due_at)


def save(conn: Connection, run: Run, progress: dict[str, Any], *, due_at: int) -> None:
    """Remember how far the run is; it is resumed at `due_at` if nobody saves again before."""
    _set(conn, run, progress=progress, due_at=due_at)


def finish(conn: Connection, run: Run, progress: dict[str, Any], *, now: int, due_at: int) -> None:
    """Remember that the run is done and when the next one is due."""
    _set(conn, run, progress=progress, finished_at=now, due_at=due_at)


def _set(conn: Connection, run: Run, **values: Any) -> None:  # noqa: ANN401 - columns of the table
    conn.execute(update(runs).where(_row.account_id == run.account_id, _row.kind == run.kind).values(**values))
