"""What a lead and a task add to the counters, cell by cell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration.kpi.contribution import delta, of_lead, of_task
from integration.kpi.histogram import bucket, pack
from integration.kpi.measures import LEVELS, Measure
from integration.kpi.model import Cell
from tests.kpi.builders import (
    A_DAY,
    ANNA,
    BORIS,
    DAY,
    DELIVERY,
    FIRST,
    HOUR,
    LOST,
    NOON,
    RETAIL,
    RULES,
    SALES,
    SECOND,
    SHIPPING,
    THIRD,
    UNSORTED,
    WON,
    by_measure,
    count_of,
    event,
    handed,
    lead,
    moved,
    path,
    priced,
    task,
)


def test_a_new_open_lead_adds_exactly_this():
    assert of_lead(lead(), [], RULES) == {
        Cell(Measure.OPEN_LEADS, ANNA, SALES, FIRST, 0): 1,
        Cell(Measure.OPEN_VALUE, ANNA, SALES, FIRST, 0): 100_000,
        Cell(Measure.NEW_LEADS, ANNA, SALES, 0, DAY): 1,
    }


def test_an_open_lead_without_a_budget_is_counted_apart():
    cells = count_of(lead(price=None))
    assert cells[Measure.OPEN_UNPRICED] == {(ANNA, SALES, FIRST, 0): 1}
    assert not cells[Measure.OPEN_VALUE]


def test_a_reassignment_moves_an_open_lead_at_once_and_leaves_its_new_lead_behind():
    cells = count_of(lead(responsible_user_id=BORIS), [handed(NOON + HOUR, ANNA, BORIS)])
    assert cells[Measure.OPEN_LEADS] == {(BORIS, SALES, FIRST, 0): 1}
    assert cells[Measure.NEW_LEADS] == {(ANNA, SALES, 0, DAY): 1}


def test_a_won_lead_adds_exactly_this():
    events = path(FIRST, SECOND, WON)
    assert of_lead(lead(status_id=WON), events, RULES) == {
        Cell(Measure.NEW_LEADS, ANNA, SALES, 0, DAY): 1,
        Cell(Measure.WON_COUNT, ANNA, SALES, 0, DAY): 1,
        Cell(Measure.WON_SUM, ANNA, SALES, 0, DAY): 100_000,
        Cell(Measure.WON_PRICE, ANNA, SALES, bucket(100_000), DAY): 1,
        Cell(Measure.CYCLE_SECONDS, ANNA, SALES, 0, DAY): 2 * HOUR,
        Cell(Measure.CYCLE_TIME, ANNA, SALES, bucket(2 * HOUR), DAY): 1,
        Cell(Measure.STAGE_VISITS, ANNA, SALES, FIRST, DAY): 1,
        Cell(Measure.STAGE_SECONDS, ANNA, SALES, FIRST, DAY): HOUR,
        Cell(Measure.STAGE_TIME, ANNA, SALES, pack(FIRST, bucket(HOUR)), DAY): 1,
        Cell(Measure.STAGE_VISITS, ANNA, SALES, SECOND, DAY): 1,
        Cell(Measure.STAGE_SECONDS, ANNA, SALES, SECOND, DAY): HOUR,
        Cell(Measure.STAGE_TIME, ANNA, SALES, pack(SECOND, bucket(HOUR)), DAY): 1,
    }


def test_a_win_without_a_budget_has_no_price_to_average():
    cells = count_of(lead(status_id=WON, price=None), path(FIRST, WON))
    assert cells[Measure.WON_UNPRICED] == {(ANNA, SALES, 0, DAY): 1}
    assert not cells[Measure.WON_SUM]
    assert not cells[Measure.WON_PRICE]


def test_a_lost_lead_counts_with_its_last_price():
    cells = count_of(lead(status_id=LOST), [priced(NOON + 5, 0, 100_000), *path(FIRST, LOST)])
    assert cells[Measure.LOST_COUNT] == {(ANNA, SALES, 0, DAY): 1}
    assert cells[Measure.LOST_SUM] == {(ANNA, SALES, 0, DAY): 100_000}
    assert not cells[Measure.WON_COUNT]


def test_a_win_that_became_a_loss_is_only_a_loss():
    cells = count_of(lead(status_id=LOST), path(FIRST, WON, LOST))
    assert cells[Measure.LOST_COUNT] == {(ANNA, SALES, 0, DAY): 1}
    assert not cells[Measure.WON_COUNT]


def test_a_revived_lead_is_open_and_not_lost():
    cells = count_of(lead(status_id=SECOND), path(FIRST, LOST, SECOND))
    assert not cells[Measure.LOST_COUNT]
    assert cells[Measure.OPEN_LEADS] == {(ANNA, SALES, SECOND, 0): 1}


def test_a_win_counts_on_the_accounts_own_day():
    late = moved(1_773_169_200, (SALES, FIRST), (SALES, WON))  # 2026-03-10 19:00 UTC
    days = {
        zone: {
            day for *_, day in count_of(lead(status_id=WON), [late], replace(RULES, timezone=zone))[Measure.WON_COUNT]
        }
        for zone in ("Asia/Vladivostok", "Europe/Moscow", "America/Sao_Paulo")
    }
    assert days == {"Asia/Vladivostok": {20260311}, "Europe/Moscow": {20260310}, "America/Sao_Paulo": {20260310}}


def test_the_time_it_stood_closed_before_a_reopen_is_not_part_of_the_cycle():
    cells = count_of(lead(status_id=WON), path(FIRST, WON, SECOND, LOST, THIRD, WON))
    assert cells[Measure.CYCLE_SECONDS] == {(ANNA, SALES, 0, DAY): 3 * HOUR}


def test_the_cycle_of_an_accepted_lead_begins_at_its_acceptance():
    cells = count_of(lead(status_id=WON), path(UNSORTED, FIRST, WON))
    assert cells[Measure.CYCLE_SECONDS] == {(ANNA, SALES, 0, DAY): HOUR}


def test_a_lead_won_straight_from_unsorted_took_no_time():
    cells = count_of(lead(status_id=WON), path(UNSORTED, WON))
    assert cells[Measure.CYCLE_TIME] == {(ANNA, SALES, 0, DAY): 1}
    assert not cells[Measure.CYCLE_SECONDS]


def test_only_what_it_stood_closed_after_the_start_is_subtracted():
    created = NOON + HOUR + HOUR // 2  # amended by hand to a time when the lead was already won
    cells = count_of(lead(status_id=WON, created_at=created), path(FIRST, WON, SECOND, WON))
    assert cells[Measure.CYCLE_SECONDS] == {(ANNA, SALES, 0, DAY): HOUR}


def test_a_win_before_its_own_creation_took_no_time():
    cells = count_of(lead(status_id=WON, created_at=NOON + A_DAY), path(FIRST, WON))
    assert not cells[Measure.CYCLE_SECONDS]


def test_a_lead_in_unsorted_adds_nothing_until_it_is_accepted():
    assert of_lead(lead(status_id=UNSORTED), [], RULES) == {}
    accepted = moved(NOON + A_DAY, (SALES, UNSORTED), (SALES, FIRST))
    cells = count_of(lead(), [accepted])
    assert cells[Measure.NEW_LEADS] == {(ANNA, SALES, 0, DAY + 1): 1}
    assert not cells[Measure.STAGE_VISITS]


def test_a_declined_lead_adds_nothing():
    assert of_lead(lead(status_id=UNSORTED, is_deleted=True), [event("lead_deleted", NOON + 5)], RULES) == {}


def test_a_deleted_lead_adds_nothing_and_a_restored_one_everything_again():
    events = [*path(FIRST, WON), event("lead_deleted", NOON + A_DAY)]
    whole = of_lead(lead(status_id=WON), path(FIRST, WON), RULES)
    assert of_lead(lead(status_id=WON, is_deleted=True), events, RULES) == {}
    assert of_lead(lead(status_id=WON), [*events, event("lead_restored", NOON + 2 * A_DAY)], RULES) == whole


def test_delivery_is_neither_new_nor_open_nor_won_but_its_stages_have_a_duration():
    events = path(SHIPPING, THIRD, WON, pipeline_id=DELIVERY)
    cells = count_of(lead(pipeline_id=DELIVERY, status_id=WON), events)
    assert set(cells) == {Measure.STAGE_VISITS, Measure.STAGE_SECONDS, Measure.STAGE_TIME}
    assert set(cells[Measure.STAGE_VISITS]) == {(ANNA, DELIVERY, SHIPPING, DAY), (ANNA, DELIVERY, THIRD, DAY)}


def test_a_win_kept_through_another_pipeline_is_counted_where_it_was_won():
    events = [*path(FIRST, WON), moved(NOON + A_DAY, (SALES, WON), (RETAIL, FIRST))]
    cells = count_of(lead(pipeline_id=RETAIL), events)
    assert cells[Measure.WON_COUNT] == {(ANNA, SALES, 0, DAY): 1}
    assert cells[Measure.OPEN_LEADS] == {(ANNA, RETAIL, FIRST, 0): 1}


def test_a_stay_is_counted_once_and_its_time_is_divided_among_the_holders():
    events = [*path(FIRST, SECOND, step=4 * HOUR), handed(NOON + HOUR, ANNA, BORIS)]
    cells = count_of(lead(status_id=SECOND, responsible_user_id=BORIS), events)
    assert cells[Measure.STAGE_VISITS] == {(BORIS, SALES, FIRST, DAY): 1}
    assert cells[Measure.STAGE_TIME] == {(BORIS, SALES, pack(FIRST, bucket(4 * HOUR)), DAY): 1}
    assert cells[Measure.STAGE_SECONDS] == {(ANNA, SALES, FIRST, DAY): HOUR, (BORIS, SALES, FIRST, DAY): 3 * HOUR}


def test_statuses_passed_in_one_second_are_visits_without_time():
    cells = count_of(lead(status_id=THIRD), path(FIRST, SECOND, THIRD, step=0))
    assert set(cells[Measure.STAGE_TIME]) == {(ANNA, SALES, pack(status, 0), DAY) for status in (FIRST, SECOND)}
    assert not cells[Measure.STAGE_SECONDS]


def test_the_unknown_status_before_an_imported_win_is_no_stage():
    cells = count_of(lead(status_id=WON, closed_at=NOON + A_DAY))
    assert cells[Measure.CYCLE_SECONDS] == {(ANNA, SALES, 0, DAY + 1): A_DAY}
    assert not cells[Measure.STAGE_VISITS]


def test_levels_and_only_they_stand_on_day_zero():
    contribution = of_lead(lead(status_id=SECOND, price=None), path(FIRST, WON, SECOND), RULES)
    assert {cell.measure for cell in contribution if cell.day == 0} <= LEVELS
    assert not {cell.measure for cell in contribution if cell.day} & LEVELS


@pytest.mark.parametrize(
    ("changed", "moves", "on_time", "on_time_first"),
    [
        ({"updated_at": NOON}, [], True, True),  # at the very deadline
        ({"updated_at": NOON + 1}, [], False, False),
        ({}, [(NOON - HOUR, NOON)], True, True),
        ({}, [(NOON - 2 * HOUR, NOON)], True, False),  # pushed, and so met
        ({}, [(NOON - 2 * HOUR, NOON + 5), (NOON + 5, NOON)], True, False),
        ({"updated_at": NOON + HOUR}, [(NOON + A_DAY, NOON)], False, True),  # pulled, and so missed
    ],
)
def test_a_task_is_on_time_by_the_deadline_in_force_and_by_the_first(changed, moves, on_time, on_time_first):
    events = [
        event("task_deadline_changed", NOON - A_DAY + number, [before], [after], entity=("task", 7))
        for number, (before, after) in enumerate(moves)
    ]
    cells = by_measure(of_task(task(**changed), events, RULES))
    address = (ANNA, 0, 0, DAY)
    assert cells[Measure.TASKS_DUE_CLOSED] == {address: 1}
    assert cells[Measure.TASKS_ON_TIME] == ({address: 1} if on_time else {})
    assert cells[Measure.TASKS_ON_TIME_FIRST] == ({address: 1} if on_time_first else {})


def test_the_last_completion_counts_and_not_a_later_edit():
    done = [event("task_completed", NOON + late, entity=("task", 7)) for late in (-2 * HOUR, -5)]
    cells = by_measure(of_task(task(updated_at=NOON + A_DAY), done, RULES))
    assert cells[Measure.TASKS_ON_TIME]
    late = event("task_completed", NOON + 5, entity=("task", 7))
    assert not by_measure(of_task(task(), [*done, late], RULES))[Measure.TASKS_ON_TIME]


def test_open_and_deleted_tasks_add_nothing():
    assert of_task(task(is_completed=False), [], RULES) == {}
    assert of_task(task(is_deleted=True), [], RULES) == {}


def test_a_delta_leads_from_one_contribution_to_the_other_without_zeros():
    one, two, three = (Cell(1, user, 1, 0, 0) for user in (1, 2, 3))
    assert delta({one: 5, two: 1}, {one: 5, three: 2}) == {two: -1, three: 2}
    assert delta({}, {}) == {}
