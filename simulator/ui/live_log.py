"""What happens in the accounts, newest last, for the page's quiet log and for the cards that refresh themselves."""

from __future__ import annotations

import itertools
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.account import Account, Occurrence, Row
    from simulator.universe import Universe

_KEPT = 400
_SHOWN = frozenset({"leads", "contacts", "companies", "tasks"})


class LiveLog:
    """Listens to every account of the universe. Positions are numbers that only grow."""

    def __init__(self, universe: Universe) -> None:
        self._numbers = itertools.count(1)
        self._entries: deque[tuple[int, Row]] = deque(maxlen=_KEPT)
        for account in universe.accounts.values():
            account.listeners.append(self.hear)
        universe.on_new_account.append(lambda account: account.listeners.append(self.hear))

    def hear(self, account: Account, occurrence: Occurrence) -> None:
        """Write one occurrence down."""
        # A task may hang on nothing; then no card shows it.
        if occurrence.entity in _SHOWN and occurrence.item.get("entity_id", 1) is not None:
            entry = {"seq": next(self._numbers), **_entry(account, occurrence)}
            self._entries.append((account.id, entry))

    def position(self) -> int:
        """Return the number of the newest entry, 0 when there is none."""
        return int(self._entries[-1][1]["seq"]) if self._entries else 0

    def after(self, account_id: int, position: int) -> list[Row]:
        """Return the account's entries that are newer than `position`."""
        # A copy first: the listeners append from other threads.
        return [entry for of, entry in list(self._entries) if of == account_id and entry["seq"] > position]


def _entry(account: Account, occurrence: Occurrence) -> Row:
    item, was = occurrence.item, occurrence.extra.get("was")
    is_part = occurrence.entity == "tasks" or occurrence.action == "note"
    kind = item["entity_type"] if is_part else occurrence.entity
    entity_id = item["entity_id"] if is_part else item["id"]
    owner: Row = (getattr(account, kind).get(entity_id) if kind in _SHOWN else None) or item
    return {
        "at": account.clock.now(),
        "by": item["updated_by"],
        "code": occurrence.code,
        "entity": occurrence.entity,
        "action": occurrence.action,
        "entity_type": kind,
        "entity_id": entity_id,
        "name": str(owner.get("name") or ""),
        "pipeline_id": owner.get("pipeline_id"),
        "status_id": item.get("status_id"),
        "responsible_user_id": item.get("responsible_user_id"),
        "completed": bool(occurrence.extra.get("action_close")),
        "is_call": str(item.get("note_type", "")).startswith("call"),
        "touches": _touches(kind, entity_id, owner),
        **_difference(item, was),
    }


def _difference(item: Row, was: Row | None) -> dict[str, Any]:
    if was is None or "price" not in item:
        return {"price": None, "price_changed": False, "plain": True}
    moved = any(was[name] != item[name] for name in ("status_id", "pipeline_id", "responsible_user_id"))
    changed = was["price"] != item["price"]
    return {"price": item["price"], "price_changed": changed, "plain": not moved and not changed}


def _touches(kind: str, entity_id: int, owner: Row) -> list[str]:
    linked = owner.get("_embedded", {})
    people = [f"{name}:{row['id']}" for name in ("contacts", "companies") for row in linked.get(name, [])]
    return [f"{kind}:{entity_id}", *people]
