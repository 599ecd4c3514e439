"""Random but realistic lives of leads and tasks, as Hypothesis strategies.

They have what makes history hard: several changes saved in one second, reopened and revived leads, owners who hand on
at once, robots, pipelines of delivery, deletions and restorations, budgets that come late or never.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from integration.kpi.model import LOST, WON, Event, Lead, Rules, Task

SALES, RETAIL, DELIVERY = 1, 2, 3
UNSORTED = {SALES: 100, RETAIL: 200}
OPEN = {SALES: (101, 102, 103), RETAIL: (201, 202), DELIVERY: (301, 302)}
PLACES = [(pipeline, status) for pipeline, statuses in OPEN.items() for status in (*statuses, WON, LOST)]
BIRTHPLACES = [*PLACES[:3], *((pipeline, status) for pipeline, status in UNSORTED.items())]
USERS = (0, 11, 12, 13)
EPOCH = 1_767_000_000
"""The end of December 2025: periods of every kind end nearby."""
GAPS = (0, 0, 0, 1, 60, 599, 600, 3600, 40_000, 86_400, 2_000_000)
RULES = Rules("Asia/Vladivostok", frozenset(UNSORTED.items()), frozenset({DELIVERY}))


@dataclass(frozen=True)
class Story:
    """A life step by step: after step n the API shows `snapshots[n]`, and the log holds all of `logs[: n + 1]`."""

    snapshots: list[Lead | Task]
    logs: list[list[Event]]

    @property
    def events(self):
        """The whole log."""
        return [event for log in self.logs for event in log]

    def known_at(self, step):
        """The snapshot and the events after a step."""
        return self.snapshots[step], [event for log in self.logs[: step + 1] for event in log]


class _Log:
    """Writes events with ids that rise, as amoCRM's do."""

    def __init__(self, entity_type, entity_id):
        self.entity = (entity_type, entity_id)
        self.written = 0

    def event(self, kind, at, by, before=(), after=()):
        self.written += 1
        return Event(f"{at:012d}{self.entity[1]:06d}{self.written:06d}", kind, *self.entity, by, at, before, after)


@st.composite
def lead_stories(draw, lead_id=1, max_steps=12):
    """The life of one lead."""
    log = _Log("lead", lead_id)
    pipeline_id, status_id = draw(st.sampled_from(BIRTHPLACES))
    at = EPOCH + draw(st.integers(0, 10_000_000))
    price = draw(st.none() | st.integers(1, 10**9))
    owner, author = draw(st.sampled_from(USERS)), draw(st.sampled_from(USERS))
    lead = Lead(lead_id, pipeline_id, status_id, owner, price, author, at, at)
    snapshots, logs = [lead], [[log.event("lead_added", at, lead.created_by)]]
    for _ in range(draw(st.integers(0, max_steps))):
        at += draw(st.sampled_from(GAPS))
        lead, events = draw(st.sampled_from(_ACTS))(draw, lead, at, log)
        snapshots.append(replace(lead, updated_at=at) if events else lead)
        lead = snapshots[-1]
        logs.append(events)
    return Story(snapshots, logs)


@st.composite
def task_stories(draw, task_id=1, max_steps=6):
    """The life of one task."""
    log = _Log("task", task_id)
    at = EPOCH + draw(st.integers(0, 10_000_000))
    owner = draw(st.sampled_from(USERS))
    task = Task(task_id, owner, "leads", 1, 1, at + draw(st.sampled_from(GAPS)), False, at, at)  # noqa: FBT003 - open
    snapshots, logs = [task], [[log.event("task_added", at, owner)]]
    for _ in range(draw(st.integers(0, max_steps))):
        at += draw(st.sampled_from(GAPS))
        act = draw(st.sampled_from(["push", "complete", "reopen", "hand", "delete"]))
        events = []
        if act == "push":
            till = task.complete_till + draw(st.sampled_from([-3600, 600, 86_400]))
            events = [log.event("task_deadline_changed", at, owner, (task.complete_till,), (till,))]
            task = replace(task, complete_till=till)
        elif act == "complete" and not task.is_completed:
            events = [log.event("task_completed", at, owner)]
            task = replace(task, is_completed=True)
        elif act == "reopen":
            task = replace(task, is_completed=False)
        elif act == "hand":
            task = replace(task, responsible_user_id=draw(st.sampled_from(USERS)))
        elif act == "delete":
            events = [log.event("task_deleted", at, owner)]
            task = replace(task, is_deleted=True)
        task = replace(task, updated_at=at)
        snapshots.append(task)
        logs.append(events)
    return Story(snapshots, logs)


def _move(draw, lead, at, log):
    before, after = (lead.pipeline_id, lead.status_id), draw(st.sampled_from(PLACES))
    if before == after:
        return lead, []
    closed_at = at if after[1] in (WON, LOST) else None
    event = log.event("lead_status_changed", at, draw(st.sampled_from(USERS)), before, after)
    return replace(lead, pipeline_id=after[0], status_id=after[1], closed_at=closed_at), [event]


def _hand(draw, lead, at, log):
    before, after = lead.responsible_user_id, draw(st.sampled_from(USERS))
    if before == after:
        return lead, []
    event = log.event("entity_responsible_changed", at, draw(st.sampled_from(USERS)), (before,), (after,))
    return replace(lead, responsible_user_id=after), [event]


def _price(draw, lead, at, log):
    price = draw(st.none() | st.integers(1, 10**9))
    if price == lead.price:
        return lead, []
    sides = (lead.price or 0,), (price or 0,)
    return replace(lead, price=price), [log.event("sale_field_changed", at, lead.responsible_user_id, *sides)]


def _note(draw, lead, at, log):
    return lead, [log.event("common_note_added", at, draw(st.sampled_from(USERS)))]


def _bin_or_restore(draw, lead, at, log):  # noqa: ARG001 - every act is called alike
    kind = "lead_restored" if lead.is_deleted else "lead_deleted"
    return replace(lead, is_deleted=not lead.is_deleted), [log.event(kind, at, lead.responsible_user_id)]


_ACTS = [_move, _move, _move, _hand, _hand, _price, _note, _bin_or_restore]
