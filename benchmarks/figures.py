"""What a benchmark says: one JSON line per figure, with its goal where it has one."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value. `ratio` is it beside its peer or limit; `goal` says in words what `passed` judges."""

    name: str
    value: float
    ratio: float | None = None
    goal: str | None = None
    passed: bool | None = None


def tell(figures: Sequence[Figure]) -> int:
    """Print the figures; return 0, or 1 when a goal is missed."""
    for figure in figures:
        line = {key: value for key, value in asdict(figure).items() if key != "passed"} | {"pass": figure.passed}
        sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return int(any(figure.passed is False for figure in figures))
