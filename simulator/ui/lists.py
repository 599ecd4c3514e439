"""The rows of the lists: leads by manager, stage and words; contacts and companies by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.account import CLOSED
from simulator.ui import cards

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.account import Account, Row

_LONGEST = 400


@dataclass(frozen=True)
class LeadFilter:
    """Which leads are wanted: of a user, in a stage (`open`, `<pipeline>:<status>` or empty for all), by name."""

    user_id: int | None = None
    status: str = "open"
    name: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> LeadFilter:
        """Read the address's `user`, `status` and `name`; what is no number filters nothing."""
        user = query.get("user", "")
        return cls(int(user) if user.isdecimal() else None, query.get("status", ""), query.get("name", "").casefold())

    def admits(self, lead: Row) -> bool:
        """Tell whether the lead is wanted. Deleted leads never are."""
        if lead["is_deleted"] or (self.user_id is not None and lead["responsible_user_id"] != self.user_id):
            return False
        if self.status == "open" and lead["status_id"] in CLOSED:
            return False
        if ":" in self.status and self.status != f"{lead['pipeline_id']}:{lead['status_id']}":
            return False
        return self.name in str(lead["name"]).casefold()


def leads(account: Account, wanted: LeadFilter, limit: int) -> dict[str, Any]:
    """Return the newest wanted leads with contact and nearest open task."""
    with account.lock:
        found = [lead for lead in account.leads.values() if wanted.admits(lead)]
        return _page(account, found, limit, lambda lead: _lead(account, lead))


def linked(account: Account, kind: str, limit: int) -> dict[str, Any]:
    """Return the newest contacts or companies with their number of leads."""
    with account.lock:
        found = [row for row in getattr(account, kind).values() if not row["is_deleted"]]
        return _page(account, found, limit, lambda row: _person(account, kind, row))


def _page(account: Account, found: list[Row], limit: int, shown: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
    found.sort(key=lambda row: (row["created_at"], row["id"]), reverse=True)
    rows = [shown(row) for row in found[: min(limit, _LONGEST)]]
    return {"rows": rows, "total": len(found), "now": account.clock.now()}


def _lead(account: Account, lead: Row) -> dict[str, Any]:
    names = ("id", "name", "price", "status_id", "pipeline_id", "responsible_user_id", "updated_at")
    deadline = lead["closest_task_at"]
    task = None if deadline is None else {"complete_till": deadline}
    return {**{name: lead[name] for name in names}, "contact": cards.contact_of(account, lead), "task": task}


def _person(account: Account, kind: str, row: Row) -> dict[str, Any]:
    names = ("id", "name", "responsible_user_id", "created_at")
    return {**{name: row[name] for name in names}, "leads": len(cards.leads_of(account, kind, row["id"]))}
