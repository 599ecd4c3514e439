"""What becomes of entities that amoCRM did not return although they were asked for by id.

Not returned does not mean deleted: rights, a stale replica or a filter hide entities too. A lead counts as deleted
only with evidence (a hook or an event that says so, or a merge after its last change) and the API's confirmation
that it is in the trash, or that it does not exist for somebody who sees everything. Without evidence it stays, and
is asked for again a few times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from integration.store import entities, events, runs
from integration.sync import rights
from integration.sync.changes import is_deleted_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integration.amo.client import AmoClient
    from integration.kpi.model import Event, Lead
    from integration.store.database import Connection
    from integration.store.dirty import Entity, Mark
    from integration.sync.context import Context

PATIENCE_MS = (2_000, 10_000, 60_000, 600_000)
"""How long to wait before each further question for something that neither shows nor is said to be deleted."""
PATIENCE_WITH_STRANGERS = 2
"""How many of these questions something is worth that we never saw, such as the ids of a forged hook."""
SINGLE_QUESTIONS = 5
"""Up to so many leads are asked for one by one; for more the trash is read first."""
TRASH_PAGES = 20
MERGE_SECONDS = 2 * 86_400
"""A merge explains for so long why leads are missing: every night all of them are looked for."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Verdict:
    """What was found out about the missing ones. `leads` did show when they were asked for one by one."""

    deleted: set[Entity] = field(default_factory=set)
    leads: list[Lead] = field(default_factory=list)
    answered: list[Mark] = field(default_factory=list)
    later: list[tuple[Mark, int]] = field(default_factory=list)


def judge(ctx: Context, client: AmoClient, account_id: int, missing: Sequence[Mark], fresh: Sequence[Event]) -> Verdict:
    """Find out about marks whose entities were not returned; `fresh` are events that may not be stored yet."""
    verdict = Verdict()
    if not missing:
        return verdict
    with ctx.database.read() as conn:
        evidence = _Evidence(conn, account_id, missing, fresh, client.server_now)
    suspects = [mark for mark in missing if evidence.against(mark)]
    # A merge explains the absence of one.
    leads = [mark for mark in missing if evidence.is_known_lead(mark)]
    unexplained = [mark for mark in leads if not mark.tries and not evidence.tells_of(mark)]
    if rights.doubt_leads(ctx, account_id, max(0, len(unexplained) - evidence.merges)):
        # Whoever does not see everything has no say in what exists.
        verdict.later = [(mark, ctx.now_ms() + PATIENCE_MS[-1]) for mark in missing]
        return verdict
    for mark in missing:
        if mark not in suspects:
            wait_or_give_up(verdict, mark, evidence.patience(mark), ctx.now_ms())
    # What was never stored adds nothing to any number, and the absence of a task is confirmation enough:
    # only leads can hide in the trash.
    to_confirm = [mark for mark in suspects if evidence.is_known_lead(mark)]
    for mark in suspects:
        if mark not in to_confirm:
            verdict.deleted.add((mark.entity_type, mark.entity_id))
            verdict.answered.append(mark)
    _confirm(ctx, client, account_id, to_confirm, verdict)
    return verdict


class _Evidence:
    """What speaks for the deletion of the missing entities: hints, events, merges."""

    def __init__(
        self, conn: Connection, account_id: int, missing: Sequence[Mark], fresh: Sequence[Event], server_now: int
    ) -> None:
        ids = {kind: [mark.entity_id for mark in missing if mark.entity_type == kind] for kind in ("leads", "tasks")}
        self.leads = entities.leads_by_id(conn, account_id, ids["leads"])
        tasks = entities.tasks_by_id(conn, account_id, ids["tasks"])
        self._known = {"leads": self.leads.keys(), "tasks": tasks.keys()}
        self._events = {
            "leads": events.of(conn, account_id, "lead", ids["leads"]),
            "tasks": events.of(conn, account_id, "task", ids["tasks"]),
        }
        for event in fresh:
            if event.entity_type not in {"lead", "task"}:
                continue
            self._events[f"{event.entity_type}s"].setdefault(event.entity_id, []).append(event)
        merges = [event.created_at for event in fresh if event.type == "entity_merged"]
        self._last_merge = max([*merges, events.last_merge(conn, account_id)])
        self._recent = server_now - MERGE_SECONDS
        told = sum(at >= self._recent for at in merges)
        self.merges = max(told, events.merges_since(conn, account_id, self._recent))

    def is_known_lead(self, mark: Mark) -> bool:
        """Tell whether this is a lead that is stored."""
        return mark.entity_type == "leads" and mark.entity_id in self.leads

    def tells_of(self, mark: Mark) -> bool:
        """Tell whether a hook or an event says that just this entity was deleted."""
        return mark.deletion_hinted or is_deleted_by(self._events[mark.entity_type].get(mark.entity_id, ()))

    def against(self, mark: Mark) -> bool:
        """Tell whether anything says that the entity of this mark was deleted."""
        if self.tells_of(mark):
            return True
        lead = self.leads.get(mark.entity_id) if mark.entity_type == "leads" else None
        return lead is not None and self._last_merge >= max(lead.updated_at, self._recent)

    def patience(self, mark: Mark) -> Sequence[int]:
        """Return how long to wait before each further question about the entity, in ms."""
        known = mark.entity_id in self._known[mark.entity_type]
        return PATIENCE_MS if known else PATIENCE_MS[:PATIENCE_WITH_STRANGERS]


def wait_or_give_up(verdict: Verdict, mark: Mark, patience_ms: Sequence[int], now_ms: int) -> None:
    """Ask again later about something that nothing says to be deleted, or, after some tries, let it be."""
    if mark.tries < len(patience_ms):
        verdict.later.append((mark, now_ms + patience_ms[mark.tries]))
        return
    _log.warning("not_returned_not_deleted", type=mark.entity_type, id=mark.entity_id)
    verdict.answered.append(mark)


def _confirm(ctx: Context, client: AmoClient, account_id: int, suspects: Sequence[Mark], verdict: Verdict) -> None:
    trash = _trash(client) if len(suspects) > SINGLE_QUESTIONS else set()
    absent: list[Mark] = []
    for mark in suspects:
        lead = None if mark.entity_id in trash else client.lead(mark.entity_id)
        if lead is None and mark.entity_id not in trash:
            absent.append(mark)
            continue
        if lead is None or lead.is_deleted:
            verdict.deleted.add(("leads", mark.entity_id))
        else:
            verdict.leads.append(lead)
        verdict.answered.append(mark)
    if not absent:
        return
    if client.may_read_users():
        # It is not in the trash either, and we see everything: purged, or absorbed by another lead.
        verdict.deleted.update(("leads", mark.entity_id) for mark in absent)
        verdict.answered.extend(absent)
    else:
        verdict.later.extend((mark, ctx.now_ms() + PATIENCE_MS[-1]) for mark in absent)
        with ctx.database.transaction() as conn:
            runs.hasten(conn, account_id, runs.MIRRORS, ctx.now)  # what becomes of the account is decided there


def _trash(client: AmoClient) -> set[int]:
    """Return the ids in the trash; of a very full one the first pages."""
    found: set[int] = set()
    for page in range(1, TRASH_PAGES + 1):
        ids, more = client.deleted_leads_page(page)
        found.update(ids)
        if not more:
            break
    return found
