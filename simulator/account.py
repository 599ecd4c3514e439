"""One account of amoCRM: its rows and every way in which they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.crm.masses import MassChanges
from simulator.crm.notes import NoteChanges
from simulator.crm.state import CLOSED, LOST, ROBOT, WON, Occurrence, Refused, Row, UnknownRow

if TYPE_CHECKING:
    from simulator.clock import Clock
    from simulator.switches import Switches

__all__ = ["CLOSED", "LOST", "ROBOT", "WON", "Account", "Occurrence", "Refused", "Row", "UnknownRow"]


class Account(MassChanges, NoteChanges):
    """An account with one default group, the two task types of amoCRM, and nobody in it yet.

    Each mutation is one user's save: it takes the lock, changes rows, appends events and then tells the listeners.
    Raises UnknownRow for what is missing and Refused for what amoCRM does not allow.
    """

    def __init__(self, account_id: int, subdomain: str, clock: Clock, switches: Switches, seed: int) -> None:
        super().__init__(account_id, subdomain, clock, switches, seed)
        self.groups[0] = {"id": 0, "name": "Отдел продаж", "uuid": None}
        for type_id, name, code in ((1, "Связаться", "FOLLOW_UP"), (2, "Встреча", "MEETING")):
            self.task_types[type_id] = {"id": type_id, "name": name, "color": None, "icon_id": None, "code": code}
        for kind in ("contacts", "companies"):
            for name, code in (("Телефон", "PHONE"), ("Email", "EMAIL")):
                self.add_custom_field(kind, name, "multitext", code)
