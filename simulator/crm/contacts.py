"""How contacts and companies change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.crm.lead_traces import LeadTraces

if TYPE_CHECKING:
    from simulator.crm.state import Row

_SINGULAR = {"contacts": "contact", "companies": "company"}


class ContactChanges(LeadTraces):
    """The contacts' and companies' part of an account. `by` is the acting user's id, 0 the robot."""

    def create_contact(
        self,
        by: int,
        *,
        name: str = "",
        phone: str = "",
        responsible_user_id: int | None = None,
        **more: Any,  # noqa: ANN401 - fields of the API
    ) -> int:
        """Create a contact, with its telephone number when given, and return the id."""
        first, _, last = name.partition(" ")
        fields = {"first_name": first, "last_name": last, **more}
        if phone:
            fields["custom_fields_values"] = [self._phone(phone)]
        return self._create("contacts", by, name, responsible_user_id, fields)

    def create_company(
        self,
        by: int,
        *,
        name: str = "",
        responsible_user_id: int | None = None,
        **more: Any,  # noqa: ANN401 - fields of the API
    ) -> int:
        """Create a company and return the id."""
        return self._create("companies", by, name, responsible_user_id, more)

    def create_customer(self, by: int, *, name: str = "") -> int:
        """Create a customer, on whom notes may hang, and return the id. They have no further life here."""
        with self.changing():
            row = self.new_row(by, by) | {"name": name}
            self.customers[int(row["id"])] = row
            self.record("customer_added", "customer", row["id"], by, [], [])
            return int(row["id"])

    def change_contact(self, contact_id: int, by: int, **fields: Any) -> None:  # noqa: ANN401 - the fields of a PATCH
        """Save a contact with other values."""
        self._change("contacts", contact_id, by, fields)

    def change_company(self, company_id: int, by: int, **fields: Any) -> None:  # noqa: ANN401 - the fields of a PATCH
        """Save a company with other values."""
        self._change("companies", company_id, by, fields)

    def join_company(self, contact_id: int, company_id: int | None, by: int) -> None:
        """Let a contact belong to a company, the one before left; to none when `company_id` is None."""
        with self.changing():
            contact = self.live("contacts", contact_id)
            left = [each["id"] for each in contact["_embedded"]["companies"]]
            joined = [] if company_id is None else [int(self.live("companies", company_id)["id"])]
            if left == joined:
                return
            was = self.touch("contacts", contact, by)
            contact["_embedded"]["companies"] = [{"id": each} for each in joined]
            for verb, ids in (("unlink", left), ("link", joined)):
                for each in ids:
                    value = {verb: {"entity": {"type": "company", "id": each}}}
                    self.record(f"entity_{verb}ed", "contact", contact_id, by, [], [value])
            self.occur("update_contact", "contacts", "update", contact, was=was)

    def contacts_of(self, company_id: int) -> list[Row]:
        """Return the living contacts of a company."""
        contacts = [contact for contact in self.contacts.values() if not contact["is_deleted"]]
        return [row for row in contacts if {"id": company_id} in row["_embedded"]["companies"]]

    def delete_contact(self, contact_id: int, by: int) -> None:
        """Put a contact into the trash."""
        self._delete("contacts", contact_id, by)

    def delete_company(self, company_id: int, by: int) -> None:
        """Put a company into the trash."""
        self._delete("companies", company_id, by)

    def _phone(self, number: str) -> Row:
        field = next(each for each in self.custom_fields["contacts"].values() if each["code"] == "PHONE")
        named = {"field_id": field["id"], "field_name": field["name"], "field_code": "PHONE"}
        value = {"value": number, "enum_id": field["id"] + 1, "enum_code": "WORK"}
        return {**named, "field_type": "multitext", "values": [value]}

    def _create(self, kind: str, by: int, name: str, owner: int | None, fields: Row) -> int:
        with self.changing():
            tags = [self.tag(tag) for tag in fields.pop("tags", [])]
            row = self.new_row(by, by if owner is None else owner)
            row |= {"name": name, "closest_task_at": None, "custom_fields_values": None, **fields}
            row["_embedded"] = {"tags": tags, "companies": []}
            row_id = int(row["id"])
            getattr(self, kind)[row_id] = row
            self.record(f"{_SINGULAR[kind]}_added", _SINGULAR[kind], row_id, by, [], [{"note": {"id": self.new_id()}}])
            self.occur(f"add_{_SINGULAR[kind]}", kind, "add", row)
            return row_id

    def _change(self, kind: str, row_id: int, by: int, fields: Row) -> None:
        singular = _SINGULAR[kind]
        with self.changing():
            row = self.live(kind, row_id)
            was = self.touch(kind, row, by)
            if "tags" in fields:
                row["_embedded"]["tags"] = [self.tag(name) for name in fields.pop("tags")]
            row |= _whole_name(row, fields) if kind == "contacts" else fields
            row["group_id"] = self.group_of(row["responsible_user_id"])
            if was["name"] != row["name"]:
                before, after = ({"name_field_value": {"name": each["name"]}} for each in (was, row))
                self.record("name_field_changed", singular, row_id, by, [before], [after])
            self.record_owner_change(singular, was, row, by)
            self.record_field_changes(singular, was, row, by)
            handed = was["responsible_user_id"] != row["responsible_user_id"]
            extra = {"old_responsible_user_id": was["responsible_user_id"]} if handed else {}
            self.occur(f"update_{singular}", kind, "update", row, was=was, **extra)
            if handed:
                self.occur(f"responsible_{singular}", kind, "responsible", row, was=was, **extra)

    def _delete(self, kind: str, row_id: int, by: int) -> None:
        with self.changing():
            row = self.live(kind, row_id)
            self.touch(kind, row, by)
            row["is_deleted"] = True
            self.record(f"{_SINGULAR[kind]}_deleted", _SINGULAR[kind], row_id, by, [], [])
            self.occur(f"delete_{_SINGULAR[kind]}", kind, "delete", row)


def _whole_name(row: Row, fields: Row) -> Row:
    """Return the fields of a save with name, first and last name agreeing, whichever of them it holds."""
    parts = {name: fields.get(name, row[name]) for name in ("first_name", "last_name")}
    if "name" in fields and not parts.keys() & fields.keys():
        parts["first_name"], _, parts["last_name"] = fields["name"].partition(" ")
        return {**fields, **parts}
    whole = " ".join(filter(None, parts.values()))
    return {**fields, "name": whole} if parts.keys() & fields.keys() and "name" not in fields else fields
