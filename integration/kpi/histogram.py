"""Histograms that can be added and taken back: medians and percentiles out of plain sums (rule G17).

A value falls into one of about a thousand buckets, each so narrow that one integer, its representative, is within
2 % of every value in it. The limits are integers found by integer arithmetic: the same on every machine, forever.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TOP = 2**63
BUCKET_BITS = 11


def _limits() -> tuple[list[int], list[int]]:
    """Return the lowest value and the representative of every bucket, each bucket as wide as 2 % allows."""
    lowest, representatives = [0], [0]
    value = 1
    while value < TOP:
        middle = value * 102 // 100  # 2 % above the lowest value …
        lowest.append(value)
        representatives.append(middle)
        value = middle * 100 // 98 + 1  # … and no more than 2 % below the highest
    return lowest, representatives


_LOWEST, _REPRESENTATIVES = _limits()


def bucket(value: int) -> int:
    """Return the number of the value's bucket. Zero has a bucket of its own, 0; nothing is less."""
    return max(0, bisect_right(_LOWEST, value) - 1)


def representative(bucket: int) -> int:
    """Return the value that stands for the bucket, within 2 % of all that fall into it."""
    return _REPRESENTATIVES[bucket]


def quantile(buckets: Mapping[int, int], p: float) -> int | None:
    """Return the value of the nearest rank ⌈p·n⌉ from {bucket: count}, or None when nothing was counted.

    `p` lies in 0 … 1: 0.5 is the median, of an even number the lower of the two in the middle.
    """
    numbers = sorted(buckets)
    totals = list(accumulate(buckets[number] for number in numbers))
    if not totals or totals[-1] <= 0:
        return None
    # 0.7 · 10 is a hair over 7 in binary fractions, and must not become rank 8.
    rank = max(1, math.ceil(round(p * totals[-1], 6)))
    return next(representative(number) for number, total in zip(numbers, totals, strict=True) if total >= rank)


def pack(status_id: int, bucket: int) -> int:
    """Return the one `Cell.item` that holds both a status and a bucket."""
    return status_id << BUCKET_BITS | bucket


def unpack(item: int) -> tuple[int, int]:
    """Return the (status_id, bucket) that `pack` put together."""
    return item >> BUCKET_BITS, item & (1 << BUCKET_BITS) - 1
