"""The filters of GET /events, in brackets or joined by commas (LIB EventsFilter.php)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.rest.event_types import TYPES
from simulator.rest.listing import Test, between, ids, words
from simulator.rest.query import number, numbers, texts
from simulator.web import Problem

if TYPE_CHECKING:
    from simulator.crm.state import Row

_MAX_VALUES = 10
_ENTITIES = re.compile(r"lead|contact|company|customer|task|catalog_\d+")
_CUSTOM_FIELD = re.compile(r"custom_field_\d+_value_changed")


def event_tests(filter_: Row) -> list[Test]:
    """Return the tests that a filter asks for. Raises Problem 400 for what amoCRM does not take."""
    _check(filter_)
    tests: list[Test] = []
    for name, field in (("id", words("id")), ("type", _types), ("entity", words("entity_type"))):
        if name in filter_:
            tests.append(field(filter_[name], name))
    for name, field in (("entity_id", ids("entity_id")), ("created_by", ids("created_by"))):
        if name in filter_:
            tests.append(field(filter_[name], name))
    if "created_at" in filter_:
        tests.append(between("created_at")(filter_["created_at"], "created_at"))
    for side in ("value_before", "value_after"):
        if side in filter_:
            tests += _value_tests(side, filter_[side])
    return tests


def _types(node: Any, _name: str) -> Test:  # noqa: ANN401 - a node of the filter's tree
    wanted = frozenset(texts(node))
    any_field = "custom_field_value_changed" in wanted
    return lambda row: row["type"] in wanted or (any_field and _CUSTOM_FIELD.fullmatch(row["type"]) is not None)


def _check(filter_: Row) -> None:
    for name in ("entity_id", "created_by"):
        if len(texts(filter_.get(name, {}))) > _MAX_VALUES:
            raise Problem(400, f"filter {name} takes {_MAX_VALUES} values")
    entities = texts(filter_.get("entity", {}))
    if any(not _ENTITIES.fullmatch(each) for each in entities):
        raise Problem(400, "Incorrect value of filter entity")
    if "entity_id" in filter_ and len(entities) != 1:
        raise Problem(400, "filter entity_id needs exactly one entity")
    types = texts(filter_.get("type", {}))
    custom = [each for each in types if _CUSTOM_FIELD.fullmatch(each)]
    if any(each not in TYPES and each not in custom for each in types):
        raise Problem(400, "Incorrect value of filter type")
    by_enum = any("custom_field_values" in filter_.get(side, {}) for side in ("value_before", "value_after"))
    if by_enum and len(custom) != 1:
        raise Problem(400, "filter custom_field_values needs exactly one custom_field_{id}_value_changed")
    if custom and len(types) > 1:
        raise Problem(400, f"{custom[0]} excludes other types")


def _value_tests(side: str, node: Any) -> list[Test]:  # noqa: ANN401 - a node of the filter's tree
    if not isinstance(node, dict):
        raise Problem(400, f"Incorrect value of filter {side}")
    return [_value_test(side, name, wanted) for name, wanted in node.items()]


def _value_test(side: str, name: str, wanted: Any) -> Test:  # noqa: ANN401 - a node of the filter's tree
    match name:
        case "leads_statuses" | "customers_statuses":
            return _status_test(side, name, wanted)
        case "responsible_user_id":
            users = numbers(wanted, name)
            return lambda row: not users.isdisjoint(_inside(row[side], "responsible_user", "id"))
        case "custom_field_values":
            enums = numbers(wanted, name)
            return lambda row: not enums.isdisjoint(_inside(row[side], "custom_field_value", "enum_id"))
        case "value":
            values = frozenset(texts(wanted))
            return lambda row: not values.isdisjoint(_scalars(row[side]))
    raise Problem(400, f"Incorrect filter {side}[{name}]")


def _status_test(side: str, name: str, node: Any) -> Test:  # noqa: ANN401 - a node of the filter's tree
    key = "lead_status" if name == "leads_statuses" else "customer_status"
    wanted: set[tuple[int | None, int]] = set()
    for each in node.values() if isinstance(node, dict) else ():
        if not isinstance(each, dict) or "status_id" not in each:
            raise Problem(400, f"Incorrect value of filter {side}[{name}]")
        pipeline_id = number(each["pipeline_id"], name) if "pipeline_id" in each else None
        wanted.add((pipeline_id, number(each["status_id"], name)))

    def test(row: Row) -> bool:
        places = [value[key] for value in row[side] if key in value]
        found = {(place.get("pipeline_id"), place["id"]) for place in places} | {
            (None, place["id"]) for place in places
        }
        return not wanted.isdisjoint(found)

    return test


def _inside(values: list[Row], key: str, field: str) -> set[Any]:
    return {value[key].get(field) for value in values if key in value}


def _scalars(values: list[Row]) -> set[str]:
    return {str(leaf) for value in values for inner in value.values() for leaf in inner.values()}
