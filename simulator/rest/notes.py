"""Notes of four kinds of entities (M:crm_platform/events-and-notes.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.notes import NOTE_TYPES
from simulator.rest import shapes
from simulator.rest import validation as v
from simulator.rest.caller import caller
from simulator.rest.listing import Condition, asked, between, choose, ids, link, page, tests_of, words
from simulator.rest.writes import check_author, check_users
from simulator.web import Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("notes", __name__)
_KIND = "<any(leads, contacts, companies, customers):kind>"
_ORDERS = frozenset({"updated_at", "id"})
_CONDITIONS: dict[str, Condition] = {
    "id": ids("id"),
    "entity_id": ids("entity_id"),
    "note_type": words("note_type"),
    "updated_at": between("updated_at"),
}
CHECKS: dict[str, v.Check] = {
    "entity_id": v.integer,
    "note_type": v.one_of(*NOTE_TYPES),
    "params": v.mapping,
    "created_by": v.integer,
    "created_at": v.moment,
    "responsible_user_id": v.integer,
    "is_need_to_trigger_digital_pipeline": v.boolean,
}
_CHANGES: dict[str, v.Check] = {"params": v.mapping, "note_type": v.one_of(*NOTE_TYPES)}
_UNKNOWN = ("NotSupportedChoice", "The value you selected is not a valid choice.")


@routes.get(f"/{_KIND}/notes")
def notes(kind: str) -> Response:
    """List the notes of one kind of entity."""
    return _list(kind, None)


@routes.get(f"/{_KIND}/<int:entity_id>/notes")
def notes_of(kind: str, entity_id: int) -> Response:
    """List the notes of one entity."""
    return _list(kind, entity_id)


@routes.get(f"/{_KIND}/notes/<int:note_id>")
def note(kind: str, note_id: int) -> Response:
    """Show one note; 204 when there is none."""
    return _show(kind, note_id, None)


@routes.get(f"/{_KIND}/<int:entity_id>/notes/<int:note_id>")
def note_of(kind: str, entity_id: int, note_id: int) -> Response:
    """Show one note of one entity; 204 when there is none."""
    return _show(kind, note_id, entity_id)


@routes.post(f"/{_KIND}/notes")
def create_notes(kind: str) -> Response:
    """Add notes, each naming its entity."""
    rows = v.batch()
    return _create(kind, rows)


@routes.post(f"/{_KIND}/<int:entity_id>/notes")
def create_notes_of(kind: str, entity_id: int) -> Response:
    """Add notes to one entity."""
    return _create(kind, [{**row, "entity_id": entity_id} for row in v.batch()])


@routes.patch(f"/{_KIND}/notes")
@routes.patch(f"/{_KIND}/<int:entity_id>/notes")
def change_notes(kind: str, entity_id: int | None = None) -> Response:
    """Change the params of notes, each named by its id."""
    rows, who, faults = v.batch(), caller(), v.Faults()
    v.check(rows, {**_CHANGES, "id": v.integer}, required=("id", "params"))
    for index, row in enumerate(rows):
        if _note_there(kind, row["id"], entity_id) is None:
            faults.add(v.request_id_of(row, index), "id", ("NotFound", "Entity not found."))
    faults.raise_any()
    with who.account.changing():
        changed = v.answered(rows, lambda row: _changed(kind, who.account.live("notes", row["id"]), row["params"]))
    return json_response({"_links": link(f"{kind}/notes"), "_embedded": {"notes": changed}})


@routes.patch(f"/{_KIND}/notes/<int:note_id>")
@routes.patch(f"/{_KIND}/<int:entity_id>/notes/<int:note_id>")
def change_note(kind: str, note_id: int, entity_id: int | None = None) -> Response:
    """Change the params of a note: the id stays."""
    row = v.single()
    v.check([row], _CHANGES, required=("params",))
    with caller().account.changing():
        present = _note_there(kind, note_id, entity_id)
        return no_content() if present is None else json_response(_changed(kind, present, row["params"]))


def _note_there(kind: str, note_id: int, entity_id: int | None) -> Row | None:
    present = caller().account.notes.get(note_id)
    if present is None or present["is_deleted"] or present["entity_type"] != kind:
        return None
    return present if entity_id in {None, present["entity_id"]} else None


def _changed(kind: str, note: Row, params: Row) -> Row:
    caller().account.change_note(note["id"], caller().user_id, params)
    changed = {"id": note["id"], "entity_id": note["entity_id"], "updated_at": note["updated_at"]}
    return {**changed, "_links": link(f"{kind}/{note['entity_id']}/notes/{note['id']}")}


def _list(kind: str, entity_id: int | None) -> Response:
    query, who = asked(), caller()
    if kind == "customers" and who.switches.customers_mode == "unavailable":
        raise Problem(402, "Payment required")
    tests = tests_of(query.filter, _CONDITIONS)
    with who.account.lock:
        rows = [row for row in who.account.visible("notes") if _belongs(row, kind, entity_id)]
        return page(choose(rows, tests, query.order, _ORDERS), query, "notes", lambda row: shapes.note(row, who.base))


def _show(kind: str, note_id: int, entity_id: int | None) -> Response:
    who = caller()
    with who.account.lock:
        row = who.account.seen("notes", note_id)
        if row is None or not _belongs(row, kind, entity_id):
            return no_content()
        return json_response(shapes.note(row, who.base))


def _belongs(row: Row, kind: str, entity_id: int | None) -> bool:
    here = row["entity_type"] == kind and entity_id in {None, row["entity_id"]}
    return here and not row["is_deleted"] and caller().sees_id(kind, row["entity_id"])


def _create(kind: str, rows: list[Row]) -> Response:
    v.check(rows, CHECKS, required=("entity_id", "note_type", "params"))
    who, faults = caller(), v.Faults()
    for index, row in enumerate(rows):
        entity = getattr(who.account, kind).get(row["entity_id"])
        if entity is None or entity["is_deleted"]:
            faults.add(v.request_id_of(row, index), "entity_id", _UNKNOWN)
        check_users(faults, v.request_id_of(row, index), row)
        check_author(row)
    faults.raise_any()
    made = []
    for index, row in enumerate(rows):
        note_id = who.account.add_note(
            kind,
            row["entity_id"],
            row.get("created_by", who.user_id),
            row["note_type"],
            row["params"],
            responsible_user_id=row.get("responsible_user_id"),
            created_at=row.get("created_at"),
        )
        made.append({"id": note_id, "entity_id": row["entity_id"], "request_id": v.request_id_of(row, index)})
        made[-1]["_links"] = link(f"{kind}/{row['entity_id']}/notes/{note_id}")
    return json_response({"_links": link(f"{kind}/notes"), "_embedded": {"notes": made}})
