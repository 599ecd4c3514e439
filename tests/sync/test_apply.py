from __future__ import annotations

from dataclasses import replace

from sqlalchemy import event as sqlalchemy_event

from integration.kpi.measures import Measure
from integration.kpi.model import Cell, Event, Lead, Task
from integration.store import accounts, counters, dirty, entities, freshness
from integration.sync import audit
from integration.sync.apply import Batch, batch

NOW = 1_767_100_000
LEAD = Lead(1, 1, 101, 11, 50_000, 11, NOW - 1000, NOW - 100)
OPEN = Cell(Measure.OPEN_LEADS, 11, 1, 101, 0)


def marks(ctx, account_id, kind="leads"):
    with ctx.database.read() as conn:
        return dirty.take(conn, account_id, kind, ctx.now_ms() + 10_000, 250)


def mark(ctx, account_id, *ids, kind="leads"):
    with ctx.database.transaction() as conn:
        dirty.mark(conn, account_id, [(kind, number) for number in ids], ctx.now_ms())
    return marks(ctx, account_id, kind)


def cells(ctx, account_id):
    with ctx.database.read() as conn:
        assert audit.differences(conn, account_id) == []
        return counters.all_cells(conn, account_id, 1)


def test_a_lead_is_counted_and_its_mark_is_gone(ctx, account_id):
    version = batch(ctx, account_id, Batch(NOW, leads=[LEAD], answered=mark(ctx, account_id, 1)))
    assert version == 1
    assert cells(ctx, account_id)[OPEN] == 1
    assert marks(ctx, account_id) == []
    with ctx.database.read() as conn:
        assert accounts.get(conn, account_id).as_of == LEAD.updated_at
        assert sum(freshness.histogram(conn, account_id, 0, 99999999).values()) == 1


def test_an_older_snapshot_never_replaces_a_newer_one(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    batch(ctx, account_id, Batch(NOW, leads=[replace(LEAD, price=1, updated_at=LEAD.updated_at - 1)]))
    with ctx.database.read() as conn:
        assert entities.leads_by_id(conn, account_id, [1]) == {1: LEAD}


def test_a_snapshot_of_the_present_second_counts_but_is_looked_at_again(ctx, account_id):
    read = mark(ctx, account_id, 1)
    batch(ctx, account_id, Batch(NOW, leads=[replace(LEAD, updated_at=NOW)], answered=read))
    assert cells(ctx, account_id)[OPEN] == 1
    (again,) = marks(ctx, account_id)
    with ctx.database.read() as conn:
        assert dirty.take(conn, account_id, "leads", ctx.now_ms(), 250) == []
        assert sum(freshness.histogram(conn, account_id, 0, 99999999).values()) == 1
    batch(ctx, account_id, Batch(NOW + 1, leads=[replace(LEAD, updated_at=NOW)], answered=[again]))
    assert marks(ctx, account_id) == []
    with ctx.database.read() as conn:  # the second look is no second hint
        assert sum(freshness.histogram(conn, account_id, 0, 99999999).values()) == 1


def test_a_change_dated_ahead_is_not_waited_for(ctx, account_id):
    batch(
        ctx, account_id, Batch(NOW, leads=[replace(LEAD, updated_at=NOW + 86_400)], answered=mark(ctx, account_id, 1))
    )
    assert marks(ctx, account_id) == []


def test_a_hint_during_the_fetch_keeps_the_mark(ctx, account_id):
    read = mark(ctx, account_id, 1)
    mark(ctx, account_id, 1)
    batch(ctx, account_id, Batch(NOW, leads=[LEAD], answered=read))
    assert [each.seq for each in marks(ctx, account_id)] == [2]


def test_an_event_of_an_unknown_lead_is_kept_and_the_lead_is_fetched(ctx, account_id):
    price = Event("01", "sale_field_changed", "lead", 1, 11, NOW - 50, (50_000,), (70_000,))
    batch(ctx, account_id, Batch(NOW, events=[price]))
    assert cells(ctx, account_id) == {}
    assert [each.entity_id for each in marks(ctx, account_id)] == [1]
    batch(ctx, account_id, Batch(NOW, leads=[replace(LEAD, price=70_000, updated_at=NOW - 50)]))
    assert cells(ctx, account_id)[Cell(Measure.OPEN_VALUE, 11, 1, 101, 0)] == 70_000


def test_an_event_newer_than_the_snapshot_wins_and_has_the_lead_fetched(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    won = Event("01", "lead_status_changed", "lead", 1, 11, NOW - 10, (1, 101), (1, 142))
    batch(ctx, account_id, Batch(NOW, events=[won]))
    assert OPEN not in cells(ctx, account_id)
    assert [each.entity_id for each in marks(ctx, account_id)] == [1]


def test_events_that_tell_of_a_deletion_have_nothing_fetched(ctx, account_id):
    gone = [Event("01", "lead_added", "lead", 9, 11, 100), Event("02", "lead_deleted", "lead", 9, 11, 200)]
    batch(ctx, account_id, Batch(NOW, events=gone))
    assert marks(ctx, account_id) == []
    batch(ctx, account_id, Batch(NOW, events=[Event("03", "lead_restored", "lead", 9, 11, 300)]))
    assert [each.entity_id for each in marks(ctx, account_id)] == [9]


def test_a_deletion_in_the_very_second_of_the_snapshot_has_the_lead_looked_at(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    batch(ctx, account_id, Batch(NOW, events=[Event("01", "lead_deleted", "lead", 1, 11, LEAD.updated_at)]))
    assert [each.entity_id for each in marks(ctx, account_id)] == [1]


def test_a_deleted_lead_leaves_the_numbers_and_a_restored_one_comes_back(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    before = cells(ctx, account_id)
    batch(ctx, account_id, Batch(NOW, deleted=frozenset({("leads", 1)})))
    assert cells(ctx, account_id) == {}
    batch(ctx, account_id, Batch(NOW, leads=[replace(LEAD, updated_at=NOW - 5)]))
    assert cells(ctx, account_id) == before


def test_what_amocrm_shows_of_a_deleted_lead_does_not_blot_out_what_we_know(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    batch(ctx, account_id, Batch(NOW, leads=[Lead(1, 0, 0, 0, None, 0, 0, NOW - 9, is_deleted=True)]))
    with ctx.database.read() as conn:
        assert entities.leads_by_id(conn, account_id, [1]) == {1: replace(LEAD, is_deleted=True, updated_at=NOW - 9)}


def test_a_batch_of_any_size_costs_the_same_number_of_statements(ctx, account_id):
    sizes = [statements(ctx, account_id, size) for size in (2, 250)]
    assert sizes[0] == sizes[1] <= 20


def statements(ctx, account_id, size):
    numbers = range(size * 1000, size * 1001)
    leads = [replace(LEAD, id=number) for number in numbers]
    tasks = [Task(n, 11, "leads", n, 1, NOW, is_completed=True, created_at=1, updated_at=NOW - 9) for n in numbers]
    events = [Event(f"e{n}", "lead_status_changed", "lead", n, 11, NOW - 50, (1, 102), (1, 101)) for n in numbers]
    read = mark(ctx, account_id, *numbers) + mark(ctx, account_id, *numbers, kind="tasks")
    counted = []

    def count(*statement):
        counted.append(statement[2])

    sqlalchemy_event.listen(ctx.database.engine, "before_cursor_execute", count)
    batch(ctx, account_id, Batch(NOW, leads, tasks, events, answered=read, cursors={"events_cursor": NOW}))
    sqlalchemy_event.remove(ctx.database.engine, "before_cursor_execute", count)
    return len(counted)
