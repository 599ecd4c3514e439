"""Lists of API v4: filtering by tables, order, pages, envelopes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

from flask import request

from simulator.rest.caller import caller
from simulator.rest.query import MAX_LIMIT, Query, numbers, read, span, texts, whole_texts
from simulator.web import Problem, json_response, no_content

if TYPE_CHECKING:
    from flask import Response

    from simulator.crm.state import Row

Test: TypeAlias = Callable[["Row"], bool]
Condition: TypeAlias = Callable[[Any, str], Test]
"""Takes the node of a filter and its name, returns the test that a row must pass."""


def asked(max_limit: int = MAX_LIMIT) -> Query:
    """Read the query of the request under way."""
    clamp = caller().switches.reads_over_limit == "clamp"
    return read(request.args.items(multi=True), max_limit=max_limit, clamp=clamp)


def ids(field: str) -> Condition:
    """Match one of several integers."""
    return lambda node, name: _in(field, numbers(node, name))


def words(field: str) -> Condition:
    """Match one of several texts."""
    return lambda node, _: _in(field, frozenset(texts(node)))


def names(field: str) -> Condition:
    """Match one of several names, commas and all, whatever their case."""
    return lambda node, _: _named(field, {name.lower() for name in whole_texts(node)})


def _named(field: str, wanted: set[str]) -> Test:
    return lambda row: row[field].lower() in wanted


def amount(field: str) -> Condition:
    """Match a range of integers, or exactly one."""
    return lambda node, name: (between(field) if _is_range(node) else ids(field))(node, name)


def _is_range(node: Any) -> bool:  # noqa: ANN401 - a node of the filter's tree
    return isinstance(node, dict) and bool(node.keys() & {"from", "to"})


def between(field: str) -> Condition:
    """Match a range of integers, or everything since one; rows without a value never match."""

    def condition(node: Any, name: str) -> Test:  # noqa: ANN401 - a node of the filter's tree
        start, end = span(node, name)
        inclusive = caller().switches.filter_ends_inclusive

        def test(row: Row) -> bool:
            value = row[field]
            if value is None:
                return False
            after = start is None or value > start or (inclusive and value == start)
            return after and (end is None or value < end or (inclusive and value == end))

        return test

    return condition


def flag(field: str) -> Condition:
    """Match a boolean written as 0 or 1."""
    return lambda node, name: _in(field, frozenset(bool(each) for each in numbers(node, name)))


def _in(field: str, values: frozenset[Any]) -> Test:
    return lambda row: row[field] in values


def tests_of(filter_: Row, conditions: dict[str, Condition]) -> list[Test]:
    """Return the tests for the parts of a filter that the list knows; others have no effect."""
    return [conditions[name](node, name) for name, node in filter_.items() if name in conditions]


def choose(
    rows: Iterable[Row], tests: Sequence[Test], order: tuple[str, bool] | None, orders: frozenset[str]
) -> list[Row]:
    """Return the rows that pass all tests, in order; by id when none is asked for. Raises Problem 400."""
    field, descending = order or ("id", False)
    if field not in orders and field != "id":
        raise Problem(400, f"Cannot order by {field}")
    chosen = [row for row in rows if all(test(row) for test in tests)]
    none_first = -1
    chosen.sort(key=lambda row: (none_first if row[field] is None else row[field], row["id"]), reverse=descending)
    return chosen


def page(rows: Sequence[Row], query: Query, key: str, shape: Callable[[Row], Row], *, total: bool = False) -> Response:
    """Answer with one page of rows: 204 when it is empty, `_links.next` while there is more."""
    start = (query.page - 1) * query.limit
    shown = rows[start : start + query.limit]
    if not shown:
        return no_content()
    more = len(rows) > start + query.limit
    if caller().switches.full_last_page_has_next:
        more = len(shown) == query.limit
    body: dict[str, Any] = {"_total_items": len(rows)} if total else {}
    body["_page"] = query.page
    if total:
        body["_page_count"] = -(-len(rows) // query.limit)
    body["_links"] = _links(query.page, more=more)
    return json_response({**body, "_embedded": {key: [shape(row) for row in shown]}})


def whole(rows: Sequence[Row], key: str, *, total: bool = True) -> Response:
    """Answer with a list that has no pages."""
    body: dict[str, Any] = {"_total_items": len(rows)} if total else {}
    return json_response({**body, "_links": {"self": {"href": _here()}}, "_embedded": {key: list(rows)}})


def link(path: str) -> Row:
    """Return `_links` with the address of one entity."""
    return {"self": {"href": f"{caller().base}/api/v4/{path}"}}


def _links(number: int, *, more: bool) -> Row:
    links = {"self": {"href": _here(number)}}
    if more:
        links["next"] = {"href": _here(number + 1)}
    if number > 1:
        links |= {"first": {"href": _here(1)}, "prev": {"href": _here(number - 1)}}
    return links


def _here(number: int | None = None) -> str:
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] != "page"]
    if number is not None:
        pairs = [("page", str(number)), *pairs]
    query = urlencode(pairs)
    return f"{caller().base}{request.path}" + (f"?{query}" if query else "")
