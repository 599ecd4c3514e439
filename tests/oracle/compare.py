"""Lays the product's counters beside the oracle's numbers and names every cell that differs."""

from __future__ import annotations

from collections import defaultdict

from integration.kpi.histogram import representative, unpack
from integration.kpi.measures import Measure

HISTOGRAMS = {Measure.WON_PRICE, Measure.CYCLE_TIME, Measure.STAGE_TIME}


def differences(counters, expected):
    """Return sentences, one per cell that is not what the oracle says; empty when all agree.

    `counters` is {kpi.model.Cell: value}. A histogram agrees when it holds as many values as the oracle has and each
    one's representative is within 2 % of the exact value at its place.
    """
    actual = _named(counters)
    return [
        f"{cell}: the counter has {actual.get(cell)}, the oracle {expected.get(cell)}"
        for cell in sorted(actual.keys() | expected.keys())
        if not _agree(actual.get(cell), expected.get(cell))
    ]


def _named(counters):
    sums, samples = {}, defaultdict(list)
    for (measure, user, pipeline, item, day), value in counters.items():
        name = Measure(measure).name.lower()
        if measure in HISTOGRAMS:
            status, bucket = unpack(item) if measure == Measure.STAGE_TIME else (0, item)
            samples[name, user, pipeline, status, day].extend([representative(bucket)] * value)
        else:
            sums[name, user, pipeline, item, day] = value
    return sums | {cell: sorted(values) for cell, values in samples.items()}


def _agree(actual, expected):
    if not isinstance(expected, list) or not isinstance(actual, list):
        return actual == expected
    pairs = zip(actual, expected, strict=False)
    return len(actual) == len(expected) and all(abs(near - exact) * 50 <= exact for near, exact in pairs)
