"""How far a full pass is, read from the `progress` that its run saves with every page. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

WHOLE = 10_000
"""Hundredths of a percent in a whole."""


@dataclass(frozen=True, slots=True)
class KindProgress:
    """How far one kind of rows is. `share` is in hundredths of a percent, `left` in seconds; None: not known yet.

    `pages` and `rows` count what was read, so a row that was read twice counts twice. `refused`: why the account does
    not show this kind, a code of `errors`.
    """

    kind: str
    pages: int
    rows: int
    share: int | None
    left: int | None
    is_done: bool
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass is. `rate` is in hundredths of requests per second, `worked` and `left` in seconds.

    `vain` of the `requests` were made for pages behind the end of their lists.
    """

    kinds: tuple[KindProgress, ...]
    requests: int
    vain: int
    rate: int
    worked: int
    left: int | None
    is_done: bool


def shown(state: Mapping[str, Any]) -> Progress:
    """Return what people are shown of a run's `progress`, whatever of it there is."""
    kinds = tuple(_kind(name, counts) for name, counts in state.get("kinds", {}).items())
    worked_ms = state.get("worked_ms", 0)
    lefts = [kind.left for kind in kinds]
    return Progress(
        kinds=kinds,
        requests=state.get("requests", 0),
        vain=state.get("vain", 0),
        rate=state.get("requests", 0) * 100_000 // worked_ms if worked_ms else 0,
        worked=worked_ms // 1000,
        left=None if None in lefts or not kinds else sum(left for left in lefts if left),
        is_done=state.get("phase") == "done",
    )


def _kind(name: str, counts: Mapping[str, Any]) -> KindProgress:
    share = WHOLE if counts["is_done"] else _share(counts["first"], counts["at"], counts["last"])
    left = None if not share else counts["worked_ms"] * (WHOLE - share) // share // 1000
    return KindProgress(name, counts["pages"], counts["rows"], share, left, counts["is_done"], counts.get("refused"))


def _share(first: int | None, at: int | None, last: int | None) -> int | None:
    if first is None or at is None or last is None or first == last:
        return None
    return max(0, min(WHOLE, (at - first) * WHOLE // (last - first)))
