"""What a batch changes: which snapshots win, which entities differ, and by how much the counters move."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from integration.kpi import contribution
from integration.kpi.history import read_lead
from integration.kpi.model import Lead, Task
from integration.store import entities, events
from integration.store.entities import LeadRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from integration.kpi.model import Cell, Contribution, Event, Rules
    from integration.store.database import Connection
    from integration.store.dirty import Entity
    from integration.store.generations import Generation

    Load = Callable[[Connection, int, Collection[int]], dict[int, "Snapshot"]]
    Count = Callable[["Snapshot", Iterable[Event], Rules], tuple["Row", Contribution]]
    Save = Callable[[Connection, int, Iterable["Row"]], None]
    Walk = Callable[[Connection, int, int, int], list["Snapshot"]]

Snapshot = TypeVar("Snapshot", Lead, Task)
_DELETED = frozenset({"lead_deleted", "task_deleted", "contact_deleted", "company_deleted"})
_RESTORED = frozenset({"lead_restored", "contact_restored", "company_restored"})
Row = TypeVar("Row", LeadRow, Task)


@dataclass(frozen=True, slots=True)
class Kind(Generic[Snapshot, Row]):
    """Leads or tasks: how they are loaded, counted, saved and walked through. `name` is the API's plural."""

    name: str
    load: Load[Snapshot]
    count: Count[Snapshot, Row]
    save: Save[Row]
    walk: Walk[Snapshot]


@dataclass(frozen=True, slots=True)
class Told(Generic[Snapshot]):
    """What a batch tells of one kind: snapshots, confirmed deletions, and events that were not known before."""

    shown: Collection[Snapshot]
    deleted: Collection[int]
    new: Iterable[Event]


@dataclass(frozen=True, slots=True)
class Changes:
    """The sum of what some entities change. `newest` is the time of the latest change, 0 for none.

    `deltas` say for every generation, by its number, how its counters move.

    `moved` are the entities whose snapshots differ from those that were stored, with the times of their updates.
    `doubtful` are the entities whose events say more than the snapshots that are stored: they have to be fetched.
    """

    count: int = 0
    newest: int = 0
    deltas: Mapping[int, Contribution] = field(default_factory=dict)
    doubtful: frozenset[Entity] = frozenset()
    moved: Mapping[Entity, int] = field(default_factory=dict)

    def __add__(self, other: Changes) -> Changes:
        return Changes(
            self.count + other.count,
            max(self.newest, other.newest),
            {
                number: _sum((self.deltas.get(number, {}), other.deltas.get(number, {})))
                for number in self.deltas.keys() | other.deltas.keys()
            },
            self.doubtful | other.doubtful,
            {**self.moved, **other.moved},
        )


def change(
    conn: Connection, account_id: int, kind: Kind[Snapshot, Row], told: Told[Snapshot], live: Sequence[Generation]
) -> Changes:
    """Store the entities that the snapshots, the deletions and the new events change; return what that changes.

    `live` are the generations to keep up, the active one first: the rows are derived by its rules.
    """
    fresh = _by_entity(told.new, kind.name)
    ids = {snapshot.id for snapshot in told.shown} | {*told.deleted} | fresh.keys()
    stored = kind.load(conn, account_id, ids)
    present = _present(stored, told)
    changed = {key for key, entity in present.items() if key in fresh or stored.get(key) != entity}
    lines = events.of(conn, account_id, singular(kind.name), changed | fresh.keys())
    rows: list[Row] = []
    deltas: dict[int, list[Contribution]] = {one.number: [] for one in live}
    for key in sorted(changed):
        line: list[Event] = lines.get(key, [])
        older = [event for event in line if event not in fresh.get(key, ())]
        row, by_rules = _counted(kind, (stored.get(key), older), (present[key], line), [one.rules for one in live])
        rows.append(row)
        for one in live:
            if one.holds(kind.name, key):
                deltas[one.number].append(by_rules[one.rules])
    kind.save(conn, account_id, rows)
    return Changes(
        count=len(rows),
        newest=_newest([present[key].updated_at for key in changed], told.new),
        deltas={number: _sum(parts) for number, parts in deltas.items()},
        doubtful=frozenset((kind.name, key) for key in fresh if _is_behind(present.get(key), fresh[key], lines[key])),
        moved={(kind.name, key): present[key].updated_at for key in changed if stored.get(key) != present[key]},
    )


