from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.kpi import calendar
from integration.kpi.catalogue import CATALOGUE, SPARKS
from integration.kpi.measures import Measure
from integration.report import kpis
from integration.report.figures import Figures, together

MOSCOW = "Europe/Moscow"
SUMMED = ("open_leads", "open_value", "new_leads", "won_count", "won_sum", "lost_count", "lost_sum", "tasks_overdue")

sums = st.dictionaries(
    st.tuples(
        st.sampled_from([m for m in Measure if m.name not in {"WON_PRICE", "STAGE_TIME", "CYCLE_TIME"}]), st.just(0)
    ),
    st.integers(0, 10**12),
).map(Counter)
figures = st.builds(
    Figures,
    sums=sums,
    before=sums,
    overdue=st.integers(0, 99),
    oldest=st.none() | st.integers(1, 2**31),
    at_risk=st.dictionaries(st.integers(1, 20), st.just(100)),
    without_task=st.integers(0, 99),
)


def value(rows: list[kpis.KpiShape], key: str) -> int | None:
    return next(row.value for row in rows if row.key == key)


@given(st.lists(figures, max_size=5))
def test_sums_of_rows_are_the_sums_of_all(rows: list[Figures]) -> None:
    total = kpis.evaluated(together(rows), "ru")
    for key in SUMMED:
        assert value(total, key) == sum(value(kpis.evaluated(row, "ru"), key) or 0 for row in rows)


def test_a_lead_under_tasks_of_two_managers_is_at_risk_once() -> None:
    anna, boris = Figures(overdue=1, oldest=5, at_risk={7: 100}), Figures(overdue=1, oldest=3, at_risk={7: 100, 8: 50})
    total = next(row for row in kpis.evaluated(together([anna, boris]), "ru") if row.key == "tasks_overdue")
    assert (total.value, total.parts) == (2, {"oldest": 3, "value": 150})


def test_adding_up_leaves_the_rows_as_they_were() -> None:
    row = Figures(sums=Counter({(Measure.NEW_LEADS, 0): 1}))
    together([row, row])
    assert row.sums == {(Measure.NEW_LEADS, 0): 1}


def test_the_empty_office_has_every_kpi_and_a_reason_for_each_gap() -> None:
    rows = kpis.evaluated(Figures(), "en")
    assert [row.key for row in rows] == list(CATALOGUE)
    for row in rows:
        assert (row.value is None) == (row.reason is not None)
        assert row.previous is None or row.previous == 0
    assert set(SPARKS) <= set(CATALOGUE)


@pytest.mark.parametrize(
    ("first", "last", "length", "oldest"),
    [
        (20261101, 20261101, 14, 20261019),
        (20261101, 20261120, 20, 20261101),
        (20260101, 20261231, 31, 20261201),
        (20260320, 20260401, 14, 20260319),
    ],
)
def test_a_sparkline_is_never_a_dot_and_never_a_carpet(first: int, last: int, length: int, oldest: int) -> None:
    for zone in (MOSCOW, "America/Sao_Paulo", "Europe/Berlin"):
        days = kpis._last_days(first, last, zone)
        assert (len(days), days[0], days[-1]) == (length, oldest, last)


def test_the_sparkline_of_the_future_shows_the_past() -> None:
    today = calendar.day_of(1_790_000_000, MOSCOW)
    assert kpis._last_days(20991201, today, MOSCOW)[-1] == today
