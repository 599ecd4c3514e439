"""Applies what amoCRM told: one transaction per batch, the only place where live numbers change.

A counter changes by contribution(after) − contribution(before) of each entity whose snapshot or events changed; that
of a generation under construction only if the entity is counted in it already.
Snapshots, events, deltas, marks and cursors are committed together or not at all, under the account's lock: a batch
may be repeated, cut in pieces or overtaken by another one, and the numbers stay those of the rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integration.errors import GrantDead
from integration.kpi.calendar import day_of
from integration.kpi.histogram import bucket
from integration.store import accounts, counters, cursors, dirty, events, freshness, generations
from integration.store.accounts import State
from integration.sync import activity, healing, live
from integration.sync.changes import LEADS, TASKS, Told, change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from integration.kpi.activity import Contact, Note, Request
    from integration.kpi.model import Event, Lead, Task
    from integration.store.accounts import Account
    from integration.store.database import Connection
    from integration.store.dirty import Entity, Mark
    from integration.sync.context import Context

    Beside = Callable[[Connection], None]

RECHECK_MS = 1_050
"""After this long the second in which a snapshot was read is over."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read, up to a few hundred of each. `server_now` is amoCRM's clock at that reading.

    `deleted` are confirmed by the API. `answered` are the marks that this reading serves; `applied` those whose
    snapshots it brings, which stay until their events are read too; `later` those that are asked again at the time in
    ms beside them. `cursors` names columns of the account and how far they were read, `read_to` the lists of other
    kinds. `by_sweep` says that nothing had asked for this reading: what it finds out is what hooks did not tell.
    """

    server_now: int
    leads: Sequence[Lead] = ()
    tasks: Sequence[Task] = ()
    events: Sequence[Event] = ()
    contacts: Sequence[Contact] = ()
    notes: Sequence[Note] = ()
    requests: Sequence[Request] = ()
    deleted: frozenset[Entity] = frozenset()
    answered: Sequence[Mark] = ()
    applied: Sequence[Mark] = ()
    later: Sequence[tuple[Mark, int]] = ()
    cursors: Mapping[str, int] = field(default_factory=dict)
    read_to: Mapping[str, int] = field(default_factory=dict)
    by_sweep: bool = False


def batch(ctx: Context, account_id: int, read: Batch, beside: Beside | None = None) -> int:
    """Apply a batch and announce the new version, if readers can see a change. Returns the account's version.

    What `beside` does is committed together with it. Raises GrantDead for an account that left.
    """
    now_ms = ctx.now_ms()
    with ctx.database.transaction() as conn:
        account = accounts.lock(conn, account_id)
        if account.state == State.UNINSTALLED:
            raise GrantDead("the account left")
        live_generations = generations.live(conn, account_id)
        new = events.add(conn, account_id, read.events, now_ms // 1000)
        changes = change(conn, account_id, LEADS, Told(read.leads, _deleted(read, "leads"), new), live_generations)
        changes += change(conn, account_id, TASKS, Told(read.tasks, _deleted(read, "tasks"), new), live_generations)
        for number, delta in changes.deltas.items():
            counters.add(conn, account_id, number, delta)
        if read.by_sweep:
            healing.note(conn, account_id, changes.moved, new, read.server_now)
        activity.change(conn, account_id, read, new)
        dirty.mark(conn, account_id, changes.doubtful | activity.clues(conn, account_id, new), now_ms)
        cursors.advance(conn, account_id, read.read_to)
        served = _settle_marks(conn, account, read, now_ms)
        visible = bool(changes.count or changes.doubtful or served)
        as_of = min(changes.newest, read.server_now)
        version = accounts.advance(conn, account, visible=visible, as_of=as_of, **read.cursors)
        if beside is not None:
            beside(conn)
    if visible:
        live.announce(ctx, account_id, version)
    return version


def _deleted(read: Batch, entity_type: str) -> set[int]:
    return {entity_id for kind, entity_id in read.deleted if kind == entity_type}


def _settle_marks(conn: Connection, account: Account, read: Batch, now_ms: int) -> int:
    """Clear the marks that were answered, postpone the others. Returns how many were answered."""
    postponed = dict(read.later)
    still = dirty.unchanged(conn, account.account_id, [*read.answered, *postponed])
    answered = [mark for mark in still if mark not in postponed]
    present = unsettled(read)
    again = [mark for mark in answered if (mark.entity_type, mark.entity_id) in present]
    dirty.clear(conn, account.account_id, set(answered) - set(again))
    rechecks = [(mark._replace(first_ms=now_ms), now_ms + RECHECK_MS) for mark in again]
    retries = [(mark, postponed[mark]) for mark in still if mark in postponed]
    dirty.postpone(conn, account.account_id, rechecks + retries)
    fresh = [mark for mark in (*answered, *read.applied) if not mark.tries]
    waited = Counter(bucket(max(0, now_ms - mark.first_ms)) for mark in fresh)
    freshness.add(conn, account.account_id, day_of(now_ms // 1000, account.timezone), waited)
    return len(answered)


def unsettled(read: Batch) -> set[Entity]:
    """Return what changed in the very second of the reading: it may change again in it without a newer time."""
    # A time further ahead was written by somebody's integration; waiting for it would never end.
    present = range(read.server_now, read.server_now + 2)
    leads: set[Entity] = {("leads", lead.id) for lead in read.leads if lead.updated_at in present}
    return leads | {("tasks", task.id) for task in read.tasks if task.updated_at in present} | activity.unsettled(read)