def _counted(
    kind: Kind[Snapshot, Row],
    before: tuple[Snapshot | None, list[Event]],
    after: tuple[Snapshot, list[Event]],
    all_rules: Sequence[Rules],
) -> tuple[Row, dict[Rules, Contribution]]:
    """Return the entity's row by the first of the rules, and by each of them what its change adds."""
    known, older = before
    counted = {rules: kind.count(*after, rules) for rules in dict.fromkeys(all_rules)}
    by_rules: dict[Rules, Contribution] = {}
    for rules, (_, now) in counted.items():
        was = {} if known is None else kind.count(known, older, rules)[1]
        by_rules[rules] = contribution.delta(was, now)
    return counted[all_rules[0]][0], by_rules


def singular(entity_type: str) -> str:
    """Return the name that the event log has for leads or tasks."""
    return entity_type[:-1]


def is_deleted_by(line: Iterable[Event]) -> bool:
    """Tell whether the last word of these events about the entity's existence is its deletion."""
    words = [event for event in line if event.type in _DELETED | _RESTORED]
    last = max(words, key=lambda event: (event.created_at, event.id), default=None)
    return last is not None and last.type in _DELETED


def _count_lead(lead: Lead, line: Iterable[Event], rules: Rules) -> tuple[LeadRow, Contribution]:
    history = read_lead(lead, line, rules)
    return LeadRow(lead, history.is_open, history.entered_at), contribution.of_history(history, rules)


def _count_task(task: Task, line: Iterable[Event], rules: Rules) -> tuple[Task, Contribution]:
    return task, contribution.of_task(task, line, rules)


LEADS = Kind("leads", entities.leads_by_id, _count_lead, entities.save_leads, entities.leads_after)
TASKS = Kind("tasks", entities.tasks_by_id, _count_task, entities.save_tasks, entities.tasks_after)


def _by_entity(new: Iterable[Event], entity_type: str) -> dict[int, list[Event]]:
    found: defaultdict[int, list[Event]] = defaultdict(list)
    for event in new:
        if event.entity_type == singular(entity_type):
            found[event.entity_id].append(event)
    return dict(found)


def _present(stored: Mapping[int, Snapshot], told: Told[Snapshot]) -> dict[int, Snapshot]:
    """Return every known entity as it is now: the newer snapshot wins, of equals the one that came."""
    present = dict(stored)
    for snapshot in told.shown:
        old = present.get(snapshot.id)
        if old is not None and old.updated_at > snapshot.updated_at:
            continue
        if not snapshot.is_deleted:
            present[snapshot.id] = snapshot
        elif old is not None:
            # What amoCRM shows of a deleted entity is empty: our own last state remains (G10).
            present[snapshot.id] = replace(old, is_deleted=True, updated_at=snapshot.updated_at)
    for key in told.deleted:
        if key in present:
            present[key] = replace(present[key], is_deleted=True)
    return present


def _is_behind(snapshot: Lead | Task | None, fresh: Iterable[Event], line: Iterable[Event]) -> bool:
    """Tell whether new events show the entity in another light than its snapshot does."""
    if snapshot is None or snapshot.is_deleted:
        # Gone, and its events say so too: there is nothing to fetch.
        return not is_deleted_by(line)
    # A deletion within the second of the snapshot left its time as it was.
    return max(event.created_at for event in fresh) > snapshot.updated_at or is_deleted_by(line)


def _newest(updated: Iterable[int], new: Iterable[Event]) -> int:
    return max([*updated, *(event.created_at for event in new)], default=0)


def _sum(deltas: Iterable[Contribution]) -> Contribution:
    total: defaultdict[Cell, int] = defaultdict(int)
    for delta in deltas:
        for cell, value in delta.items():
            total[cell] += value
    return {cell: value for cell, value in total.items() if value}
