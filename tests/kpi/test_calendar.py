from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.kpi.calendar import custom, day_of, days, midnight, period, previous

MOSCOW, VLADIVOSTOK, SAO_PAULO = "Europe/Moscow", "Asia/Vladivostok", "America/Sao_Paulo"
ZONES = [MOSCOW, VLADIVOSTOK, SAO_PAULO, "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Nuuk", "UTC"]


def at(text, timezone=MOSCOW):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp())


@pytest.mark.parametrize(
    ("timezone", "utc", "day"),
    [
        (MOSCOW, "2026-03-09 20:59:59", 20260309),
        (MOSCOW, "2026-03-09 21:00:00", 20260310),
        (VLADIVOSTOK, "2026-03-09 13:59:59", 20260309),
        (VLADIVOSTOK, "2026-03-09 14:00:00", 20260310),
        (SAO_PAULO, "2026-03-10 02:59:59", 20260309),
        (SAO_PAULO, "2026-03-10 03:00:00", 20260310),
        ("America/New_York", "2026-03-08 04:59:59", 20260307),  # still winter time
        ("America/New_York", "2026-03-09 04:00:00", 20260309),  # summer time
        ("Asia/Kolkata", "2026-03-09 18:30:00", 20260310),
    ],
)
def test_a_day_is_cut_at_midnight_of_the_account(timezone, utc, day):
    assert day_of(at(utc, "UTC"), timezone) == day


def test_a_day_begins_at_midnight():
    assert midnight(20260310, VLADIVOSTOK) == at("2026-03-10 00:00:00", VLADIVOSTOK)


def test_a_day_whose_midnight_the_clock_skips_begins_at_the_jump():
    # On 2018-11-04 São Paulo's clocks went from 23:59:59 straight to 01:00:00.
    assert midnight(20181104, SAO_PAULO) == at("2018-11-04 01:00:00", SAO_PAULO)
    assert day_of(midnight(20181104, SAO_PAULO) - 1, SAO_PAULO) == 20181103


def test_a_day_whose_midnight_comes_twice_begins_at_the_first():
    # On 2026-11-01 Havana's clocks go from 01:00 back to 00:00.
    first = midnight(20261101, "America/Havana")
    assert day_of(first - 1, "America/Havana") == 20261031
    assert day_of(first + 3600, "America/Havana") == 20261101


def test_a_jump_from_before_midnight_to_after_it_begins_the_day():
    # In 1919 Toronto's clocks went from 23:30 to 00:30.
    first = midnight(19190331, "America/Toronto")
    assert day_of(first, "America/Toronto") == 19190331
    assert day_of(first - 1, "America/Toronto") == 19190330


@given(st.integers(at("1975-01-01"), at("2037-12-31")), st.sampled_from(ZONES))
def test_every_instant_lies_in_its_day(ts, timezone):
    day = day_of(ts, timezone)
    whole = custom(day, day, timezone)
    assert whole.start <= ts < whole.end


@pytest.mark.parametrize(
    ("key", "now", "first_day", "last_day"),
    [
        ("day", "2026-03-10 00:00", 20260310, 20260310),
        ("week", "2026-03-10 12:00", 20260309, 20260315),
        ("week", "2026-03-09 00:00", 20260309, 20260315),  # Monday
        ("week", "2026-03-15 23:59", 20260309, 20260315),  # Sunday
        ("week", "2027-01-01 12:00", 20261228, 20270103),  # over the New Year
        ("month", "2026-02-28 23:59", 20260201, 20260228),
        ("month", "2028-02-29 12:00", 20280201, 20280229),  # a leap year
        ("month", "2100-02-28 12:00", 21000201, 21000228),  # not one
        ("month", "2026-12-31 23:59", 20261201, 20261231),
        ("quarter", "2026-01-01 00:00", 20260101, 20260331),
        ("quarter", "2026-05-15 12:00", 20260401, 20260630),
        ("quarter", "2026-09-30 23:59", 20260701, 20260930),
        ("quarter", "2026-12-31 23:59", 20261001, 20261231),
        ("year", "2028-12-31 23:59", 20280101, 20281231),
        ("year", "2027-01-01 00:00", 20270101, 20271231),
    ],
)
def test_a_period_is_the_calendar_one_around_now(key, now, first_day, last_day):
    found = period(key, at(now), MOSCOW)
    assert (found.key, found.first_day, found.last_day) == (key, first_day, last_day)
    assert found.start == midnight(first_day, MOSCOW)
    assert found.start <= at(now) < found.end
    assert day_of(found.end - 1, MOSCOW) == last_day


def test_the_same_instant_lies_in_different_months_of_different_accounts():
    now = at("2026-03-31 20:00", "UTC")
    assert period("month", now, VLADIVOSTOK).first_day == 20260401
    assert period("month", now, SAO_PAULO).first_day == 20260301


def test_a_day_of_the_change_to_summer_time_has_23_hours():
    spring = period("day", at("2026-03-08 12:00", "America/New_York"), "America/New_York")
    assert spring.end - spring.start == 23 * 3600


def test_an_unknown_period_is_refused():
    with pytest.raises(ValueError, match="fortnight"):
        period("fortnight", at("2026-03-10"), MOSCOW)


@pytest.mark.parametrize(
    ("key", "now", "first_day", "last_day"),
    [
        ("day", "2028-03-01 12:00", 20280229, 20280229),
        ("week", "2026-03-10 12:00", 20260302, 20260308),
        ("month", "2026-03-31 12:00", 20260201, 20260228),
        ("quarter", "2026-01-10 12:00", 20251001, 20251231),
        ("year", "2026-03-10 12:00", 20250101, 20251231),
    ],
)
def test_the_previous_period_ends_where_this_one_begins(key, now, first_day, last_day):
    this = period(key, at(now), MOSCOW)
    before = previous(this, MOSCOW)
    assert (before.key, before.first_day, before.last_day) == (key, first_day, last_day)
    assert before.end == this.start


def test_before_a_chosen_range_lie_as_many_days():
    chosen = custom(20260305, 20260311, MOSCOW)
    assert (chosen.key, chosen.start, chosen.end) == ("custom", at("2026-03-05"), at("2026-03-12"))
    before = previous(chosen, MOSCOW)
    assert (before.key, before.first_day, before.last_day) == ("custom", 20260226, 20260304)


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="20260304"):
        custom(20260305, 20260304, MOSCOW)


def test_days_are_counted_over_the_end_of_february():
    assert days(20280227, 20280301) == [20280227, 20280228, 20280229, 20280301]
    assert days(20260228, 20260228) == [20260228]
