"""Bodies of writes: which fields an entity has, what they hold, and amoCRM's complaint about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from simulator.web import Problem, json_body

MAX_BATCH = 250
_LATEST = 2**32 - 1
_LARGEST = 2**53

Complaint: TypeAlias = tuple[str, str]
"""Code and detail."""
Check: TypeAlias = Callable[[Any], Complaint | None]


def _of_type(kind: type, name: str) -> Check:
    complaint = ("InvalidType", f"This value should be of type {name}.")
    return lambda value: None if type(value) is kind else complaint


text = _of_type(str, "string")
boolean = _of_type(bool, "bool")
array = _of_type(list, "array")
mapping = _of_type(dict, "object")


def integer(value: Any) -> Complaint | None:  # noqa: ANN401 - anything JSON can hold
    """Take an int that a database column takes."""
    if type(value) is not int or abs(value) > _LARGEST:
        return ("InvalidType", "This value should be of type int.")
    return None


def moment(value: Any) -> Complaint | None:  # noqa: ANN401 - anything JSON can hold
    """Take unix seconds."""
    if type(value) is not int or not 0 <= value <= _LATEST:
        return ("InvalidType", "This value should be a valid timestamp.")
    return None


def nullable(check: Check) -> Check:
    """Take null as well."""
    return lambda value: None if value is None else check(value)


def one_of(*choices: Any) -> Check:  # noqa: ANN401 - any JSON
    """Take one of the choices only."""
    complaint = ("NotSupportedChoice", "The value you selected is not a valid choice.")
    return lambda value: None if any(value == each and type(value) is type(each) for each in choices) else complaint


def items(check: Check) -> Check:
    """Take an array whose every item passes."""

    def of_array(value: Any) -> Complaint | None:  # noqa: ANN401 - anything JSON can hold
        return array(value) or next((complaint for each in value if (complaint := check(each))), None)

    return of_array


def tag(value: Any) -> Complaint | None:  # noqa: ANN401 - anything JSON can hold
    """Take a tag by its name or its id."""
    named = isinstance(value, dict) and (type(value.get("name")) is str or type(value.get("id")) is int)
    return None if named else ("InvalidType", "This value should be a tag.")


def embedded(value: Any) -> Complaint | None:  # noqa: ANN401 - anything JSON can hold
    """Take `_embedded`: tags, and arrays of objects."""
    complaint = mapping(value)
    if complaint:
        return complaint
    for name, rows in value.items():
        complaint = nullable(items(tag if name == "tags" else mapping))(rows)
        if complaint:
            return complaint
    return None


def custom_fields(value: Any) -> Complaint | None:  # noqa: ANN401 - anything JSON can hold
    """Take custom_fields_values: null, or objects with field_id or field_code and values."""
    if value is None:
        return None
    complaint = array(value)
    if complaint:
        return complaint
    for field in value:
        named = isinstance(field, dict) and (type(field.get("field_id")) is int or type(field.get("field_code")) is str)
        values = field.get("values") if isinstance(field, dict) else None
        good = values is None or (isinstance(values, list) and all(isinstance(each, dict) for each in values))
        if not named or not good:
            return ("NotSupportedChoice", "The value you selected is not a valid choice.")
    return None


class Faults:
    """Collects what is wrong with the items of a write, then answers 400 with all of it."""

    def __init__(self) -> None:
        self._errors: dict[str, list[dict[str, str]]] = {}

    def add(self, request_id: str, path: str, complaint: Complaint) -> None:
        """Note one complaint about one field of one item."""
        code, detail = complaint
        self._errors.setdefault(request_id, []).append({"code": code, "path": path, "detail": detail})

    def raise_any(self) -> None:
        """Raise Problem 400 when there was a complaint (M:crm_platform/error-codes.md)."""
        if self._errors:
            errors = [{"request_id": key, "errors": each} for key, each in self._errors.items()]
            raise Problem(400, "Request validation failed", **{"validation-errors": errors})


def batch(max_batch: int = MAX_BATCH) -> list[dict[str, Any]]:
    """Return the array of objects that the caller wrote. Raises Problem 400, or 422 when there are too many."""
    rows = json_body()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Problem(400, "Request data must be an array of objects")
    if not rows:
        raise Problem(400, "Request data can not be empty")
    if len(rows) > max_batch:
        raise Problem(422, f"Limit {max_batch} per page")
    return rows


def single() -> dict[str, Any]:
    """Return the object that the caller wrote. Raises Problem 400."""
    row = json_body()
    if not isinstance(row, dict):
        raise Problem(400, "Request data must be an object")
    if not row:
        raise Problem(400, "Request data can not be empty")
    return row


def check(rows: list[dict[str, Any]], checks: dict[str, Check], *, required: tuple[str, ...] = ()) -> None:
    """Check the known fields of every row. Raises Problem 400 with every complaint."""
    faults = Faults()
    for index, row in enumerate(rows):
        request_id = request_id_of(row, index)
        for name in required:
            if name not in row:
                faults.add(request_id, name, ("FieldMissing", "This field is missing."))
        for name, test in checks.items():
            complaint = test(row[name]) if name in row else None
            if complaint:
                faults.add(request_id, name, complaint)
    faults.raise_any()


def answered(rows: list[dict[str, Any]], change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
    """Carry out the items of a PATCH and return the answer to each, with its request_id."""
    return [{**change(row), "request_id": request_id_of(row, index)} for index, row in enumerate(rows)]


def request_id_of(row: dict[str, Any], index: int) -> str:
    """Return the request_id of an item: what was sent, else its place."""
    sent = row.get("request_id")
    return str(sent) if isinstance(sent, str | int) else str(index)
