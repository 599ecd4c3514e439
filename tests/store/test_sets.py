from __future__ import annotations

from integration.kpi.model import Cell, Event, Lead, Task
from integration.store import counters, entities, events, freshness, mirrors
from integration.store.entities import LeadRow

LEAD = Lead(1, 10, 142, 5, None, 5, 100, 200, closed_at=150, main_contact_id=8)
EVENT = Event("01a", "lead_status_changed", "lead", 1, 5, 120, (10, 11), (10, 142))


def task(number: int) -> Task:
    return Task(number, 5, "leads", 1, 2, 1000, is_completed=False, created_at=100, updated_at=200)


def user(number: int, name: str) -> mirrors.UserRow:
    return mirrors.UserRow(number, name, 0, is_admin=False, is_active=True, is_free=False, leads_view="A")


def test_what_is_stored_comes_back_equal(store, account_id):
    with store.transaction() as conn:
        entities.save_leads(conn, account_id, [LeadRow(LEAD, is_open=False, entered_at=150)])
        entities.save_tasks(conn, account_id, [task(3)])
        events.add(conn, account_id, [EVENT], 300)
    with store.read() as conn:
        assert entities.leads_by_id(conn, account_id, [1, 2]) == {1: LEAD}
        assert entities.tasks_by_id(conn, account_id, [3]) == {3: task(3)}
        assert events.of(conn, account_id, "lead", [1]) == {1: [EVENT]}


def test_events_are_a_set_and_only_the_new_ones_are_told(store, account_id):
    other = Event("01b", "lead_added", "lead", 1, 5, 100)
    with store.transaction() as conn:
        assert events.add(conn, account_id, [EVENT], 300) == [EVENT]
        assert events.add(conn, account_id, [other, EVENT, other], 300) == [other]


def test_thousands_of_rows_are_one_statement(store, account_id):
    many = [task(number) for number in range(20_000)]
    with store.transaction() as conn:
        entities.save_tasks(conn, account_id, many)
        assert len(entities.tasks_by_id(conn, account_id, range(20_000))) == 20_000


def test_counters_add_up_by_user_pipeline_and_days(store, account_id):
    won, level = Cell(3, 5, 10, 0, 20261101), Cell(1, 5, 10, 7, 0)
    elsewhere = Cell(3, 6, 11, 0, 20261105)
    with store.transaction() as conn:
        counters.add(conn, account_id, 1, {won: 4, level: 1, elsewhere: 2})
        counters.add(conn, account_id, 1, {won: -1, level: -1})
    days = {"first_day": 20261101, "last_day": 20261131}
    with store.read() as conn:
        assert counters.sums(conn, account_id, 1, **days) == {(3, 0): 5}
        assert counters.sums(conn, account_id, 1, **days, user_ids=[5]) == {(3, 0): 3}
        assert counters.sums(conn, account_id, 1, **days, pipeline_id=11) == {(3, 0): 2}
        assert counters.sums_by_user(conn, account_id, 1, **days) == {5: {(3, 0): 3}, 6: {(3, 0): 2}}
        assert counters.series(conn, account_id, 1, measures=[3], **days) == {3: {20261101: 3, 20261105: 2}}
        assert counters.all_cells(conn, account_id, 1) == {won: 3, elsewhere: 2}
        assert counters.all_cells(conn, account_id, 2) == {}


def test_what_a_full_list_did_not_show_is_unseen(store, account_id):
    with store.transaction() as conn:
        entities.save_tasks(conn, account_id, [task(number) for number in (1, 2, 3, 4)])
        assert entities.unseen(conn, account_id, "tasks", [2], (1, 3)) == [3]


def test_a_mirror_keeps_tombstones_of_what_is_no_longer_listed(store, account_id):
    anna, boris = user(1, "Анна"), user(2, "Борис")
    with store.transaction() as conn:
        assert mirrors.replace(conn, account_id, mirrors.UserRow, [anna, boris])
        assert not mirrors.replace(conn, account_id, mirrors.UserRow, [boris, anna])
        assert mirrors.replace(conn, account_id, mirrors.UserRow, [boris])
        assert mirrors.users_of(conn, account_id) == [anna._replace(is_removed=True), boris]
        assert not mirrors.replace(conn, account_id, mirrors.UserRow, [boris])


def test_waiting_times_are_a_histogram(store, account_id):
    with store.transaction() as conn:
        freshness.add(conn, account_id, 20261101, {3: 1, 5: 2})
        freshness.add(conn, account_id, 20261102, {5: 2})
        assert freshness.histogram(conn, account_id, 20261101, 20261130) == {3: 1, 5: 4}
