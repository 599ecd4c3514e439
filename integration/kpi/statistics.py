"""The statistics that SciPy knows. Only readers of numbers import this: it is slow to load and no counter needs it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WHOLE = 10_000
"""100 % in hundredths of a percent."""


@lru_cache(maxsize=4096)  # half a millisecond each, and the same few counts are shown again and again
def wilson(successes: int, trials: int) -> tuple[int, int]:
    """Return the Wilson 95 % interval of a share, in hundredths of a percent. `trials` must be at least 1."""
    interval = stats.binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="wilson")
    return round(interval.low * WHOLE), round(interval.high * WHOLE)


def kaplan_meier_median(finished: Mapping[int, int], censored: Sequence[int]) -> int | None:
    """Return the median time in seconds of all stays, of which some still last.

    `finished` is {seconds: number of stays that ended}, `censored` the ages of those that have not. None when the
    median lies beyond what was seen: over half may stay longer than any that ended.
    """
    ended = np.repeat(list(finished.keys()), list(finished.values()))
    if not ended.size:
        return None
    survival = stats.ecdf(stats.CensoredData(uncensored=ended, right=censored)).sf
    reached = np.flatnonzero(survival.probabilities <= 0.5)  # noqa: PLR2004 - the median is what half survive
    return int(survival.quantiles[reached[0]]) if reached.size else None
