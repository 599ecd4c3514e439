"""The laws that make the numbers right: whatever the order, the repeats and the pieces, counters equal a recount."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.kpi.model import Lead
from integration.store import accounts, counters
from integration.sync import audit
from integration.sync.apply import Batch, batch
from tests.kpi.histories import lead_stories, task_stories
from tests.sync.conftest import add_account

if TYPE_CHECKING:
    from integration.sync.context import Context

NUMBERS = itertools.count(1000)
FAR = 4_000_000_000
LAWS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def days(draw):
    """Steps of several leads and tasks, interleaved, each lead and task in its own order."""
    stories = [draw(lead_stories(number)) for number in (1, 2, 3)] + [draw(task_stories(number)) for number in (1, 2)]
    steps = [(story, step) for story in stories for step in range(len(story.snapshots))]
    return sorted(steps, key=lambda each: each[0].snapshots[each[1]].updated_at)


def read(steps, *, server_now=FAR):
    """A batch that shows these steps: the snapshots as they then were, and the new entries of the log."""
    shown = [story.snapshots[step] for story, step in steps]
    return Batch(
        server_now,
        leads=[snapshot for snapshot in shown if isinstance(snapshot, Lead)],
        tasks=[snapshot for snapshot in shown if not isinstance(snapshot, Lead)],
        events=[event for story, step in steps for event in story.logs[step]],
    )


def cells(ctx: Context, account_id: int):
    with ctx.database.read() as conn:
        account = accounts.get(conn, account_id)
        assert audit.differences(conn, account_id) == []
        return counters.all_cells(conn, account_id, account.generation)


@LAWS
@given(day=days())
def test_after_every_step_the_counters_equal_a_recount(ctx, day):
    account_id = add_account(ctx, next(NUMBERS))
    for step in day:
        batch(ctx, account_id, read([step]))
        cells(ctx, account_id)


@LAWS
@given(day=days(), data=st.data())
def test_pieces_order_and_repeats_change_nothing(ctx, day, data):
    whole, pieces = (add_account(ctx, next(NUMBERS)) for _ in range(2))
    batch(ctx, whole, read(day))
    # Snapshots of one second cannot be told apart by their times: they alone have to come in order.
    later = [replace(story.snapshots[-1], updated_at=FAR - 1) for story in {id(s): s for s, _ in day}.values()]
    last = Batch(
        FAR,
        leads=[snapshot for snapshot in later if isinstance(snapshot, Lead)],
        tasks=[snapshot for snapshot in later if not isinstance(snapshot, Lead)],
    )
    batch(ctx, whole, last)
    shuffled = data.draw(st.permutations(day + data.draw(st.lists(st.sampled_from(day), max_size=5))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    for start, end in itertools.pairwise([0, *cuts, len(shuffled)]):
        batch(ctx, pieces, read(shuffled[start:end]))
    batch(ctx, pieces, last)
    assert cells(ctx, pieces) == cells(ctx, whole)


@LAWS
@given(day=days())
def test_when_everything_is_deleted_nothing_is_left(ctx, day):
    account_id = add_account(ctx, next(NUMBERS))
    batch(ctx, account_id, read(day))
    everything = frozenset((kind, number) for kind in ("leads", "tasks") for number in (1, 2, 3))
    batch(ctx, account_id, Batch(FAR, deleted=everything))
    assert cells(ctx, account_id) == {}


@LAWS
@given(day=days())
def test_the_managers_add_up_to_the_account(ctx, day):
    account_id = add_account(ctx, next(NUMBERS))
    batch(ctx, account_id, read(day))
    with ctx.database.read() as conn:
        period = {"first_day": 0, "last_day": 99999999}
        total = counters.sums(conn, account_id, 1, **period)
        by_user = counters.sums_by_user(conn, account_id, 1, **period)
    added: dict[tuple[int, int], int] = {}
    for sums in by_user.values():
        for key, value in sums.items():
            added[key] = added.get(key, 0) + value
    assert {key: value for key, value in added.items() if value} == total


@LAWS
@given(day=days())
def test_an_account_that_is_not_involved_stays_as_it_is(ctx, day):
    involved, other = (add_account(ctx, next(NUMBERS)) for _ in range(2))
    batch(ctx, other, read(day))
    with ctx.database.read() as conn:
        account = accounts.get(conn, other)
    before = cells(ctx, other)
    batch(ctx, involved, read(day[: len(day) // 2]))
    batch(ctx, involved, read(day))
    with ctx.database.read() as conn:
        assert accounts.get(conn, other) == account
    assert cells(ctx, other) == before


@pytest.mark.parametrize("repeat", [1, 2])
def test_what_is_known_already_writes_nothing(ctx, account_id, repeat):
    lead = Lead(1, 1, 101, 11, 500, 11, 100, 100)
    versions = [batch(ctx, account_id, Batch(FAR, leads=[lead])) for _ in range(repeat)]
    assert versions == [1] * repeat
