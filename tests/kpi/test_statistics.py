from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.kpi.statistics import kaplan_meier_median, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "interval"),
    [
        (7, 50, (695, 2619)),  # 0.06951 – 0.26186
        (9, 40, (1232, 3750)),  # 0.123 – 0.375
        (0, 10, (0, 2775)),
        (10, 10, (7225, 10_000)),
    ],
)
def test_the_wilson_interval(successes, trials, interval):
    assert wilson(successes, trials) == interval


@given(st.integers(1, 500).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_holds_the_share(counted):
    successes, trials = counted
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes * 10_000 / trials + 1
    assert successes * 10_000 / trials - 1 <= high <= 10_000


def test_when_every_stay_ended_the_median_is_the_plain_one():
    assert kaplan_meier_median({10: 1, 20: 1, 30: 1}, []) == 20


def test_stays_that_still_last_push_the_median_up():
    assert kaplan_meier_median({10: 5, 20: 5, 30: 5}, []) == 20
    assert kaplan_meier_median({10: 5, 20: 5, 30: 5}, [25] * 6) == 30


def test_a_young_stay_says_little():
    # Survival after 10 is 3/4, after 20 3/4 · 2/3 = 1/2: those who are there for 5 never were at risk.
    assert kaplan_meier_median({10: 1, 20: 1, 30: 2}, [5] * 50) == 20


def test_there_is_no_median_while_most_stay_longer_than_any_that_ended():
    assert kaplan_meier_median({10: 1}, [20] * 9) is None
    assert kaplan_meier_median({}, [20] * 30) is None
