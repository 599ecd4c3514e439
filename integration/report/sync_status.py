"""How the synchronisation is: what an account's people and the operators of Pulse ask first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from integration.report import health
from integration.report.stamp import importing
from integration.report.sync_shapes import (
    DriftShape,
    HookState,
    MarksShape,
    ProofShape,
    SyncBrief,
    SyncShape,
    UsersSeen,
    Words,
)
from integration.store import dirty, mirrors, runs, stocks
from integration.store.accounts import State

if TYPE_CHECKING:
    from integration.report.shapes import Importing
    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.store.runs import Run

FULL_PASSES = (runs.BACKFILL, runs.NIGHTLY)

Table = Mapping[str, Mapping[str, str]]
"""State → title, text and, where somebody can act, action: the section `states` of the words."""


def brief(conn: Connection, account: Account, table: Table) -> SyncBrief:
    """Return what a manager is told."""
    loading = importing(conn, account)
    words = said(account, loading, table)
    return SyncBrief(state=account.state.value, words=words, as_of=account.as_of, importing=loading)


def status(conn: Connection, account: Account, table: Table, now: int) -> SyncShape:
    """Return what a head, an administrator or an operator is told."""
    done = runs.all_of(conn, account.account_id)
    oldest = dirty.oldest_ms(conn, account.account_id)
    kept = health.read(conn, account.account_id, now)
    return SyncShape(
        **dict(brief(conn, account, table)) | {"detail": "full"},
        version=account.version,
        since=account.state_since,
        retry_at=account.retry_at or None,
        pending=dirty.pending(conn, account.account_id),
        oldest_pending=None if oldest is None else oldest // 1000,
        users=users_seen(conn, account),
        hooks=hooks(done.get(runs.HOOKS)),
        events_read_to=account.events_cursor,
        last_sweep=last_finished(done, runs.SWEEP),
        last_full_pass=last_finished(done, *FULL_PASSES),
        drift=DriftShape(
            healed=kept.healed, events=kept.events_missed, repair=kept.repaired_within, cells=kept.cells_differed
        ),
        proof=None if kept.proof is None else ProofShape.model_validate(asdict(kept.proof)),
        marks=MarksShape(**kept.marks._asdict(), holds=kept.marks.holds),
        is_recounting=kept.is_recounting,
    )


def said(account: Account, loading: Importing | None, table: Table) -> Words:
    """Put the account's state into words. An account that reads its history is `importing` to whoever looks."""
    is_importing = account.state == State.ACTIVE and loading is not None
    words = table["importing" if is_importing else account.state]
    return Words.model_validate({"action": None, **words})


def users_seen(conn: Connection, account: Account) -> UsersSeen:
    """Compare those whom the account lists to us with those we know of, and those who own its open leads.

    While the rights of our grant are doubted nobody is taken for gone.
    """
    known = mirrors.users_of(conn, account.account_id)
    listed = {user.id for user in known if not user.is_removed}
    strangers = stocks.owners(conn, account.account_id) - {user.id for user in known} - {0}
    seen = len(listed) if account.suspicion is None else account.users_seen
    return UsersSeen(seen=seen, of=len(listed | strangers))


def hooks(look: Run | None) -> HookState | None:
    """Return what the last look at the hook subscription found, None before the first."""
    if look is None:
        return None
    return HookState(state=look.progress["state"], reason=look.progress.get("reason"), checked_at=look.started_at)


def last_finished(done: Mapping[str, Run], *kinds: str) -> int | None:
    """Return when work of one of these kinds was last finished."""
    times = [run.finished_at for kind in kinds if (run := done.get(kind)) and run.finished_at is not None]
    return max(times, default=None)
