"""What the writes of all entities share: authors, responsible users, tags, custom fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.crm.state import ROBOT
from simulator.rest.caller import caller
from simulator.web import NO_RIGHTS, Problem

if TYPE_CHECKING:
    from simulator.crm.state import Row
    from simulator.rest.validation import Faults

UNKNOWN = ("NotSupportedChoice", "The value you selected is not a valid choice.")


def check_users(faults: Faults, request_id: str, row: Row) -> None:
    """Complain about a responsible user or author that the account does not have."""
    users = caller().account.users
    if "responsible_user_id" in row and row["responsible_user_id"] not in users:
        faults.add(request_id, "responsible_user_id", UNKNOWN)
    for name in ("created_by", "updated_by"):
        if row.get(name) not in {None, ROBOT} and row[name] not in users:
            faults.add(request_id, name, UNKNOWN)


def check_author(row: Row) -> None:
    """Refuse to write in the name of somebody else, unless by an admin's rights. Raises Problem 403."""
    who = caller()
    if not who.is_admin and any(row.get(name, who.user_id) != who.user_id for name in ("created_by", "updated_by")):
        raise Problem(403, NO_RIGHTS)


def check_custom_fields(faults: Faults, request_id: str, kind: str, row: Row) -> None:
    """Complain about custom fields that the account does not have."""
    fields = caller().account.custom_fields[kind]
    for index, value in enumerate(row.get("custom_fields_values") or []):
        known = value.get("field_id") in fields or any(
            field["code"] and field["code"] == value.get("field_code") for field in fields.values()
        )
        if not known:
            faults.add(request_id, f"custom_fields_values.{index}.field_id", UNKNOWN)


def tags_after(row: Row, names: list[str]) -> list[str] | None:
    """Return the names of an entity's tags after a PATCH, None when it does not speak of them."""
    embedded = row.get("_embedded", {})
    if "tags" in embedded:
        return names_of_tags(embedded["tags"] or [])
    gone = set(names_of_tags(row.get("tags_to_delete", [])))
    new = [name for name in names_of_tags(row.get("tags_to_add", [])) if name not in names]
    return [name for name in names if name not in gone] + new if gone or new else None


def names_of_tags(tags: list[Row]) -> list[str]:
    """Return the names of tags as a caller writes them, by name or by id."""
    by_id = {tag_id: name for name, tag_id in caller().account.tag_ids.items()}
    names = [tag["name"] if isinstance(tag.get("name"), str) else by_id.get(tag.get("id", 0)) for tag in tags]
    return list(dict.fromkeys(name for name in names if name))
