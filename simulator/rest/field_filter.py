"""filter[custom_fields_values][<field>]: values, or from and to (M:crm_platform/filters-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.rest.query import number, span, whole_texts
from simulator.web import Problem

if TYPE_CHECKING:
    from simulator.crm.state import Row
    from simulator.rest.listing import Test


def custom_field(node: Any, name: str) -> Test:  # noqa: ANN401 - a node of the filter's tree
    """Match rows in which every named field holds one of the values asked for. Raises Problem 400."""
    if not isinstance(node, dict):
        raise Problem(400, f"Incorrect value of filter {name}")
    tests = [_test(number(field_id, name), wanted, name) for field_id, wanted in node.items()]
    return lambda row: all(test(row) for test in tests)


def _test(field_id: int, wanted: Any, name: str) -> Test:  # noqa: ANN401 - a node of the filter's tree
    if isinstance(wanted, dict) and wanted.keys() & {"from", "to"}:
        start, end = span(wanted, name)
        return lambda row: any(
            (start is None or value >= start) and (end is None or value <= end) for value in _numbers(row, field_id)
        )
    texts = frozenset(whole_texts(wanted))
    return lambda row: not texts.isdisjoint(_texts(row, field_id))


def _values(row: Row, field_id: int) -> list[Row]:
    fields = row["custom_fields_values"] or []
    return [value for field in fields if field["field_id"] == field_id for value in field["values"]]


def _numbers(row: Row, field_id: int) -> list[float]:
    found = (str(value.get("value")) for value in _values(row, field_id))
    return [float(text) for text in found if text.removeprefix("-").replace(".", "", 1).isdecimal()]


def _texts(row: Row, field_id: int) -> set[str]:
    return {str(value[key]) for value in _values(row, field_id) for key in ("value", "enum_id") if key in value}
