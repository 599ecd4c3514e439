"""How rows look in answers. Pure: rows in, JSON out; `base` is scheme and host of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from simulator.crm.state import Row


def _fields(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_LEAD = [
    "id",
    "name",
    "price",
    "responsible_user_id",
    "group_id",
    "status_id",
    "pipeline_id",
    "loss_reason_id",
    "created_by",
    "updated_by",
    "created_at",
    "updated_at",
    "closed_at",
    "closest_task_at",
    "is_deleted",
    "custom_fields_values",
    "score",
    "account_id",
    "labor_cost",
]
_CONTACT = [
    "id",
    "name",
    "first_name",
    "last_name",
    "responsible_user_id",
    "group_id",
    "created_by",
    "updated_by",
    "created_at",
    "updated_at",
    "is_deleted",
    "closest_task_at",
    "custom_fields_values",
    "account_id",
]
_TASK = [
    "id",
    "created_by",
    "updated_by",
    "created_at",
    "updated_at",
    "responsible_user_id",
    "group_id",
    "entity_id",
    "entity_type",
    "duration",
    "is_completed",
    "task_type_id",
    "text",
]
_NOTE = [
    "id",
    "entity_id",
    "created_by",
    "updated_by",
    "created_at",
    "updated_at",
    "responsible_user_id",
    "group_id",
    "note_type",
    "params",
    "account_id",
]
_PLURAL = {"lead": "leads", "contact": "contacts", "company": "companies", "customer": "customers", "task": "tasks"}


def _self(base: str, path: str) -> Row:
    return {"self": {"href": f"{base}/api/v4/{path}"}}


def _pointer(base: str, kind: str, row: Row) -> Row:
    return {**row, "_links": _self(base, f"{kind}/{row['id']}")}


def lead(row: Row, with_: Collection[str], reasons: dict[int, Row], base: str) -> Row:
    """Shape a lead; `with_` adds contacts, loss_reason, source_id, source, is_price_modified_by_robot."""
    inside = row["_embedded"]
    embedded: Row = {
        "tags": inside["tags"],
        "companies": [_pointer(base, "companies", company) for company in inside["companies"]],
    }
    if "contacts" in with_:
        embedded["contacts"] = [_pointer(base, "contacts", contact) for contact in inside["contacts"]]
    if "loss_reason" in with_:
        reason = reasons.get(row["loss_reason_id"] or 0)
        embedded["loss_reason"] = [reason] if reason else []
    if "catalog_elements" in with_:
        embedded["catalog_elements"] = []
    if "source" in with_:
        embedded["source"] = {"id": row["source_id"], "name": "Сайт"} if row["source_id"] else None
    shape: Row = {name: row[name] for name in _LEAD}
    shape |= {name: row[name] for name in ("source_id", "is_price_modified_by_robot") if name in with_}
    return {**shape, "_links": _self(base, f"leads/{row['id']}"), "_embedded": embedded}


def deleted_lead(row: Row, base: str) -> Row:
    """Shape a lead in the trash: the reduced model of with=only_deleted."""
    reduced = {name: row[name] for name in ("id", "updated_at", "updated_by", "is_deleted")}
    return {**reduced, "_links": _self(base, f"leads/{row['id']}")}


def contact(kind: str, row: Row, linked: dict[str, list[Row]], base: str) -> Row:
    """Shape a contact or a company (`kind` plural); `linked` holds what `with` asked for, by kind."""
    embedded: Row = {"tags": row["_embedded"]["tags"]}
    if kind == "contacts":
        embedded["companies"] = [_pointer(base, "companies", each) for each in row["_embedded"]["companies"]]
    embedded |= {other: [_pointer(base, other, each) for each in rows] for other, rows in linked.items()}
    shape = {name: row[name] for name in _CONTACT if name in row}
    return {**shape, "_links": _self(base, f"{kind}/{row['id']}"), "_embedded": embedded}


def task(row: Row, base: str, *, empty_result: Row | list[Row]) -> Row:
    """Shape a task; `empty_result` stands where nothing was written on completion."""
    shape = {name: row[name] for name in _TASK}
    result = empty_result if row["result"] is None else row["result"]
    shape |= {"result": result, "complete_till": row["complete_till"], "account_id": row["account_id"]}
    return {**shape, "_links": _self(base, f"tasks/{row['id']}")}


def event(row: Row, base: str, name: str | None) -> Row:
    """Shape an event, which points at its entity, by `name` where that was asked for."""
    shape = {name: value for name, value in row.items() if name != "seq"}
    kind = _PLURAL.get(row["entity_type"], row["entity_type"])
    entity: Row = {"id": row["entity_id"]} if name is None else {"id": row["entity_id"], "name": name}
    entity["_links"] = _self(base, f"{kind}/{row['entity_id']}")
    return {**shape, "_links": _self(base, f"events/{row['id']}"), "_embedded": {"entity": entity}}


def note(row: Row, base: str) -> Row:
    """Shape a note."""
    path = f"{row['entity_type']}/{row['entity_id']}/notes/{row['id']}"
    return {**{name: row[name] for name in _NOTE}, "_links": _self(base, path)}


def user(row: Row, roles: dict[int, Row], groups: dict[int, Row], with_: Collection[str], base: str) -> Row:
    """Shape a user; `with_` adds role, group, uuid, amojo_id, user_rank, phone_number."""
    shape = {**row, "_links": _self(base, f"users/{row['id']}")}
    embedded: Row = {}
    rights = row["rights"]
    if "role" in with_:
        role = roles.get(rights["role_id"] or 0)
        embedded["roles"] = [{"id": role["id"], "name": role["name"]}] if role else []
    if "group" in with_:
        group = groups.get(rights["group_id"] or 0)
        embedded["groups"] = [{"id": group["id"], "name": group["name"]}] if group else []
    extra = {"uuid": None, "amojo_id": None, "user_rank": "candidate", "phone_number": None}
    shape |= {name: value for name, value in extra.items() if name in with_}
    return {**shape, "_embedded": embedded} if embedded else shape


def status(row: Row, base: str, with_: Collection[str] = ()) -> Row:
    """Shape a status of a pipeline; `with_` adds descriptions."""
    extra: Row = {"descriptions": []} if "descriptions" in with_ else {}
    return {**row, **extra, "_links": _self(base, f"leads/pipelines/{row['pipeline_id']}/statuses/{row['id']}")}


def pipeline(row: Row, base: str, with_: Collection[str] = ()) -> Row:
    """Shape a pipeline with its statuses in order; «Неразобранное» only where it is on."""
    shape = {name: value for name, value in row.items() if name != "statuses"}
    shown = shown_statuses(row)
    links = _self(base, f"leads/pipelines/{row['id']}")
    return {**shape, "_links": links, "_embedded": {"statuses": [status(each, base, with_) for each in shown]}}


def shown_statuses(row: Row) -> list[Row]:
    """Return the statuses that the API shows of a pipeline, in order."""
    statuses = sorted(row["statuses"].values(), key=lambda each: int(each["sort"]))
    return [each for each in statuses if each["type"] == 0 or row["is_unsorted_on"]]


def unsorted(row: Row, base: str) -> Row:
    """Shape an unsorted lead."""
    embedded = {kind: [_pointer(base, kind, each) for each in rows] for kind, rows in row["_embedded"].items()}
    return {**row, "_links": _self(base, f"leads/unsorted/{row['uid']}"), "_embedded": embedded}
