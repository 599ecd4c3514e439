"""The measures: which integer of an entity a counter adds up.

A measure's number is stored with every counter, so numbers are never reused and never renumbered.
"""

from __future__ import annotations

from enum import IntEnum


class Measure(IntEnum):
    """What a counter counts. Comments name the unit and what `Cell.item` holds where it is not 0."""

    # Levels: true now, day 0. Item: the status.
    OPEN_LEADS = 1  # leads
    OPEN_VALUE = 2  # money
    OPEN_UNPRICED = 3  # leads

    # Flows: each belongs to a day of the account.
    NEW_LEADS = 10  # leads

    WON_COUNT = 20  # leads
    WON_SUM = 21  # money
    WON_UNPRICED = 22  # leads
    WON_PRICE = 23  # wins; item: bucket of the price

    LOST_COUNT = 30  # leads
    LOST_SUM = 31  # money

    CYCLE_SECONDS = 40  # seconds
    CYCLE_TIME = 41  # wins; item: bucket of the seconds

    STAGE_VISITS = 50  # finished visits; item: the status
    STAGE_SECONDS = 51  # seconds; item: the status
    STAGE_TIME = 52  # finished visits; item: the status packed with the bucket of the seconds

    TASKS_DUE_CLOSED = 60  # completed tasks
    TASKS_ON_TIME = 61  # completed tasks
    TASKS_ON_TIME_FIRST = 62  # completed tasks


LEVELS = frozenset({Measure.OPEN_LEADS, Measure.OPEN_VALUE, Measure.OPEN_UNPRICED})
"""Stocks: they stand on day 0 and belong to every period that is still running."""
