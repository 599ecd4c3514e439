"""How the shown numbers are formed from sums and stocks."""

from __future__ import annotations

from integration.kpi.catalogue import CATALOGUE, SPARKS, Stocks, evaluate, stage_durations
from integration.kpi.histogram import bucket, pack
from integration.kpi.measures import Measure
from tests.kpi.builders import FIRST, HOUR, SALES, SECOND, THIRD

KEYS = [
    "open_leads", "open_value", "new_leads", "won_count", "won_sum", "lost_count", "lost_sum", "average_check",
    "cycle_time", "win_rate", "stage_duration", "tasks_overdue", "tasks_on_time", "leads_without_task",
]  # fmt: skip


def value_of(key, sums=None, **stocks):
    return evaluate(sums or {}, Stocks(**stocks))[key]


def sums_of(**measures):
    return {(Measure[name.upper()], 0): value for name, value in measures.items()}


def test_every_kpi_is_named_and_defined_in_both_languages():
    assert list(CATALOGUE) == KEYS
    for kpi in CATALOGUE.values():
        assert all((kpi.title("ru"), kpi.title("en"), kpi.definition("ru"), kpi.definition("en")))
        assert kpi.title("ru") != kpi.title("en")
        assert kpi.unit in {"count", "money", "share", "seconds"}
    assert CATALOGUE["won_sum"].title("ru") == "Сумма продаж"


def test_every_kpi_has_a_value_or_a_reason_even_of_nothing():
    values = evaluate({}, Stocks())
    assert list(values) == KEYS
    assert {key: value.reason for key, value in values.items() if value.value is None} == {
        "average_check": "no_wins",
        "cycle_time": "no_wins",
        "win_rate": "no_closed",
        "stage_duration": "no_visits",
        "tasks_on_time": "no_due_tasks",
    }
    assert {value.value for value in values.values()} == {0, None}


def test_a_value_that_exists_has_no_reason():
    assert value_of("win_rate", sums_of(won_count=1)).reason is None


def test_sums_are_taken_over_all_items():
    sums = {(Measure.OPEN_LEADS, FIRST): 3, (Measure.OPEN_LEADS, SECOND): 4, (Measure.NEW_LEADS, 0): 9}
    assert value_of("open_leads", sums).value == 7
    assert value_of("new_leads", sums).value == 9


def test_plain_integers_are_as_good_as_measures():
    assert value_of("won_count", {(20, 0): 5}).value == 5


def test_the_open_value_comes_with_the_share_without_a_budget():
    value = value_of("open_value", sums_of(open_leads=3, open_value=500, open_unpriced=1))
    assert (value.value, value.unit) == (500, "money")
    assert value.parts == {"open_leads": 3, "unpriced": 1, "unpriced_share": 3333}


def test_wins_and_losses_come_with_their_numbers():
    won = value_of("won_sum", sums_of(won_sum=500, won_count=3, won_unpriced=1))
    assert (won.value, won.parts) == (500, {"won_count": 3, "unpriced": 1})
    lost = value_of("lost_sum", sums_of(lost_sum=94_000_00, lost_count=19))
    assert (lost.value, lost.parts) == (94_000_00, {"lost_count": 19})


def test_the_average_check_leaves_wins_without_a_budget_out():
    prices = {(Measure.WON_PRICE, bucket(price)): 1 for price in (100, 1000, 40_000)}
    value = value_of("average_check", {**sums_of(won_sum=41_100, won_count=5, won_unpriced=2), **prices})
    assert value.value == 13_700
    assert value.parts["priced"] == 3
    assert value.parts["unpriced"] == 2
    assert abs(value.parts["median"] - 1000) <= 20


def test_an_average_is_rounded_to_the_nearest_and_halves_up():
    assert value_of("average_check", sums_of(won_sum=5, won_count=2)).value == 3
    assert value_of("average_check", sums_of(won_sum=4, won_count=3)).value == 1


def test_wins_that_all_lack_a_budget_have_no_average_check():
    value = value_of("average_check", sums_of(won_count=2, won_unpriced=2))
    assert (value.value, value.reason) == (None, "no_priced_wins")


