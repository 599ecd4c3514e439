"""Reads typed fields out of the API's JSON. A field that is not what the contract says raises UnexpectedAnswer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias, cast

from integration.errors import UnexpectedAnswer

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"
Row: TypeAlias = Mapping[str, object]

LATEST = 253_000_000_000
"""A moment in the year 9987. The API lets anybody write any time; later ones break calendars and databases."""
LARGEST_SUM = 10**17
"""In hundredths. Anybody may type any price; larger ones would overflow the sums of a 64-bit column."""


def row(value: object) -> Row:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise UnexpectedAnswer("an object was expected")
    return cast("Row", value)


def embedded(answer: object, name: str) -> list[Row]:
    """Return the rows under `_embedded.<name>`; none for None, which is what 204 «nothing found» reads as."""
    if answer is None:
        return []
    found = row(row(answer).get("_embedded", {})).get(name, [])
    if not isinstance(found, list):
        message = f"_embedded.{name} is not a list"
        raise UnexpectedAnswer(message)
    return [row(value) for value in found]


def whole(source: Row, name: str) -> int:
    """Return a whole number of 64 bits."""
    value = source.get(name)
    if type(value) is not int or not -(2**63) <= value < 2**63:  # type(), because True is an int as well
        message = f"{name} is not a whole number"
        raise UnexpectedAnswer(message)
    return value


def optional(source: Row, name: str) -> int | None:
    """Return a whole number, or None where amoCRM has null, 0 or nothing."""
    return (whole(source, name) or None) if source.get(name) is not None else None


def moment(source: Row, name: str) -> int:
    """Return UTC seconds within what calendars can bear."""
    return min(max(whole(source, name), 0), LATEST)


def text(source: Row, name: str, default: str | None = None) -> str:
    """Return a string; the default stands for null and for a missing field. No NUL: PostgreSQL refuses it."""
    value = source.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        message = f"{name} is not a string"
        raise UnexpectedAnswer(message)
    return value.replace("\x00", "").encode(errors="replace").decode()


def is_true(source: Row, name: str) -> bool:
    """Tell whether the field is exactly true; null and a missing field are false."""
    return source.get(name) is True


def hundredths(value: object) -> int:
    """Turn a sum in the account's currency, whole or decimal, into hundredths, exactly; 0 for null."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnexpectedAnswer("a sum of money is not a number")
    bounded = min(max(value, -LARGEST_SUM // 100), LARGEST_SUM // 100)
    return round(bounded * 100)
