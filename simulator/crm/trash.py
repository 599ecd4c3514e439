"""How leads disappear and come back: deleted, restored, purged, merged."""

from __future__ import annotations

import copy

from simulator.crm.state import Refused, Row, UnknownRow
from simulator.crm.tasks import TaskChanges


class TrashChanges(TaskChanges):
    """The trash of an account. `by` is the acting user's id."""

    def delete_lead(self, lead_id: int, by: int) -> None:
        """Put a lead into the trash."""
        with self.changing():
            lead = self.live("leads", lead_id)
            self.touch("leads", lead, by)
            lead["is_deleted"] = True
            self.leave_unsorted(lead_id)
            self.record("lead_deleted", "lead", lead_id, by, [], [])
            self.occur("delete_lead", "leads", "delete", lead)

    def restore_lead(self, lead_id: int, by: int) -> None:
        """Take a lead out of the trash. Raises UnknownRow when it is not there."""
        with self.changing():
            lead = self._in_trash(lead_id)
            self.touch("leads", lead, by)
            lead["is_deleted"] = False
            self.record("lead_restored", "lead", lead_id, by, [], [])
            self.occur("restore_lead", "leads", "restore", lead)

    def purge_lead(self, lead_id: int) -> None:
        """Empty the trash of a lead: amoCRM tells nobody."""
        with self.changing():
            self._in_trash(lead_id)["purged"] = True

    def merge_leads(self, survivor_id: int, absorbed_id: int, by: int) -> None:
        """Merge a lead into another, which takes over its tasks, contacts and company."""
        with self.changing():
            if survivor_id == absorbed_id:
                raise Refused("a lead cannot be merged with itself")
            survivor, absorbed = self.live("leads", survivor_id), self.live("leads", absorbed_id)
            was = self.touch("leads", survivor, by)
            self.touch("leads", absorbed, by)
            absorbed |= {"is_deleted": True, "merged_into": survivor_id, "purged": not self.switches.merge_in_trash}
            self.leave_unsorted(absorbed_id)
            for kind in ("contacts", "companies"):
                survivor["_embedded"][kind] = survivor["_embedded"][kind] or copy.deepcopy(absorbed["_embedded"][kind])
            self.record("entity_merged", "lead", survivor_id, by, [], [])
            if self.switches.merge_delete_event:
                self.record("lead_deleted", "lead", absorbed_id, by, [], [])
            self.occur("update_lead", "leads", "update", survivor, was=was)
            if self.switches.hook_merge_delete:
                self.occur("delete_lead", "leads", "delete", absorbed)
            self.tasks_follow(absorbed_id, survivor_id, by)

    def _in_trash(self, lead_id: int) -> Row:
        lead = self.leads.get(lead_id)
        if lead is None or not lead["is_deleted"] or lead["purged"] or lead["merged_into"]:
            raise UnknownRow(f"leads {lead_id} is not in the trash")
        return lead
