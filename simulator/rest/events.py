"""GET /events (M:crm_platform/events-and-notes.md, LIB EventsFilter.php)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from flask import Blueprint, request

from simulator.rest import shapes
from simulator.rest.caller import PLURAL, caller
from simulator.rest.event_filters import event_tests
from simulator.rest.event_types import TYPES
from simulator.rest.listing import asked, page, whole
from simulator.rest.query import span
from simulator.web import Problem, json_response, no_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from simulator.crm.state import Row

routes = Blueprint("events", __name__)


@routes.get("/events")
def events() -> Response:
    """List events, by custom the newest first; there is no order parameter."""
    who = caller()
    query = asked(who.switches.events_max_limit)
    tests = event_tests(query.filter)
    with who.account.lock:
        chosen = [row for row in _known(query.filter) if all(test(row) for test in tests) and who.sees_event(row)]
    newest_first = who.switches.events_order == "newest"
    chosen.sort(key=lambda row: (row["created_at"], row["id"]), reverse=newest_first)
    if who.switches.events_first_page_only:
        chosen = chosen[: query.limit]
    return page(chosen, query, "events", lambda row: _shape(row, query.with_))


@routes.get("/events/<event_id>")
def event(event_id: str) -> Response:
    """Show one event; 204 when there is none."""
    who = caller()
    with who.account.lock:
        row = next((each for each in _known({}) if each["id"] == event_id and who.sees_event(each)), None)
    return no_content() if row is None else json_response(_shape(row, asked().with_))


@routes.get("/events/types")
def event_types() -> Response:
    """List the types of events by key and number."""
    language = request.args.get("language_code", "ru")
    if language not in {"ru", "en", "es", "pt"}:
        raise Problem(400, "Incorrect language_code")
    return whole([{"key": key, "type": number, "lang": key} for key, number in TYPES.items()], "events_types")


def _shape(row: Row, with_: frozenset[str]) -> Row:
    kind = PLURAL.get(row["entity_type"], "")
    asked_for = f"{row['entity_type']}_name" in with_
    entity = getattr(caller().account, kind, {}).get(row["entity_id"]) if asked_for else None
    return shapes.event(row, caller().base, entity["name"] if entity else None)


def _known(filter_: Row) -> Sequence[Row]:
    """Return the events that the API already and still knows, of a log in order only those around the filter's time."""
    account, switches = caller().account, caller().switches
    now = account.clock.now()
    until = now - switches.events_lag_seconds
    since = now - switches.events_retention_days * 86400 if switches.events_retention_days else 0
    if not account.is_log_in_order:
        return [row for row in account.events if since <= row["created_at"] <= until]
    start, end = span(filter_["created_at"], "created_at") if "created_at" in filter_ else (None, None)
    first = bisect_left(account.events, max(since, start or 0), key=_created_at)
    last = bisect_right(account.events, until if end is None else min(until, end), key=_created_at)
    return account.events[first:last]


def _created_at(event: Row) -> int:
    created_at: int = event["created_at"]
    return created_at