def test_the_cycle_is_a_median_with_a_mean_and_a_ninetieth_percentile():
    times = {(Measure.CYCLE_TIME, bucket(hours * HOUR)): 1 for hours in range(1, 11)}
    value = value_of("cycle_time", {**times, (Measure.CYCLE_SECONDS, 0): 55 * HOUR})
    assert abs(value.value - 5 * HOUR) <= 0.02 * 5 * HOUR
    assert abs(value.parts["p90"] - 9 * HOUR) <= 0.02 * 9 * HOUR
    assert value.parts["mean_seconds"] == 5 * HOUR + HOUR // 2
    assert value.parts["count"] == 10


def test_the_win_rate_has_its_interval():
    value = value_of("win_rate", sums_of(won_count=7, lost_count=43))
    assert value.value == 1400
    assert value.parts == {"won": 7, "lost": 43, "low": 695, "high": 2619}


def test_45_of_286_is_15_73_percent():
    assert value_of("win_rate", sums_of(won_count=45, lost_count=241)).value == 1573


def test_without_closed_leads_there_is_no_win_rate_and_no_interval():
    value = value_of("win_rate")
    assert value.parts == {"won": 0, "lost": 0, "low": None, "high": None}


def test_tasks_on_time_are_measured_against_all_tasks_that_fell_due():
    sums = sums_of(tasks_due_closed=8, tasks_on_time=6, tasks_on_time_first=3)
    value = value_of("tasks_on_time", sums, due_open_count=2)
    assert value.value == 6000
    assert value.parts == {"on_time": 6, "due": 10, "on_time_first": 3, "first_share": 3000}


def test_overdue_tasks_come_with_the_oldest_and_the_money_at_risk():
    value = value_of("tasks_overdue", overdue_count=3, overdue_oldest=1_773_133_200, overdue_value=700)
    assert (value.value, value.parts) == (3, {"oldest": 1_773_133_200, "value": 700})


def test_leads_without_a_task_come_with_their_share():
    value = value_of("leads_without_task", sums_of(open_leads=8), without_task_count=2)
    assert (value.value, value.parts) == (2, {"open_leads": 8, "share": 2500})


def stays(*hours, status=FIRST):
    sums = {}
    for stay in hours:
        item = pack(status, bucket(stay * HOUR))
        sums[Measure.STAGE_TIME, item] = sums.get((Measure.STAGE_TIME, item), 0) + 1
    return {**sums, (Measure.STAGE_VISITS, status): len(hours), (Measure.STAGE_SECONDS, status): sum(hours) * HOUR}


def near(hours):
    return range(int(0.98 * hours * HOUR), int(1.02 * hours * HOUR) + 1)


def test_time_in_stages_is_the_median_of_all_finished_stays():
    value = value_of("stage_duration", {**stays(1, 2, 9), **stays(3, 4, status=SECOND)})
    assert value.value in near(3)
    assert value.parts == {"count": 5, "mean_seconds": 19 * HOUR // 5}


def test_a_stage_with_few_stays_shows_the_median_of_the_finished():
    (stage,) = stage_durations(stays(1, 2, 3), Stocks(stage_ages={(SALES, FIRST): [50 * HOUR] * 16}))
    assert (stage.status_id, stage.finished, stage.inside, stage.method) == (FIRST, 3, 16, "finished")
    assert stage.median_seconds in near(2)
    assert stage.mean_seconds == 2 * HOUR


def test_a_stage_with_twenty_stays_does_not_hide_the_stuck_deals():
    (stage,) = stage_durations(stays(*range(1, 12)), Stocks(stage_ages={(SALES, FIRST): [5 * HOUR + 1800] * 9}))
    assert (stage.finished, stage.inside, stage.method) == (11, 9, "kaplan_meier")
    # After 5 h 15 of 20 are left; nine are then out of sight, and of six at risk the survival falls to a half at 7 h.
    assert stage.median_seconds in near(7)


def test_a_stage_that_nobody_left_has_no_median_but_is_shown():
    (stage,) = stage_durations({}, Stocks(stage_ages={(SALES, THIRD): [HOUR] * 25}))
    assert (stage.median_seconds, stage.mean_seconds, stage.inside) == (None, None, 25)


def test_sparks_are_drawn_of_kpis_that_are_daily_sums():
    assert SPARKS.keys() <= CATALOGUE.keys()
    for key, measure in SPARKS.items():
        assert value_of(key, {(measure, 0): 17}).value == 17
