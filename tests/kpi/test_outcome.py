"""The standing win, rule G5: every way in which it comes, stays and goes."""

from __future__ import annotations

import pytest

from integration.kpi.measures import Measure
from integration.kpi.model import Visit
from integration.kpi.outcome import standing_outcome
from tests.kpi.builders import (
    ANNA,
    BORIS,
    DELIVERY,
    FIRST,
    HOUR,
    LOST,
    NOON,
    RETAIL,
    SALES,
    SECOND,
    SHIPPING,
    WON,
    count_of,
    handed,
    lead,
    moved,
    path,
    priced,
)

OPEN, WIN, LOSS = (SALES, FIRST), (SALES, WON), (SALES, LOST)
ELSEWHERE, WIN_ELSEWHERE, LOSS_ELSEWHERE = (RETAIL, FIRST), (RETAIL, WON), (RETAIL, LOST)
SHIPPED, WIN_SHIPPED, LOSS_SHIPPED = (DELIVERY, SHIPPING), (DELIVERY, WON), (DELIVERY, LOST)


def standing(*places):
    visits = [Visit(*place, at, None, ANNA, 100, ()) for at, place in enumerate(places)]
    outcome = standing_outcome(visits, frozenset({DELIVERY}))
    return outcome and ("won" if outcome.is_won else "lost", outcome.at, outcome.pipeline_id)


@pytest.mark.parametrize(
    ("places", "outcome"),
    [
        ([OPEN], None),
        ([OPEN, WIN], ("won", 1, SALES)),
        ([OPEN, LOSS], ("lost", 1, SALES)),
        ([WIN], ("won", 0, SALES)),  # created won
        ([OPEN, WIN, OPEN], None),  # reopened
        ([OPEN, WIN, OPEN, WIN], ("won", 3, SALES)),  # and won again, later
        ([OPEN, WIN, OPEN, LOSS], ("lost", 3, SALES)),
        ([OPEN, LOSS, OPEN], None),  # revived
        ([OPEN, LOSS, OPEN, WIN], ("won", 3, SALES)),
        ([OPEN, LOSS, ELSEWHERE], None),  # revived in another pipeline
        ([OPEN, WIN, LOSS], ("lost", 2, SALES)),
        ([OPEN, LOSS, WIN], ("won", 2, SALES)),
        ([OPEN, WIN, ELSEWHERE], ("won", 1, SALES)),  # went on, stays won
        ([OPEN, WIN, ELSEWHERE, OPEN], None),  # came back into its own pipeline
        ([OPEN, WIN, ELSEWHERE, WIN_ELSEWHERE], ("won", 3, RETAIL)),  # one win, the last
        ([OPEN, WIN, WIN_ELSEWHERE, ELSEWHERE], None),
        ([OPEN, WIN, ELSEWHERE, LOSS_ELSEWHERE], ("lost", 3, RETAIL)),
        ([OPEN, WIN, SHIPPED], ("won", 1, SALES)),
        ([OPEN, WIN, SHIPPED, WIN_SHIPPED], ("won", 1, SALES)),  # not a second sale
        ([OPEN, WIN, SHIPPED, LOSS_SHIPPED], ("won", 1, SALES)),  # a failed delivery is no lost sale
        ([OPEN, WIN, SHIPPED, OPEN], None),  # reopened by way of delivery
        ([OPEN, LOSS, SHIPPED], ("lost", 1, SALES)),
        ([SHIPPED, WIN_SHIPPED], None),  # born in delivery
    ],
)
def test_the_last_entry_that_counts_stands(places, outcome):
    assert standing(*places) == outcome


def test_a_reopened_lead_is_no_longer_won():
    cells = count_of(lead(status_id=SECOND), path(FIRST, WON, SECOND))
    assert not cells[Measure.WON_COUNT]


def test_a_win_belongs_to_the_owner_and_the_price_of_its_moment():
    events = [
        priced(NOON + 5, 0, 70_000),
        *path(FIRST, WON),
        handed(NOON + 2 * HOUR, ANNA, BORIS),
        priced(NOON + 3 * HOUR, 70_000, 100_000),
    ]
    cells = count_of(lead(status_id=WON, responsible_user_id=BORIS), events)
    ((address, value),) = cells[Measure.WON_SUM].items()
    assert (address[0], value) == (ANNA, 70_000)


def test_a_win_in_the_second_of_a_reassignment_follows_the_order_of_the_events():
    win, given = ((SALES, FIRST), (SALES, WON)), (ANNA, BORIS)
    won = lead(status_id=WON, responsible_user_id=BORIS)
    before = [handed(NOON + 5, *given, number=1), moved(NOON + 5, *win, number=2)]
    after = [moved(NOON + 5, *win, number=1), handed(NOON + 5, *given, number=2)]
    assert {user for user, *_ in count_of(won, before)[Measure.WON_COUNT]} == {BORIS}
    assert {user for user, *_ in count_of(won, after)[Measure.WON_COUNT]} == {ANNA}
