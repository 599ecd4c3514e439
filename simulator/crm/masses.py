"""What one person does to many entities at once, and what they do to the account itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator.crm.state import CLOSED, Refused
from simulator.crm.trash import TrashChanges
from simulator.crm.unsorted import UnsortedChanges

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class MassChanges(UnsortedChanges, TrashChanges):
    """Mass actions: one save of many rows, whose hooks travel together. `by` is the acting user's id."""

    def reassign_leads(self, lead_ids: Iterable[int], by: int, *, responsible_user_id: int) -> int:
        """Hand leads over to one user; return how many. Those in the trash are passed over."""
        with self.mass_action():
            handed = [lead_id for lead_id in lead_ids if not self.leads[lead_id]["is_deleted"]]
            for lead_id in handed:
                self.change_lead(lead_id, by, responsible_user_id=responsible_user_id)
            return len(handed)

    def merge_many(self, pairs: Iterable[Sequence[int]], by: int) -> None:
        """Merge many pairs (survivor, absorbed), as the search for duplicates does."""
        with self.mass_action():
            for survivor_id, absorbed_id in pairs:
                self.merge_leads(survivor_id, absorbed_id, by)

    def delete_status(self, pipeline_id: int, status_id: int, by: int, *, move_to: int) -> int:
        """Remove an open stage; its leads move to another one of the pipeline. Return how many moved.

        Raises Refused for «Неразобранное», 142 and 143, which no pipeline can be without.
        """
        with self.mass_action():
            self.check_status(pipeline_id, move_to)
            statuses = self.pipelines[pipeline_id]["statuses"]
            if status_id == move_to or status_id in CLOSED or statuses.get(status_id, {"type": 1})["type"] == 1:
                raise Refused(f"the status {status_id} cannot be deleted")
            place = (pipeline_id, status_id)
            there = [row["id"] for row in self.leads.values() if (row["pipeline_id"], row["status_id"]) == place]
            moved = [lead_id for lead_id in there if not self.leads[lead_id]["is_deleted"]]
            for lead_id in moved:
                self.change_lead(lead_id, by, pipeline_id=pipeline_id, status_id=move_to)
            del statuses[status_id]
            return len(moved)

    def archive_pipeline(self, pipeline_id: int) -> None:
        """Put a pipeline into the archive: still listed, marked `is_archive`; its leads stay where they are."""
        with self.lock:
            if self.pipelines[pipeline_id]["is_main"]:
                raise Refused("the main pipeline cannot be archived")
            self.pipelines[pipeline_id]["is_archive"] = True

    def change_settings(self, *, timezone: str = "", currency: str = "", name: str = "") -> None:
        """Change the account's settings, each unless it is empty. Raises Refused for an unknown time zone."""
        with self.lock:
            if timezone:
                try:
                    self.timezone = ZoneInfo(timezone).key
                except (ZoneInfoNotFoundError, ValueError):
                    raise Refused(f"there is no time zone {timezone!r}") from None
            self.currency = currency or self.currency
            self.name = name or self.name
