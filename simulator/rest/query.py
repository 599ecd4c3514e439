"""Query strings of API v4: PHP brackets, pages, order, with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.web import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

Tree: TypeAlias = dict[str, Any]
"""Nested dicts of strings: `filter[a][from]=1` is {"a": {"from": "1"}}, `filter[a][]=1` is {"a": {"0": "1"}}."""

DEFAULT_LIMIT = 50
MAX_LIMIT = 250
_DEPTH = 8


@dataclass(frozen=True)
class Query:
    """What a list request asks for."""

    page: int = 1
    limit: int = DEFAULT_LIMIT
    order: tuple[str, bool] | None = None
    """The field and whether it descends."""
    with_: frozenset[str] = frozenset()
    filter: Tree = field(default_factory=dict)
    search: str = ""


def read(pairs: Iterable[tuple[str, str]], *, max_limit: int = MAX_LIMIT, clamp: bool = True) -> Query:
    """Read the pairs of a query string.

    Raises Problem 400 for a page, limit or order that makes no sense; above `max_limit` only when not `clamp`.
    """
    tree = brackets(pairs)
    limit = _positive(tree, "limit", DEFAULT_LIMIT)
    if limit > max_limit and not clamp:
        raise Problem(400, f"Limit {max_limit} per page")
    parts = tree.get("filter", {})
    if not isinstance(parts, dict):
        raise Problem(400, "filter must have names in brackets")
    return Query(
        page=_positive(tree, "page", 1),
        limit=min(limit, max_limit),
        order=_order(tree.get("order")),
        with_=frozenset(texts(tree.get("with", {}))),
        filter=parts,
        search=tree["query"] if isinstance(tree.get("query"), str) else "",
    )


def brackets(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Build the tree that PHP would; a later pair wins over an earlier one of the same name."""
    tree: Tree = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        path = [head, *(part.rstrip("]") for part in rest.split("["))] if rest else [head]
        if len(path) <= _DEPTH:
            _plant(tree, path, value)
    return tree


def _plant(tree: Tree, path: list[str], value: str) -> None:
    for part in path[:-1]:
        key = part or _next_key(tree)
        if not isinstance(tree.get(key), dict):
            tree[key] = {}
        tree = tree[key]
    tree[path[-1] or _next_key(tree)] = value


def _next_key(tree: Tree) -> str:
    """Return the number that PHP gives to `[]`: one more than the greatest so far."""
    return str(max((int(key) for key in tree if key.isascii() and key.isdecimal()), default=-1) + 1)


def texts(node: str | Tree) -> list[str]:
    """Return the values of a node: one, an array, or a list joined by commas."""
    if isinstance(node, dict):
        return [text for child in node.values() for text in texts(child)]
    return [text.strip() for text in node.split(",") if text.strip()]


def whole_texts(node: str | Tree) -> list[str]:
    """Return the values of a node that is one or an array of texts in which a comma is only a comma."""
    return [text for child in node.values() for text in whole_texts(child)] if isinstance(node, dict) else [node]


def numbers(node: str | Tree, name: str) -> frozenset[int]:
    """Return the integers of a node. Raises Problem 400 when one is none."""
    return frozenset(number(text, name) for text in texts(node))


def number(text: object, name: str) -> int:
    """Return the integer that a filter holds. Raises Problem 400."""
    digits = text.removeprefix("-") if isinstance(text, str) else ""
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 20:  # noqa: PLR2004 - wider than 64 bits
        raise Problem(400, f"Incorrect value of filter {name}")
    return int(str(text))


def span(node: str | Tree, name: str) -> tuple[int | None, int | None]:
    """Return from and to of a range; a single number means «since». Raises Problem 400."""
    if not isinstance(node, dict):
        return number(node, name), None
    start, end = node.get("from"), node.get("to")
    return (None if start is None else number(start, name)), (None if end is None else number(end, name))


def _positive(tree: Tree, name: str, default: int) -> int:
    if name not in tree:
        return default
    value = number(tree[name], name)
    if value < 1:
        raise Problem(400, f"{name} must be 1 or more")
    return value


def _order(node: object) -> tuple[str, bool] | None:
    if node is None:
        return None
    if not isinstance(node, dict) or len(node) != 1:
        raise Problem(400, "order must name one field")
    ((name, direction),) = node.items()
    if direction not in {"asc", "desc"}:
        raise Problem(400, "order must be asc or desc")
    return name, direction == "desc"
