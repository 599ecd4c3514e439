"""The rows of one account, their ids, their events, and how the outside hears of a change."""

from __future__ import annotations

import copy
import random
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.crm.tables import Tables
from simulator.ulid import UlidMint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.clock import Clock
    from simulator.switches import Switches

Row: TypeAlias = dict[str, Any]
WON, LOST = 142, 143
CLOSED = frozenset({WON, LOST})
ROBOT = 0


class UnknownRow(LookupError):
    """There is no such entity, or it is deleted."""


class Refused(ValueError):
    """amoCRM does not allow this change; the text says why."""


@dataclass(frozen=True)
class Occurrence:
    """One thing a webhook may tell of.

    Attributes:
        code: the subscription code, such as `status_lead`.
        entity: the plural REST name: leads, contacts, companies, tasks, unsorted.
        action: add, update, status, responsible, delete, restore, note.
        item: a deep copy of the row in REST shape, as it was right after the change (of the note for `note`).
        mass: which mass action it belongs to, 0 for none: what one action did to many is told together.
        extra: what only this occurrence knows, such as `old_status_id`, or `was`: the row before the change.
    """

    code: str
    entity: str
    action: str
    item: Row
    extra: Row = field(default_factory=dict)
    mass: int = 0


class AccountState(Tables):
    """The rows of one account and what every kind of change needs. Read and write only under `lock`."""

    def __init__(self, account_id: int, subdomain: str, clock: Clock, switches: Switches, seed: int) -> None:
        super().__init__()
        self.id = account_id
        self.subdomain = subdomain
        self.base_domain = "amocrm.ru"
        self.name = subdomain
        self.timezone = "Europe/Moscow"
        self.currency = "RUB"
        self.created_at = clock.now()
        self.clock = clock
        self.switches = switches
        self.rng = random.Random(seed)
        self.lock = threading.RLock()
        self.listeners: list[Callable[[Any, Occurrence], None]] = []
        self.is_log_in_order = True
        """Whether the clock was never set back, so that the events stand in the order of their times."""
        self._ulids = UlidMint(self.rng)
        self._last_id = self.rng.randrange(10_000_000, 30_000_000)
        self._before: dict[tuple[str, int], tuple[int, Row]] = {}
        self._deadlines: dict[tuple[str, int], dict[int, int]] = {}
        self._untold: deque[Occurrence] = deque()
        self._telling = threading.RLock()
        self._depth = 0
        self._mass = 0
        self._masses = 0

    @property
    def domain(self) -> str:
        """The account's full host, such as `pulse-demo.amocrm.ru`."""
        return f"{self.subdomain}.{self.base_domain}"

    def new_id(self) -> int:
        """Return an id greater than all before it, with gaps: other accounts draw from the same numbers."""
        with self.lock:
            self._last_id += self.rng.randrange(1, 20)
            return self._last_id

    def new_row(self, by: int, owner: int | None) -> Row:
        """Return what every entity begins with: an id, its author and its responsible user, stamped now."""
        now = self.clock.now()
        return {
            "id": self.new_id(),
            "created_by": by,
            "updated_by": by,
            "created_at": now,
            "updated_at": now,
            "responsible_user_id": owner,
            "group_id": self.group_of(owner),
            "account_id": self.id,
            "is_deleted": False,
        }

    @contextmanager
    def changing(self) -> Iterator[int]:
        """Hold the lock, yield the second it is, and tell the listeners after the outermost change has let go."""
        with self.lock:
            self._depth += 1
            try:
                yield self.clock.now()
            finally:
                self._depth -= 1
                inner = self._depth > 0
        if inner:
            return
        with self._telling:
            while self._untold:
                occurrence = self._untold.popleft()
                for listener in self.listeners:
                    listener(self, occurrence)

    @contextmanager
    def mass_action(self) -> Iterator[int]:
        """Like `changing`, for one action on many rows."""
        with self.changing() as now:
            self._masses += 1
            self._mass = self._masses
            try:
                yield now
            finally:
                self._mass = 0

    def occur(self, code: str, entity: str, action: str, item: Row, /, **extra: object) -> None:
        """Note something to be told to the listeners; inside `changing` only."""
        told = Occurrence(code, entity, action, copy.deepcopy(item), copy.deepcopy(extra), self._mass)
        self._untold.append(told)

    def record(  # noqa: PLR0917 - the order of a line of history: what, of what, by whom, from, to
        self, type_: str, entity_type: str, entity_id: int, by: int, before: list[Row], after: list[Row]
    ) -> None:
        """Append an event; `entity_type` is singular, as the events API spells it."""
        now_ms = self.clock.now_ms()
        if self.events and now_ms // 1000 < self.events[-1]["created_at"]:
            self.is_log_in_order = False
        mint = self._ulids.shuffled if self.switches.event_ids_shuffled else self._ulids.monotonic
        self.events.append(
            {
                "id": mint(now_ms),
                "type": type_,
                "entity_id": entity_id,
                "entity_type": entity_type,
                "created_by": by,
                "created_at": now_ms // 1000,
                "value_after": after,
                "value_before": before,
                "account_id": self.id,
                "seq": len(self.events) + 1,
            }
        )

    def touch(self, kind: str, row: Row, by: int) -> Row:
        """Stamp a row as changed now and return a copy of what it was."""
        was = copy.deepcopy(row)
        self._before[kind, row["id"]] = (self.clock.now_ms(), was)
        row["updated_at"], row["updated_by"] = self.clock.now(), by
        return was

    def visible(self, kind: str) -> list[Row]:
        """Return the rows of `kind` as a read shows them now: recent changes are hidden by `stale_reads_ms`."""
        rows: dict[int, Row] = getattr(self, kind)
        stale_ms = self.switches.stale_reads_ms
        if not stale_ms:
            return list(rows.values())
        since = self.clock.now_ms() - stale_ms
        return [self._as_of(kind, row, since) for row in rows.values()]

    def seen(self, kind: str, row_id: int) -> Row | None:
        """Return one row as a read shows it now, deleted or not; None when there is none."""
        row: Row | None = getattr(self, kind).get(row_id)
        stale_ms = self.switches.stale_reads_ms
        return row if row is None or not stale_ms else self._as_of(kind, row, self.clock.now_ms() - stale_ms)

    def _as_of(self, kind: str, row: Row, since: int) -> Row:
        changed_ms, was = self._before.get((kind, row["id"]), (0, row))
        return was if changed_ms > since else row

    def live(self, kind: str, row_id: int) -> Row:
        """Return the row itself, for changing it. Raises UnknownRow when it is missing or deleted."""
        row: Row | None = getattr(self, kind).get(row_id)
        if row is None or row.get("is_deleted"):
            raise UnknownRow(f"{kind} {row_id}")
        return row

    def leave_unsorted(self, lead_id: int) -> None:
        """Forget that a lead waits to be sorted: it was moved or deleted by hand."""
        for uid in [uid for uid, row in self.unsorted.items() if row["_embedded"]["leads"][0]["id"] == lead_id]:
            del self.unsorted[uid]

    def group_of(self, user_id: int | None) -> int | None:
        """Return the group of a user as entities show it (`group_id` of the responsible user)."""
        user = self.users.get(user_id or 0)
        group: int | None = user["rights"]["group_id"] if user else 0
        return group or (None if self.switches.group_of_default == "null" else 0)
