"""The life of unsorted leads: they come in by themselves, and somebody accepts, declines or links them."""

from __future__ import annotations

import uuid
from typing import Any

from simulator.crm.contacts import ContactChanges
from simulator.crm.leads import LeadChanges
from simulator.crm.state import ROBOT, Row, UnknownRow

CATEGORIES = frozenset({"sip", "mail", "forms", "chats"})


class UnsortedChanges(LeadChanges, ContactChanges):
    """The «Неразобранное» of an account."""

    def add_unsorted(
        self,
        category: str,
        *,
        pipeline_id: int | None = None,
        name: str = "",
        price: int = 0,
        contact_name: str = "",
        contact_fields: Row | None = None,
        company_name: str = "",
        source_name: str | None = None,
        source_uid: str | None = None,
        metadata: Row | None = None,
        created_at: int | None = None,
    ) -> str:
        """Let a lead come in unsorted and return the uid. The lead's id is in the row's `_embedded.leads`."""
        with self.changing() as now:
            pipeline = self.main_pipeline() if pipeline_id is None else pipeline_id
            fields: Row = {"name": name, "price": price, "pipeline_id": pipeline, "created_at": created_at}
            fields["status_id"] = self.unsorted_status(pipeline)
            known = bool(contact_name or contact_fields)
            fields["contact_id"] = (
                self.create_contact(ROBOT, name=contact_name, **contact_fields or {}) if known else None
            )
            fields["company_id"] = self.create_company(ROBOT, name=company_name) if company_name else None
            lead = self.insert_lead(ROBOT, self._nobody(), fields)
            uid = uuid.UUID(int=self.rng.getrandbits(128), version=4).hex
            linked = {
                kind: [{"id": each["id"]} for each in lead["_embedded"][kind]] for kind in ("contacts", "companies")
            }
            row: Row = {"uid": uid, "source_uid": source_uid, "source_name": source_name, "category": category}
            row |= {"pipeline_id": pipeline, "created_at": now if created_at is None else created_at}
            row |= {"metadata": metadata or {}, "account_id": self.id}
            row["_embedded"] = {"leads": [{"id": lead["id"]}], **linked}
            self.unsorted[uid] = row
            self.occur("add_unsorted", "unsorted", "add", row, lead=lead)
            return uid

    def accept_unsorted(self, uid: str, by: int, status_id: int | None = None, user_id: int | None = None) -> Row:
        """Accept: the lead moves to `status_id` (the first one) and to `user_id` (the acting one); return its row."""
        with self.changing():
            row = self._take(uid, by, "accept")
            lead = self.live("leads", row["_embedded"]["leads"][0]["id"])
            target = self.first_status(lead["pipeline_id"]) if status_id is None else status_id
            pipeline_id = self._pipeline_with(target, lead["pipeline_id"])
            was = self.touch("leads", lead, by)
            lead |= {"pipeline_id": pipeline_id, "status_id": target}
            lead["responsible_user_id"] = by if user_id is None else user_id
            lead["group_id"] = self.group_of(lead["responsible_user_id"])
            self.record_lead_changes(was, lead, by)
            self.occur("delete_unsorted", "unsorted", "delete", row, action="accept", modified_user_id=by)
            self._tell_acceptance(was, lead)
            return row

    def _tell_acceptance(self, was: Row, lead: Row) -> None:
        hook = self.switches.hook_accept
        if hook in {"add", "both"}:
            self.occur("add_lead", "leads", "add", lead)
        if hook in {"status", "both"}:
            old: dict[str, Any] = {"old_status_id": was["status_id"], "old_pipeline_id": was["pipeline_id"]}
            self.occur("status_lead", "leads", "status", lead, was=was, **old)

    def decline_unsorted(self, uid: str, by: int) -> Row:
        """Decline: the lead goes to the trash; return the unsorted row that was."""
        with self.changing():
            row = self._take(uid, by, "decline")
            lead = self.live("leads", row["_embedded"]["leads"][0]["id"])
            self.touch("leads", lead, by)
            lead["is_deleted"] = True
            self.record("lead_deleted", "lead", lead["id"], by, [], [])
            self.occur("delete_unsorted", "unsorted", "delete", row, action="decline", modified_user_id=by)
            if self.switches.hook_decline_delete:
                self.occur("delete_lead", "leads", "delete", lead)
            return row

    def _take(self, uid: str, by: int, action: str) -> Row:
        if uid not in self.unsorted:
            raise UnknownRow(f"unsorted {uid}")
        row = self.unsorted.pop(uid)
        self.sorted_out.append({**row, "action": action, "sorted_at": self.clock.now(), "sorted_by": by})
        return row

    def _pipeline_with(self, status_id: int, preferred: int) -> int:
        """Return the pipeline that a bare status id means: the present one, if it has such a status."""
        for pipeline_id in (preferred, *self.pipelines):
            if status_id in self.pipelines[pipeline_id]["statuses"]:
                return int(pipeline_id)
        return preferred

    def _nobody(self) -> int | None:
        choice = self.switches.unsorted_responsible
        if choice == "admin":
            return next(int(user["id"]) for user in self.users.values() if user["rights"]["is_admin"])
        return None if choice == "null" else ROBOT
