"""Who asks: the integration, the account, and the user whose rights hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import g

from simulator.crm.notes import SINGULAR
from simulator.web import NO_RIGHTS, Problem

if TYPE_CHECKING:
    from simulator.account import Account
    from simulator.crm.state import Row
    from simulator.switches import Switches

PLURAL = {singular: plural for plural, singular in SINGULAR.items()}


@dataclass(frozen=True)
class Caller:
    """The authorized caller of one request.

    Attributes:
        user_id: whose rights hold, and who appears as the author of writes.
        is_admin: whether everything is allowed, as it is under an admin's grant.
        base: scheme and host as the caller wrote them, for the links.
    """

    account: Account
    client_id: str
    user_id: int
    is_admin: bool
    base: str

    @property
    def switches(self) -> Switches:
        """The switches that hold in the account."""
        return self.account.switches

    def need_admin(self) -> None:
        """Raise Problem 403 unless the caller has an admin's rights."""
        if not self.is_admin:
            raise Problem(403, NO_RIGHTS)

    def may(self, kind: str, action: str, row: Row) -> bool:
        """Tell whether the right `action` (view, edit) of the caller covers a lead, contact or company."""
        if self.is_admin:
            return True
        user = self.account.users.get(self.user_id)
        if user is None:
            return False
        right = user["rights"].get(kind, {}).get(action, "D")
        if right == "G":
            return (row["group_id"] or 0) == (user["rights"]["group_id"] or 0)
        return right == "A" or (right in {"M", "L"} and row["responsible_user_id"] == self.user_id)

    def sees(self, kind: str, row: Row) -> bool:
        """Tell whether a list shows the row to the caller; tasks follow what they hang on, or their owner."""
        if self.is_admin:
            return True
        if kind != "tasks":
            return self.may(kind, "view", row)
        return row["responsible_user_id"] == self.user_id or self.sees_id(row["entity_type"], row["entity_id"])

    def sees_id(self, kind: str | None, row_id: int | None) -> bool:
        """Tell whether the caller sees the entity of this plural type and id."""
        if self.is_admin:
            return True
        row = getattr(self.account, kind, {}).get(row_id) if kind else None
        return row is not None and self.sees(str(kind), row)

    def sees_event(self, event: Row) -> bool:
        """Tell whether the caller sees the entity that an event is about."""
        kind = "tasks" if event["entity_type"] == "task" else PLURAL.get(event["entity_type"])
        return self.sees_id(kind, event["entity_id"])


def caller() -> Caller:
    """Return who asks; only inside an authorized request."""
    return cast("Caller", g.caller)
