"""What administrators do to an account in one go; the numbers stay those of the oracle."""

from __future__ import annotations

import pytest

from integration.store import mirrors, runs
from integration.store.accounts import State
from integration.sync import rebuild


def read_mirrors(world):
    with world.ctx.database.transaction() as conn:
        runs.hasten(conn, world.account.id, runs.MIRRORS, world.ctx.now)
    world.settle()


def sales(world):
    return world.account.main_pipeline()


def stages(world):
    return [row["id"] for row in world.account.statuses(sales(world)) if row["type"] == 0]


def statuses(world):
    with world.ctx.database.read() as conn:
        return {(row.pipeline_id, row.id): row for row in mirrors.statuses_of(conn, world.account.id)}


def people(world):
    with world.ctx.database.read() as conn:
        return {user.id: user for user in mirrors.users_of(conn, world.account.id)}


@pytest.fixture(params=["hooks-arrive", "hooks-lost"])
def office(request, world):
    """A connected account whose hooks arrive, or do not."""
    world.set_up()
    world.universe.switches.turn({"hook_lost": 1.0 if request.param == "hooks-lost" else 0.0})
    return world


def catch_up(world):
    world.until(lambda: not world.universe.deliveries.waiting())
    world.sweep()


def test_a_stage_that_is_deleted_moves_its_leads_and_keeps_its_name(office):
    first, second = stages(office)[:2]
    moved = office.account.delete_status(sales(office), first, office.admin, move_to=second)
    assert moved
    catch_up(office)
    read_mirrors(office)
    assert statuses(office)[sales(office), first].is_removed
    assert office.wrong_cells() == []


def test_a_mass_handover_and_a_mass_merge_come_out_exact(office):
    alive = [row["id"] for row in office.account.leads.values() if not row["is_deleted"]]
    heir = next(user["id"] for user in office.account.users.values() if not user["rights"]["is_admin"])
    office.account.reassign_leads(alive, office.admin, responsible_user_id=heir)
    office.account.merge_many([alive[place : place + 2] for place in range(0, 10, 2)], office.admin)
    catch_up(office)
    office.full_pass()
    assert office.wrong_cells() == []


def test_a_new_stage_and_a_new_colleague_are_learned_before_the_hour_is_over(world):
    world.set_up()
    with world.ctx.database.transaction() as conn:
        conn.exec_driver_sql("UPDATE runs SET finished_at = 1 WHERE kind = 'mirrors'")
    stage = world.account.add_status(sales(world), "Новый этап")
    colleague = world.account.add_user("Новенькая")
    lead = next(row["id"] for row in world.account.leads.values() if not row["is_deleted"])
    world.account.change_lead(lead, world.admin, pipeline_id=sales(world), status_id=stage)
    world.account.change_lead(lead, world.admin, responsible_user_id=colleague)
    world.sweep()
    assert statuses(world)[sales(world), stage].name == "Новый этап"
    assert people(world)[colleague].name == "Новенькая"
    assert world.wrong_cells() == []


def test_an_archived_pipeline_keeps_its_numbers(world):
    world.set_up()
    pipeline = next(key for key, row in world.account.pipelines.items() if not row["is_main"])
    world.account.archive_pipeline(pipeline)
    read_mirrors(world)
    with world.ctx.database.read() as conn:
        assert [row.id for row in mirrors.pipelines_of(conn, world.account.id) if row.is_archive] == [pipeline]
    assert world.wrong_cells() == []


def test_people_who_are_switched_off_removed_or_moved_keep_their_numbers(world):
    world.set_up()
    off, gone, moved = [user for user in world.account.users if user != world.admin][:3]
    group = world.account.add_group("Новый отдел")
    world.account.deactivate_user(off)
    world.account.remove_user(gone)
    world.account.change_user(moved, group_id=group)
    read_mirrors(world)
    assert world.stored().state == State.ACTIVE
    known = people(world)
    assert (known[off].is_active, known[off].is_removed) == (False, False)
    assert known[gone].is_removed
    assert known[moved].group_id == group
    assert world.wrong_cells() == []


def test_another_currency_and_another_time_zone_are_told_to_open_cards(world):
    world.set_up()
    before = world.stored()
    world.account.change_settings(timezone="Asia/Vladivostok", currency="USD")
    read_mirrors(world)
    world.until(lambda: world._is_settled() and world.stored().timezone == "Asia/Vladivostok")
    assert world.stored().currency == "USD"
    assert world.stored().version > before.version
    assert world.stored().generation != before.generation
    assert world.wrong_cells() == []


def test_an_account_that_moved_in_the_middle_of_its_work_goes_on_at_its_new_address(world):
    world.set_up()
    world.universe.rename(world.account, "renamed")
    with world.ctx.database.read() as conn:
        wished = rebuild.wished(conn, world.account.id)
    lead = next(row["id"] for row in world.account.leads.values() if not row["is_deleted"])
    world.account.change_lead(lead, world.admin, price=777)
    world.sweep()
    world.until(lambda: world._is_settled() and world.stored().failures == 0)
    world.sweep()
    assert world.stored().host == "renamed.amocrm.ru"
    (webhook,) = world.account.webhooks.values()
    assert not webhook["disabled"]
    with world.ctx.database.read() as conn:
        assert rebuild.wished(conn, world.account.id) == wished
    assert world.wrong_cells() == []
