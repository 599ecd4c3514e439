"""One account's lane while it is served: what the next request asks for, so that few requests bring fresh numbers.

Requests are scarce, so each is chosen when its turn has come: everything that was marked until then goes with it.
Snapshots are applied at once, for they move the numbers. The event log, which refines them, is read in between, once
for all snapshots since; a mark is answered only when the log was read after its snapshot. What is looked at again
because its second was not over waits a little for company.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from integration.errors import Unavailable, UnexpectedAnswer
from integration.store import accounts, dirty
from integration.sync import deletion, intake, reading
from integration.sync.apply import RECHECK_MS, Batch, unsettled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integration.amo.client import AmoClient
    from integration.kpi.model import Event
    from integration.store.dirty import Mark
    from integration.sync.context import Context

MARKS = 250
"""As many entities of a type as one request may ask for."""
SMALLER = (100, 50, 25, 10, 5, 2, 1)
"""How many are asked for at once after a request that failed."""
COMPANY_MS = 400
"""How long what is looked at again waits for others to go with."""
OVERLAP = 5
"""Seconds of the event log that are read again: entries show up late. The sweep reads further back."""
WHOLE_MS = 5_000
"""How often the overlap is read to its end while there are too many events for one page."""
POISON_MS = (5_000, 30_000, 120_000, 600_000, 3_600_000)
"""How long an entity rests that amoCRM fails to show even alone, longer every time."""
KINDS = ("leads", "tasks")

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Log:
    """A reading of the event log in progress: its window, its next page, and the marks that it answers."""

    start: int
    end: int
    marks: list[Mark]
    missing: list[Mark]
    page: int = 1


@dataclass(slots=True)
class Due:
    """The marks to be asked for, of each kind; `urgent` are the kinds that may not wait for company."""

    marks: dict[str, list[Mark]] = field(default_factory=dict)
    urgent: set[str] = field(default_factory=set)
    soonest_ms: int | None = None


class Lane:
    """The lane of one account, served by one client. `turn` may raise AmoError: the marks stay then."""

    def __init__(self, ctx: Context, client: AmoClient, account_id: int) -> None:
        self._ctx, self._client, self._account_id = ctx, client, account_id
        self._sizes = dict.fromkeys(KINDS, MARKS)
        self._shown: list[Mark] = []
        self._missing: list[Mark] = []
        self._is_log_due = False
        self._log: _Log | None = None
        self._read_until = self._whole_at_ms = 0
        self._turn_of = dict.fromkeys((*KINDS, "log"), 0)
        self._turns = 0

    @property
    def is_log_due(self) -> bool:
        """Tell whether the event log has to be read for snapshots that were applied."""
        return self._is_log_due or self._log is not None

    def look(self) -> Due:
        """Return what is due now, without what only waits for the event log."""
        now_ms = self._ctx.now_ms()
        waiting = {(mark.entity_type, mark.entity_id, mark.seq) for mark in self._waiting()}
        due = Due()
        with self._ctx.database.read() as conn:
            for kind in KINDS:
                taken = dirty.take(conn, self._account_id, kind, now_ms, MARKS + len(waiting))
                marks = [mark for mark in taken if (kind, mark.entity_id, mark.seq) not in waiting]
                due.marks[kind] = marks[: self._sizes[kind]]
                if any(mark.tries == 0 or now_ms - mark.first_ms >= RECHECK_MS + COMPANY_MS for mark in marks):
                    due.urgent.add(kind)
            due.soonest_ms = dirty.soonest(conn, self._account_id)
        return due

    def turn(self, due: Due) -> None:
        """Use one request for what has waited longest; leads get every other one, most numbers hang on them."""
        wanted = {*due.urgent, *(["log"] if self.is_log_due else [])}
        if not wanted:
            return  # somebody else was faster
        if "leads" in wanted and self._turn_of["leads"] < self._turns:
            chosen = "leads"
        else:
            chosen = min(wanted - {"leads"} or wanted, key=lambda each: self._turn_of[each])
        self._turns += 1
        self._turn_of[chosen] = self._turns
        if chosen == "log":
            self._read_log()
        else:
            self._read_snapshots(chosen, due.marks[chosen])

    def _waiting(self) -> Sequence[Mark]:
        return [*self._shown, *self._missing, *([*self._log.marks, *self._log.missing] if self._log else [])]

    def _read_snapshots(self, kind: str, marks: list[Mark]) -> None:
        ids = [mark.entity_id for mark in marks]
        try:
            read = reading.by_id(self._ctx, self._client, self._account_id, kind, ids)
        except (Unavailable, UnexpectedAnswer) as trouble:
            self._be_careful(kind, marks, trouble)
            return
        self._sizes[kind] = min(MARKS, 2 * self._sizes[kind])
        shown = {lead.id for lead in read.leads} | {task.id for task in read.tasks}
        early = {entity_id for _, entity_id in unsettled(read)}
        settled = [mark for mark in marks if mark.entity_id in shown - early]
        again = [mark for mark in marks if mark.entity_id in early]
        self._take(Batch(read.server_now, read.leads, read.tasks, answered=again, applied=settled))
        self._shown += settled
        self._missing += [mark for mark in marks if mark.entity_id not in shown]
        self._is_log_due = True

    def _be_careful(self, kind: str, marks: list[Mark], trouble: Exception) -> None:
        """Ask for fewer: perhaps amoCRM stumbles over one of them. If it fails anyway, that is raised."""
        self._client.account()
        self._sizes[kind] = next((size for size in SMALLER if size < len(marks)), 1)
        if len(marks) > 1:
            return
        (mark,) = marks
        rest_ms = POISON_MS[min(mark.tries, len(POISON_MS) - 1)]
        _log.warning("not_readable", type=kind, id=mark.entity_id, reason=str(trouble), again_in_s=rest_ms // 1000)
        self._take(Batch(self._client.server_now, later=[(mark, self._ctx.now_ms() + rest_ms)]))

    def _read_log(self) -> None:
        """Read the next page of the event log, and with the last one answer the marks."""
        log = self._log = self._log or self._open_log()
        events, more = self._client.events_page(log.start, log.end, log.page)
        is_known = more and self._is_known_from_here(events)
        if more and not is_known:
            log.page += 1
            self._take(Batch(self._client.server_now, events=events))
            return
        verdict = deletion.judge(self._ctx, self._client, self._account_id, log.missing, events)
        self._take(
            Batch(
                self._client.server_now,
                leads=verdict.leads,
                events=events,
                deleted=frozenset(verdict.deleted),
                # Those that were shown have been counted as fresh already.
                answered=[*(mark._replace(tries=1) for mark in log.marks), *verdict.answered],
                later=verdict.later,
                cursors={} if is_known else {"events_cursor": log.end},
            )
        )
        self._read_until, self._log = log.end, None
        if not is_known:
            self._whole_at_ms = self._ctx.now_ms()

    def _open_log(self) -> _Log:
        with self._ctx.database.read() as conn:
            start = accounts.get(conn, self._account_id).events_cursor - OVERLAP
        log = _Log(start, self._client.server_now, self._shown, self._missing)
        self._shown, self._missing, self._is_log_due = [], [], False
        return log

    def _is_known_from_here(self, events: Sequence[Event]) -> bool:
        """Tell whether the pages that follow hold only what was read before: then they can wait for the overlap."""
        times = [event.created_at for event in events]
        is_newest_first = times == sorted(times, reverse=True) and times[:1] > times[-1:]
        is_overlap_fresh = self._ctx.now_ms() - self._whole_at_ms < WHOLE_MS
        return is_newest_first and is_overlap_fresh and times[-1] < self._read_until - 1

    def _take(self, read: Batch) -> None:
        intake.take(self._ctx, self._client, self._account_id, read)
