"""What the doctor looks at, and what each look finds. A check never raises: what stands in its way is its finding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["ok", "notice", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `reason` chooses its words: `doctor.<check>.<reason>` in the words of the command line.

    Facts whose names end in `_seconds` are durations, and are written as such.
    """

    check: str
    verdict: Verdict
    reason: str
    facts: dict[str, Any] = field(default_factory=dict)
    account_id: int | None = None


def measured(check: str, seconds: float | None, limit: int, account_id: int | None = None) -> Finding:
    """Judge an age: `ok` up to the limit, `old` and wrong beyond, `never` and wrong when there is none."""
    if seconds is None:
        return Finding(check, "wrong", "never", account_id=account_id)
    facts = {"age_seconds": max(0, int(seconds))}
    if seconds > limit:
        return Finding(check, "wrong", "old", facts, account_id)
    return Finding(check, "ok", "ok", facts, account_id)
