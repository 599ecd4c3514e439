"""The oracle itself, against histories small enough to count by hand."""

from __future__ import annotations

from tests.oracle.oracle import recount

NOON = 1_773_133_200  # 2026-03-10 12:00 in Moscow
HOUR = 3600
DAY = 20260310
ANNA, BORIS = 11, 12
SALES, DELIVERY = 1, 2
UNSORTED, FIRST, SECOND = 100, 101, 102
WON, LOST = 142, 143


def lead(**changed):
    return {
        "id": 5,
        "pipeline_id": SALES,
        "status_id": FIRST,
        "responsible_user_id": ANNA,
        "price": 1000,
        "created_at": NOON,
        "updated_at": NOON,
        "is_deleted": False,
        "merged_into": None,
        "purged": False,
    } | changed


def event(seq, kind, at, before, after, *, by=ANNA, entity=("lead", 5)):
    return {
        "seq": seq,
        "type": kind,
        "created_at": at,
        "created_by": by,
        "entity_type": entity[0],
        "entity_id": entity[1],
        "value_before": [before],
        "value_after": [after],
    }


def moved(seq, at, before, after, **other):
    sides = ({"lead_status": {"pipeline_id": pipeline, "id": status}} for pipeline, status in (before, after))
    return event(seq, "lead_status_changed", at, *sides, **other)


def handed(seq, at, before, after, **other):
    sides = ({"responsible_user": {"id": user}} for user in (before, after))
    return event(seq, "entity_responsible_changed", at, *sides, **other)


def count(leads=(), events=(), tasks=(), **rules):
    statuses = [{"id": UNSORTED, "type": 1}, {"id": FIRST, "type": 0}, {"id": SECOND, "type": 0}]
    pipelines = [{"id": number, "_embedded": {"statuses": statuses}} for number in (SALES, DELIVERY)]
    account = {"id": 1, "timezone": "Europe/Moscow", "currency": "RUB"}
    truth = {"account": account, "pipelines": pipelines, "leads": leads, "events": events, "tasks": tasks}
    return recount(truth, **rules)


def test_a_lead_in_work_counts_as_new_and_open():
    assert count([lead()]) == {
        ("open_leads", ANNA, SALES, FIRST, 0): 1,
        ("open_value", ANNA, SALES, FIRST, 0): 100_000,
        ("new_leads", ANNA, SALES, 0, DAY): 1,
    }


def test_a_win_counts_for_its_owner_with_the_price_of_that_moment_and_the_time_since_the_start():
    cells = count([lead(status_id=WON)], [moved(1, NOON + HOUR, (SALES, FIRST), (SALES, WON))])
    assert cells["won_count", ANNA, SALES, 0, DAY] == 1
    assert cells["won_sum", ANNA, SALES, 0, DAY] == 100_000
    assert cells["cycle_seconds", ANNA, SALES, 0, DAY] == HOUR
    assert cells["stage_seconds", ANNA, SALES, FIRST, DAY] == HOUR
    assert not any(cell[0] == "open_leads" for cell in cells)


def test_a_reopened_win_is_no_win():
    events = [
        moved(1, NOON + HOUR, (SALES, FIRST), (SALES, WON)),
        moved(2, NOON + 2 * HOUR, (SALES, WON), (SALES, SECOND)),
    ]
    cells = count([lead(status_id=SECOND)], events)
    assert not any(cell[0] == "won_count" for cell in cells)
    assert cells["open_leads", ANNA, SALES, SECOND, 0] == 1


def test_delivery_keeps_the_win_and_neither_opens_nor_wins_again():
    events = [
        moved(1, NOON + HOUR, (SALES, FIRST), (SALES, WON)),
        moved(2, NOON + 2 * HOUR, (SALES, WON), (DELIVERY, FIRST)),
        moved(3, NOON + 3 * HOUR, (DELIVERY, FIRST), (DELIVERY, WON)),
    ]
    cells = count([lead(pipeline_id=DELIVERY, status_id=WON)], events, after_sale={DELIVERY})
    assert {cell: value for cell, value in cells.items() if cell[0] == "won_count"} == {
        ("won_count", ANNA, SALES, 0, DAY): 1
    }


def test_a_router_who_did_nothing_is_not_the_owner_of_a_new_lead():
    cells = count([lead(responsible_user_id=BORIS)], [handed(1, NOON + 60, ANNA, BORIS)])
    assert cells["new_leads", BORIS, SALES, 0, DAY] == 1
    cells = count([lead(responsible_user_id=BORIS)], [handed(1, NOON + 600, ANNA, BORIS)])
    assert cells["new_leads", ANNA, SALES, 0, DAY] == 1


def test_time_in_a_status_is_split_by_who_held_it():
    events = [handed(1, NOON + HOUR, ANNA, BORIS), moved(2, NOON + 4 * HOUR, (SALES, FIRST), (SALES, SECOND))]
    cells = count([lead(status_id=SECOND, responsible_user_id=BORIS)], events)
    assert cells["stage_seconds", ANNA, SALES, FIRST, DAY] == HOUR
    assert cells["stage_seconds", BORIS, SALES, FIRST, DAY] == 3 * HOUR
    assert cells["stage_visits", BORIS, SALES, FIRST, DAY] == 1


def test_a_deleted_or_absorbed_lead_counts_nowhere():
    assert count([lead(is_deleted=True)]) == {}
    assert count([lead(merged_into=6)]) == {}


def test_a_task_is_on_time_against_the_deadline_in_force_and_late_against_the_first():
    task = {
        "id": 7,
        "responsible_user_id": ANNA,
        "complete_till": NOON + 3 * HOUR,
        "is_completed": True,
        "is_deleted": False,
        "updated_at": NOON + 2 * HOUR,
    }
    sides = ({"task_deadline": {"timestamp": at}} for at in (NOON + HOUR, NOON + 3 * HOUR))
    pushed = event(1, "task_deadline_changed", NOON, *sides, entity=("task", 7))
    done = event(2, "task_completed", NOON + 2 * HOUR, {}, {}, entity=("task", 7))
    assert count(tasks=[task], events=[pushed, done]) == {
        ("tasks_due_closed", ANNA, 0, 0, DAY): 1,
        ("tasks_on_time", ANNA, 0, 0, DAY): 1,
    }


def test_a_deal_that_was_imported_closed_was_closed_when_it_says():
    cells = count([lead(status_id=WON, closed_at=NOON + 2 * HOUR)])
    assert cells["won_count", ANNA, SALES, 0, DAY] == 1
    assert cells["cycle_seconds", ANNA, SALES, 0, DAY] == 2 * HOUR
    assert not any(cell[0] in {"stage_visits", "stage_seconds"} for cell in cells)


def test_taking_a_lead_for_oneself_is_an_action_so_handing_it_on_at_once_does_not_make_a_router():
    taken = handed(1, NOON + 60, 0, ANNA, by=ANNA)
    given = handed(1, NOON + 60, 0, ANNA, by=0)
    on = handed(2, NOON + 120, ANNA, BORIS)
    owner = lead(responsible_user_id=BORIS, created_by=0)
    assert count([owner], [taken, on])["new_leads", ANNA, SALES, 0, DAY] == 1
    assert count([owner], [given, on])["new_leads", BORIS, SALES, 0, DAY] == 1
