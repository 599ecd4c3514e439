"""How far a full pass is: what is saved with every page. What people are shown of it: store.progress. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from integration.sync.ahead import Answer
    from integration.sync.legs import Leg, Scope

State = dict[str, Any]
"""As it is stored: `leg`, `window` and `page` come next; `phase` and `done` are what a card tells of it."""


def opened(plan: Sequence[Leg], scope: Mapping[str, Any], owner: str) -> State:
    """Return the state of a pass that is about to read its first page."""
    counts = {"pages": 0, "rows": 0, "worked_ms": 0, "first": None, "at": None, "last": None, "is_done": False}
    sums = {"owner": owner, "scope": dict(scope), "requests": 0, "vain": 0, "worked_ms": 0}
    return {**sums, "kinds": {leg.kind: dict(counts) for leg in plan}, **_start(plan[0])}


def turned(state: State, plan: Sequence[Leg], leg: Leg, scope: Scope, group: Sequence[Answer]) -> State:
    """Return the state after some pages of a window: what comes next, and what was read."""
    rows = [row for answer in group for row in answer.rows]
    counts = dict(state["kinds"][leg.kind])
    counts["pages"] += len(group)
    counts["rows"] += len(rows)
    windows = leg.windows(scope)
    last = group[-1]
    counts["refused"] = last.refused
    _advance(counts, leg, scope, rows, windows[last.spot.window].since if leg.goes_back and not last.more else None)
    after: State = {**state, "kinds": {**state["kinds"], leg.kind: counts}, "done": state["done"] + len(rows)}
    if last.more:
        return {**after, "page": last.spot.page + 1, "after_id": last_place(leg, rows, state["after_id"])}
    if last.spot.window + 1 < len(windows):
        return {**after, "window": last.spot.window + 1, "page": 1}
    return _next_leg(after, plan, leg)


def skipped(state: State, plan: Sequence[Leg], leg: Leg) -> State:
    """Return the state after a leg that has nothing to read."""
    return _next_leg(state, plan, leg)


def timed(state: State, leg: Leg, *, requests: int, vain: int, worked_ms: int) -> State:
    """Add what the latest pages cost."""
    counts = dict(state["kinds"][leg.kind])
    counts["worked_ms"] += worked_ms
    sums = {"requests": state["requests"] + requests, "vain": state["vain"] + vain}
    sums["worked_ms"] = state["worked_ms"] + worked_ms
    return {**state, **sums, "kinds": {**state["kinds"], leg.kind: counts}}


def last_place(leg: Leg, rows: Iterable[Any], before: int) -> int:
    """Return the highest place in the list that was shown so far, 0 in a list that goes back."""
    return 0 if leg.goes_back else max([before, *map(leg.place, rows)])


def _start(leg: Leg) -> State:
    return {"leg": leg.name, "phase": leg.kind, "done": 0, "window": 0, "page": 1, "after_id": 0}


def _next_leg(state: State, plan: Sequence[Leg], leg: Leg) -> State:
    names = [each.name for each in plan]
    following = plan[names.index(leg.name) + 1 :]
    kinds = dict(state["kinds"])
    if leg.kind not in {each.kind for each in following}:
        kinds[leg.kind] = {**kinds[leg.kind], "is_done": True}
    elif not leg.goes_back:
        # What was touched lately had the highest ids: the whole list ends there, and begins anew.
        kinds[leg.kind] = {**kinds[leg.kind], "last": kinds[leg.kind]["at"], "first": None, "at": None}
    start = _start(following[0]) if following else {"phase": "done"}
    return {**state, **start, "kinds": kinds}


def _advance(counts: State, leg: Leg, scope: Scope, rows: Sequence[Any], window_start: int | None) -> None:
    """Remember where the leg began, where it is and where it will end: ids, or times for one that goes back."""
    if leg.goes_back:
        counts["first"], counts["last"] = scope.opened_at, scope.oldest
    elif counts["first"] is None and rows:
        counts["first"] = min(map(leg.place, rows))
    if window_start is not None:
        counts["at"] = window_start
    elif rows:
        counts["at"] = (min if leg.goes_back else max)(map(leg.place, rows))
