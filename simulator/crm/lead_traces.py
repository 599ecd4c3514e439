"""What a saved lead leaves behind: events for the history, occurrences for the webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.crm.structure import StructureChanges

if TYPE_CHECKING:
    from simulator.crm.state import Row

_FIELD_TYPES = {
    name: number
    for number, name in enumerate(
        [
            "text",
            "numeric",
            "checkbox",
            "select",
            "multiselect",
            "date",
            "url",
            "multitext",
            "textarea",
            "radiobutton",
            "streetaddress",
        ],
        1,
    )
}
"""The numbers of field types, which events still use."""


class LeadTraces(StructureChanges):
    """Compares a lead with what it was and writes the difference down as amoCRM would."""

    def record_lead_changes(self, was: Row, lead: Row, by: int) -> None:
        """Append one event per changed field that has an event type (M:crm_platform/events-and-notes.md)."""
        lead_id = lead["id"]
        if _place(was) != _place(lead):
            self.record("lead_status_changed", "lead", lead_id, by, [_status(was)], [_status(lead)])
        self.record_owner_change("lead", was, lead, by)
        if was["price"] != lead["price"]:
            self.record("sale_field_changed", "lead", lead_id, by, [_sale(was)], [_sale(lead)])
        if was["name"] != lead["name"]:
            self.record("name_field_changed", "lead", lead_id, by, [_name(was)], [_name(lead)])
        self.record_field_changes("lead", was, lead, by)
        self._record_tag_changes(was, lead, by)

    def record_owner_change(self, entity_type: str, was: Row, row: Row, by: int) -> None:
        """Append entity_responsible_changed if it did change."""
        if was["responsible_user_id"] != row["responsible_user_id"]:
            before, after = [_owner(was)], [_owner(row)]
            self.record("entity_responsible_changed", entity_type, row["id"], by, before, after)

    def record_field_changes(self, entity_type: str, was: Row, row: Row, by: int) -> None:
        """Append custom_field_{id}_value_changed for every custom field that has other values now."""
        before, after = (
            {field["field_id"]: field for field in each["custom_fields_values"] or []} for each in (was, row)
        )
        for field_id in dict.fromkeys((*before, *after)):
            old, new = _values(before.get(field_id)), _values(after.get(field_id))
            if old != new:
                self.record(f"custom_field_{field_id}_value_changed", entity_type, row["id"], by, old, new)

    def _record_tag_changes(self, was: Row, lead: Row, by: int) -> None:
        before = {tag["name"] for tag in was["_embedded"]["tags"]}
        after = {tag["name"] for tag in lead["_embedded"]["tags"]}
        if after - before:
            added = [{"tag": {"name": name}} for name in sorted(after - before)]
            self.record("entity_tag_added", "lead", lead["id"], by, [], added)
        if before - after:
            removed = [{"tag": {"name": name}} for name in sorted(before - after)]
            self.record("entity_tag_deleted", "lead", lead["id"], by, removed, [])

    def tell_lead_changes(self, was: Row, lead: Row) -> None:
        """Let one save occur as the several things that amoCRM sends hooks of."""
        extra: dict[str, Any] = {"was": was}
        moved = _place(was) != _place(lead)
        handed = was["responsible_user_id"] != lead["responsible_user_id"]
        if moved:
            extra |= {"old_status_id": was["status_id"], "old_pipeline_id": was["pipeline_id"]}
        if handed:
            extra |= {"old_responsible_user_id": was["responsible_user_id"]}
        self.occur("update_lead", "leads", "update", lead, **extra)
        if moved:
            self.occur("status_lead", "leads", "status", lead, **extra)
        if handed:
            self.occur("responsible_lead", "leads", "responsible", lead, **extra)


def _place(lead: Row) -> tuple[int, int]:
    return lead["pipeline_id"], lead["status_id"]


def _status(lead: Row) -> Row:
    return {"lead_status": {"id": lead["status_id"], "pipeline_id": lead["pipeline_id"]}}


def _owner(row: Row) -> Row:
    return {"responsible_user": {"id": row["responsible_user_id"] or 0}}


def _sale(lead: Row) -> Row:
    return {"sale_field_value": {"sale": lead["price"]}}


def _name(lead: Row) -> Row:
    return {"name_field_value": {"name": lead["name"]}}


def _values(field: Row | None) -> list[Row]:
    if field is None:
        return []
    kind = _FIELD_TYPES.get(field["field_type"], 1)
    named = {"field_id": field["field_id"], "field_type": kind}
    return [
        {"custom_field_value": {**named, "enum_id": value.get("enum_id"), "text": str(value.get("value", ""))}}
        for value in field["values"]
    ]
