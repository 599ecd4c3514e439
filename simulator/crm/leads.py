"""How leads change: created, edited, moved, closed, reopened, handed over."""

from __future__ import annotations

from typing import Any

from simulator.crm.lead_traces import LeadTraces
from simulator.crm.state import CLOSED, LOST, Row

_PLAIN = ("name", "price", "custom_fields_values", "score", "created_at", "created_by")

_SINGULAR = {"contacts": "contact", "companies": "company"}


class LeadChanges(LeadTraces):
    """The leads' part of an account. `by` is the acting user's id, 0 the robot."""

    def create_lead(
        self,
        by: int,
        *,
        pipeline_id: int,
        status_id: int,
        name: str = "",
        price: int = 0,
        responsible_user_id: int | None = None,
        contact_id: int | None = None,
        company_id: int | None = None,
        created_at: int | None = None,
        **more: Any,  # noqa: ANN401 - closed_at, loss_reason_id, tags and so on, as the API takes them
    ) -> int:
        """Create a lead and return its id. Raises Refused when the pipeline has no such status."""
        more |= {"name": name, "price": price, "pipeline_id": pipeline_id, "status_id": status_id}
        more |= {"contact_id": contact_id, "company_id": company_id, "created_at": created_at}
        with self.changing():
            lead = self.insert_lead(by, by if responsible_user_id is None else responsible_user_id, more)
            self.occur("add_lead", "leads", "add", lead)
            return int(lead["id"])

    def insert_lead(self, by: int, owner: int | None, fields: Row) -> Row:
        """Put a new lead among the others, with its event, telling no hook; inside `changing` only."""
        self.check_status(fields["pipeline_id"], fields["status_id"])
        lead = self._new_lead(by, owner, fields)
        self.leads[lead["id"]] = lead
        self.record("lead_added", "lead", lead["id"], by, [], [{"note": {"id": self.new_id()}}])
        return lead

    def _new_lead(self, by: int, owner: int | None, fields: Row) -> Row:
        row = self.new_row(by, owner)
        created_at = row["created_at"] if fields.get("created_at") is None else fields["created_at"]
        contact_id, company_id = fields.get("contact_id"), fields.get("company_id")
        closed = fields["status_id"] in CLOSED
        return row | {
            "name": fields.get("name") or f"Сделка #{row['id']}",
            "price": fields.get("price") or 0,
            "status_id": fields["status_id"],
            "pipeline_id": fields["pipeline_id"],
            "loss_reason_id": fields.get("loss_reason_id"),
            "source_id": fields.get("source_id"),
            "created_at": created_at,
            "updated_at": fields.get("updated_at") or row["updated_at"],
            "closed_at": fields.get("closed_at") or (created_at if closed else None),
            "closest_task_at": None,
            "custom_fields_values": fields.get("custom_fields_values"),
            "score": None,
            "labor_cost": None,
            "is_price_modified_by_robot": False,
            "_embedded": {
                "tags": [self.tag(name) for name in fields.get("tags", [])],
                "contacts": [{"id": contact_id, "is_main": True}] if contact_id else [],
                "companies": [{"id": company_id}] if company_id else [],
            },
            "merged_into": None,
            "purged": False,
        }

    def change_lead(self, lead_id: int, by: int, **fields: Any) -> None:  # noqa: ANN401 - the fields of a PATCH
        """Save a lead with other values: any of name, price, status_id, pipeline_id, responsible_user_id,
        loss_reason_id, closed_at, tags (all names), custom_fields_values, created_at, updated_at.

        Raises UnknownRow, or Refused when the status does not belong to the pipeline.
        """  # noqa: D205 - the list of fields is the summary
        with self.changing():
            lead = self.live("leads", lead_id)
            pipeline_id = int(fields.get("pipeline_id") or lead["pipeline_id"])
            status_id = int(fields.get("status_id") or self._status_after_move(lead, pipeline_id))
            self.check_status(pipeline_id, status_id)
            was = self.touch("leads", lead, by)
            lead |= {name: fields[name] for name in _PLAIN if name in fields}
            self._move(lead, pipeline_id, status_id, fields)
            if "responsible_user_id" in fields:
                lead["responsible_user_id"] = fields["responsible_user_id"]
                lead["group_id"] = self.group_of(lead["responsible_user_id"])
            if "tags" in fields:
                lead["_embedded"]["tags"] = [self.tag(name) for name in fields["tags"]]
            lead["updated_at"] = fields.get("updated_at", lead["updated_at"])
            self.record_lead_changes(was, lead, by)
            self.tell_lead_changes(was, lead)

    def _status_after_move(self, lead: Row, pipeline_id: int) -> int:
        if pipeline_id == lead["pipeline_id"] or lead["status_id"] in CLOSED:
            return int(lead["status_id"])
        return self.first_status(pipeline_id)

    def _move(self, lead: Row, pipeline_id: int, status_id: int, fields: Row) -> None:
        moved = (pipeline_id, status_id) != (lead["pipeline_id"], lead["status_id"])
        reopened = lead["status_id"] in CLOSED and status_id not in CLOSED
        lead["pipeline_id"], lead["status_id"] = pipeline_id, status_id
        if moved:
            self.leave_unsorted(lead["id"])
        if moved and status_id in CLOSED:
            lead["closed_at"] = self.clock.now()
        if reopened and self.switches.closed_at_on_reopening == "null":
            lead["closed_at"] = None
        if moved and status_id != LOST and self.switches.loss_reason_on_reopening == "clear":
            lead["loss_reason_id"] = None
        lead |= {name: fields[name] for name in ("closed_at", "loss_reason_id") if name in fields}

    def link_lead(self, lead_id: int, kind: str, other_id: int, by: int) -> None:
        """Link a contact or company (`kind` plural) to a lead; the first contact is the main one."""
        with self.changing():
            lead, singular = self.live("leads", lead_id), _SINGULAR[kind]
            self.live(kind, other_id)
            linked = lead["_embedded"][kind]
            if any(each["id"] == other_id for each in linked):
                return
            was = self.touch("leads", lead, by)
            if kind == "companies":
                linked[:] = [{"id": other_id}]
            else:
                linked.append({"id": other_id, "is_main": not linked})
            value = {"link": {"entity": {"type": singular, "id": other_id}}}
            self.record("entity_linked", "lead", lead_id, by, [], [value])
            self.tell_lead_changes(was, lead)

    def unlink_lead(self, lead_id: int, kind: str, other_id: int, by: int) -> None:
        """Take a contact or company off a lead; another contact becomes the main one."""
        with self.changing():
            lead, singular = self.live("leads", lead_id), _SINGULAR[kind]
            was = self.touch("leads", lead, by)
            linked = [each for each in lead["_embedded"][kind] if each["id"] != other_id]
            if linked and kind == "contacts" and not any(each["is_main"] for each in linked):
                linked[0]["is_main"] = True
            lead["_embedded"][kind] = linked
            value = {"unlink": {"entity": {"type": singular, "id": other_id}}}
            self.record("entity_unlinked", "lead", lead_id, by, [], [value])
            self.tell_lead_changes(was, lead)

    def open_leads_of(self, kind: str, other_id: int) -> list[int]:
        """Return the open leads of a contact or company."""
        leads = [lead for lead in self.leads.values() if not lead["is_deleted"] and lead["status_id"] not in CLOSED]
        return [lead["id"] for lead in leads if any(each["id"] == other_id for each in lead["_embedded"][kind])]
