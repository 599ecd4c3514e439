"""Generations beside each other: whatever happens while one is built, each equals its recount by its own rules."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.errors import NotFound
from integration.kpi import model
from integration.kpi.measures import Measure
from integration.store import accounts, counters, entities, events, generations, runs
from integration.store.generations import Stage
from integration.sync import audit, building, rebuild, recount
from integration.sync.apply import Batch, batch
from integration.sync.changes import singular
from tests.kpi.histories import DELIVERY, RETAIL, RULES
from tests.sync.conftest import add_account
from tests.sync.test_laws import FAR, LAWS, days, read
from workers import clock, jobs

if TYPE_CHECKING:
    from integration.store.generations import Generation
    from integration.sync.context import Context

NUMBERS = itertools.count(500_000)
WISHES = st.sampled_from([(), (RETAIL,), (DELIVERY,), (DELIVERY, RETAIL)])


def told(ctx: Context, account_id: int) -> list[Generation]:
    """Every generation that is kept up, after a check that each holds exactly what its rules and its chunks say."""
    with ctx.database.read() as conn:
        found = generations.live(conn, account_id)
        for one in found:
            assert counters.all_cells(conn, account_id, one.number) == expected(conn, one)
        account = accounts.get(conn, account_id)
        assert (account.generation, account.timezone) == (found[0].number, found[0].rules.timezone)
        assert frozenset(account.after_sale_pipelines) == found[0].rules.after_sale_pipelines
    return found


def expected(conn, one):
    """What the rows and events of the entities add that this generation holds."""
    total = {}
    for kind in recount.KINDS:
        held = [entity for entity in kind.walk(conn, one.account_id, 0, 1000) if one.holds(kind.name, entity.id)]
        lines = events.of(conn, one.account_id, singular(kind.name), [entity.id for entity in held])
        for entity in held:
            for cell, value in kind.count(entity, lines.get(entity.id, []), one.rules)[1].items():
                total[cell] = total.get(cell, 0) + value
    return {cell: value for cell, value in total.items() if value}


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of a single entity: there is something to come between them."""
    monkeypatch.setattr(recount, "CHUNK", 1)


@LAWS
@given(day=days(), data=st.data())
def test_at_every_step_of_a_rebuild_each_generation_equals_its_own_recount(ctx, day, data):
    account_id = add_account(ctx, next(NUMBERS))
    batch(ctx, account_id, read(day[:2]))
    for step in day[2:18]:
        act = data.draw(st.sampled_from(["apply", "apply", "chunk", "chunk", "chunk", "wish", "back", "audit"]))
        if act == "apply":
            batch(ctx, account_id, read([step]))
        elif act == "chunk":
            building._step(ctx, account_id)
        elif act == "wish":
            rebuild.choose_after_sale(ctx, account_id, data.draw(WISHES))
        elif act == "audit":
            audit.run(ctx, account_id)
        elif any(one.stage == Stage.RETIRED for one in told(ctx, account_id)):
            rebuild.go_back(ctx, account_id)
        told(ctx, account_id)
    batch(ctx, account_id, read(day))
    building.to_end(ctx, account_id)
    assert {one.stage for one in told(ctx, account_id)} <= {Stage.ACTIVE, Stage.RETIRED}


@LAWS
@given(day=days(), wish=WISHES)
def test_a_rebuild_equals_a_count_from_nothing_by_the_new_rules(ctx, day, wish):
    rebuilt, fresh = (add_account(ctx, next(NUMBERS)) for _ in range(2))
    batch(ctx, rebuilt, read(day))
    rebuild.choose_after_sale(ctx, rebuilt, wish)
    building.to_end(ctx, rebuilt)
    rebuild.choose_after_sale(ctx, fresh, wish)
    batch(ctx, fresh, read(day))
    assert rows(ctx, rebuilt) == rows(ctx, fresh)


def rows(ctx: Context, account_id: int):
    """The counters, and which leads are derived to be open."""
    with ctx.database.read() as conn:
        number = accounts.get(conn, account_id).generation
        return counters.all_cells(conn, account_id, number), entities.count_open(conn, account_id)


LEADS = [model.Lead(number, RETAIL, 201, 11, 500 * number, 11, 100, 100) for number in (1, 2, 3)]


@pytest.fixture
def filled(ctx: Context, account_id: int) -> int:
    """An account with three open leads."""
    batch(ctx, account_id, Batch(FAR, leads=LEADS))
    return account_id


def test_nothing_moves_until_the_new_generation_is_whole(ctx, filled):
    before = rows(ctx, filled)
    rebuild.choose_after_sale(ctx, filled, [DELIVERY, RETAIL])
    for _ in LEADS:
        building._step(ctx, filled)
        assert rows(ctx, filled) == before
    building.to_end(ctx, filled)
    assert rows(ctx, filled) == ({}, 0)


def test_the_pointer_moves_back_at_once_and_nothing_was_missed(ctx, filled):
    rebuild.choose_after_sale(ctx, filled, [DELIVERY, RETAIL])
    building.to_end(ctx, filled)
    batch(ctx, filled, Batch(FAR, leads=[replace(LEADS[0], price=700, updated_at=200)]))
    rebuild.go_back(ctx, filled)
    told(ctx, filled)
    cells, is_open = rows(ctx, filled)
    assert is_open == 3
    assert sum(value for cell, value in cells.items() if cell.measure == Measure.OPEN_VALUE) == 3200


