"""What a sweep finds is counted as missed only when no hook spoke of it."""

from __future__ import annotations

from dataclasses import replace

from integration.kpi.model import Event, Lead
from integration.report import health
from integration.store import dirty
from integration.sync.apply import Batch, batch

NOW = 2_000_000_000
LEAD = Lead(1, 1, 101, 11, 500, 11, 100, 100)
MOVED = replace(LEAD, price=700, updated_at=NOW - 300)
EVENT = Event("01a", "sale_field_changed", "lead", 1, 11, NOW - 300, (500,), (700,))


def found(ctx, account_id):
    with ctx.database.read() as conn:
        told = health.read(conn, account_id, NOW)
    return told.healed, told.events_missed


def test_a_change_without_a_hook_is_healed_once_and_its_age_is_kept(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    for _ in range(2):
        batch(ctx, account_id, Batch(NOW, leads=[MOVED], by_sweep=True))
        batch(ctx, account_id, Batch(NOW, events=[EVENT], by_sweep=True))
    assert found(ctx, account_id) == (1, 1)
    with ctx.database.read() as conn:
        assert abs(health.read(conn, account_id, NOW).repaired_within - 300) <= 6


def test_a_change_that_a_hook_spoke_of_is_not_missed(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    with ctx.database.transaction() as conn:
        dirty.mark(conn, account_id, [("leads", 1)], 0)
    batch(ctx, account_id, Batch(NOW, leads=[MOVED], events=[EVENT], by_sweep=True))
    assert found(ctx, account_id) == (0, 0)


def test_a_hook_may_still_be_on_its_way(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    young = replace(MOVED, updated_at=NOW - 10)
    batch(ctx, account_id, Batch(NOW, leads=[young], by_sweep=True))
    assert found(ctx, account_id) == (0, 0)


def test_what_a_hook_had_us_read_is_no_drift(ctx, account_id):
    batch(ctx, account_id, Batch(NOW, leads=[LEAD]))
    batch(ctx, account_id, Batch(NOW, leads=[MOVED], events=[EVENT]))
    assert found(ctx, account_id) == (0, 0)