def test_a_generation_that_is_gone_is_refused_with_a_word(ctx, filled):
    with pytest.raises(NotFound, match="24 hours"):
        rebuild.go_back(ctx, filled)


def test_what_a_person_went_back_to_no_setting_takes_away(ctx, filled, monkeypatch):
    rebuild.choose_after_sale(ctx, filled, [DELIVERY, RETAIL])
    building.to_end(ctx, filled)
    rebuild.go_back(ctx, filled)
    monkeypatch.setattr(model, "FORMULA", 2)
    rebuild.follow_formulas(ctx)
    building.to_end(ctx, filled)
    assert told(ctx, filled)[0].rules == RULES
    rebuild.order(ctx, filled)
    building.to_end(ctx, filled)
    assert told(ctx, filled)[0].rules == replace(RULES, formula=2)


def test_the_generation_before_is_removed_after_a_day(ctx, filled, monkeypatch):
    monkeypatch.setattr(rebuild, "DROP", 1)
    rebuild.choose_after_sale(ctx, filled, [DELIVERY, RETAIL])
    building.to_end(ctx, filled)
    later = replace(ctx, now_ms=lambda: (ctx.now + rebuild.KEEP_SECONDS + 1) * 1000)
    building.to_end(later, filled)
    with ctx.database.read() as conn:
        (left,) = generations.every(conn, filled)
        assert left.stage == Stage.ACTIVE
        assert counters.all_cells(conn, filled, 1) == {}


def test_a_newer_wish_replaces_an_unfinished_one(ctx, filled):
    rebuild.choose_after_sale(ctx, filled, [RETAIL])
    building._step(ctx, filled)
    rebuild.choose_after_sale(ctx, filled, [])
    building._step(ctx, filled)
    rebuild.choose_after_sale(ctx, filled, [DELIVERY])
    building.to_end(ctx, filled)
    found = told(ctx, filled)
    assert [(one.number, one.rules) for one in found] == [(1, RULES)]


def test_another_formula_is_counted_account_by_account_by_the_clock(ctx, monkeypatch):
    monkeypatch.setattr(jobs, "context", lambda: ctx)
    several = [add_account(ctx, number) for number in range(41, 41 + rebuild.TOGETHER + 2)]
    for account_id in several:
        batch(ctx, account_id, Batch(FAR, leads=LEADS))
    monkeypatch.setattr(model, "FORMULA", 2)
    rebuild.follow_formulas(ctx)
    with ctx.database.read() as conn:
        assert generations.count_building(conn) == rebuild.TOGETHER
    for _ in range(3):
        clock.tick(ctx)
    assert [told(ctx, account_id)[0].rules.formula for account_id in several] == [2] * len(several)


def test_an_audit_of_right_numbers_leaves_a_proof_and_changes_nothing(ctx, filled):
    audit.run(ctx, filled)
    building._step(ctx, filled)
    batch(ctx, filled, Batch(FAR, leads=[replace(lead, price=1, updated_at=200) for lead in LEADS]))
    building.to_end(ctx, filled)
    assert proof(ctx, filled) == {"cells": 3, "differed": 0, "named": []}
    assert [one.number for one in told(ctx, filled)] == [1]


def test_a_wrong_cell_is_named_counted_and_repaired(ctx, filled):
    wrong = model.Cell(Measure.OPEN_LEADS, 11, RETAIL, 201, 0)
    with ctx.database.transaction() as conn:
        counters.add(conn, filled, 1, {wrong: 5})
    audit.run(ctx, filled)
    building.to_end(ctx, filled)
    assert proof(ctx, filled) == {"cells": 3, "differed": 1, "named": [[list(wrong), 8, 3]]}
    assert [one.number for one in told(ctx, filled)] == [2]
    with pytest.raises(NotFound):
        rebuild.go_back(ctx, filled)


def test_an_audit_waits_for_a_rebuild(ctx, filled):
    rebuild.choose_after_sale(ctx, filled, [RETAIL])
    audit.run(ctx, filled)
    with ctx.database.read() as conn:
        assert runs.get(conn, filled, runs.AUDIT).due_at <= ctx.now + rebuild.AUDIT_AGAIN
        assert generations.live(conn, filled)[1].reason == "after_sale"


def test_an_audit_that_a_wish_interrupted_comes_again_soon(ctx, filled):
    audit.run(ctx, filled)
    building._step(ctx, filled)
    rebuild.choose_after_sale(ctx, filled, [RETAIL])
    with ctx.database.read() as conn:
        assert runs.get(conn, filled, runs.AUDIT).due_at <= ctx.now + rebuild.AUDIT_AGAIN
    building.to_end(ctx, filled)
    assert told(ctx, filled)[0].rules.after_sale_pipelines == {RETAIL}


def test_an_account_that_cannot_be_read_is_counted_anew_all_the_same(ctx, filled, monkeypatch):
    monkeypatch.setattr(jobs, "context", lambda: ctx)
    rebuild.choose_after_sale(ctx, filled, [DELIVERY, RETAIL])
    with ctx.database.transaction() as conn:
        accounts.enter(conn, filled, accounts.State.RECONNECT_REQUIRED, ctx.now, retry_at=ctx.now + 9999)
    clock.tick(ctx)
    assert rows(ctx, filled) == ({}, 0)


def proof(ctx: Context, account_id: int):
    with ctx.database.read() as conn:
        return runs.get(conn, account_id, runs.PROOF).progress
