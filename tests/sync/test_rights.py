"""Whose eyes we see with: what is hidden from us must not count as deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration.store import accounts, entities, grants, mirrors, runs
from integration.store.accounts import State
from integration.sync import connection, hints, install, keepalive, rights, tokens
from simulator.oauth.grants import Grant
from workers import jobs


def demote(world):
    world.universe.switches.turn({"demotion_weakens_grant": True})
    world.account.change_user(world.admin, is_admin=False, leads={"view": "M", "edit": "M"})


def read_mirrors(world):
    with world.ctx.database.transaction() as conn:
        runs.hasten(conn, world.account.id, runs.MIRRORS, world.ctx.now)
    world.settle()


def grant_again(world, user_id, *, is_admin):
    grant = Grant(world.integration.client_id, world.account.id, user_id, is_admin=is_admin)
    install_id = install.accept(world.ctx, world.account.domain, world.universe.grants.issue_code(grant))
    install.exchange(world.ctx, install_id)


def revoke(world, user_id):
    """Let one user's tokens die."""
    book = world.universe.grants
    for held in (book._refresh, book._access):
        for text in [text for text, token in held.items() if token.grant.user_id == user_id]:
            del held[text]


def grantors(world):
    with world.ctx.database.read() as conn:
        return rights.grantors(conn, world.account.id)


def alive(world):
    with world.ctx.database.read() as conn:
        return entities.alive(conn, world.account.id, "leads", list(world.account.leads))


def hint(world, lead, action="update"):
    body = f"leads[{action}][0][id]={lead}&account[id]={world.account.id}"
    hints.note(world.ctx, world.account.id, body.encode())


def test_a_demoted_grantor_hides_leads_and_none_of_them_is_deleted(world):
    admin = world.admin
    world.set_up()
    before, numbers = alive(world), world.wrong_cells()
    demote(world)
    read_mirrors(world)
    assert world.stored().state == State.RIGHTS_SUSPECT
    assert world.stored().users_seen == 0
    with world.ctx.database.read() as conn:
        assert not any(user.is_removed for user in mirrors.users_of(conn, world.account.id))
    for lead in before[:5]:
        hint(world, lead, "delete")
    world.full_pass()
    assert alive(world) == before
    assert world.wrong_cells() == numbers == []
    world.account.change_user(admin, is_admin=True)
    world.universe.switches.turn({"demotion_weakens_grant": False})
    read_mirrors(world)
    assert world.stored().state == State.ACTIVE
    assert alive(world) == before
    assert world.wrong_cells() == []


def test_a_deletion_by_hook_is_not_believed_while_the_users_are_hidden(world):
    world.set_up()
    demote(world)
    lead = next(row["id"] for row in world.account.leads.values() if row["responsible_user_id"] != world_admin(world))
    hint(world, lead, "delete")
    world.settle()
    assert not world.lead(lead).is_deleted


def world_admin(world):
    return grantors(world)[0].user_id


def test_many_leads_that_are_not_returned_put_the_rights_in_doubt(world):
    world.set_up()
    hidden = {key: world.account.leads.pop(key) for key in list(world.account.leads)[:10]}
    world.full_pass()
    assert world.stored().state == State.RIGHTS_SUSPECT
    assert world.stored().suspicion == rights.LEADS
    world.account.leads.update(hidden)
    read_mirrors(world)
    # The leads have to be returned first: the mirrors alone prove nothing about them.
    with world.ctx.database.transaction() as conn:
        conn.exec_driver_sql("UPDATE dirty SET not_before_ms = 0")
    world.settle()
    read_mirrors(world)
    assert world.stored().state == State.ACTIVE
    assert world.wrong_cells() == []


def test_a_list_of_users_that_is_suddenly_short_removes_nobody(world, monkeypatch):
    world.set_up()
    with world.ctx.database.read() as conn:
        everybody = {user.id for user in mirrors.users_of(conn, world.account.id)}
    hidden = dict(world.account.users)
    world.account.users.clear()
    world.account.users.update(list(hidden.items())[-2:])
    read_mirrors(world)
    assert world.stored().suspicion == rights.SHRUNK
    with world.ctx.database.read() as conn:
        assert {user.id for user in mirrors.users_of(conn, world.account.id) if not user.is_removed} == everybody
    monkeypatch.setattr(rights, "BELIEVED_AFTER", 0)
    read_mirrors(world)
    assert world.stored().state == State.ACTIVE
    with world.ctx.database.read() as conn:
        assert sum(not user.is_removed for user in mirrors.users_of(conn, world.account.id)) == 2


def test_one_user_who_leaves_is_no_reason_for_doubt(world):
    world.set_up()
    gone = next(user for user in world.account.users if user != world.admin)
    world.account.remove_user(gone)
    read_mirrors(world)
    assert world.stored().state == State.ACTIVE
    with world.ctx.database.read() as conn:
        assert [user.id for user in mirrors.users_of(conn, world.account.id) if user.is_removed] == [gone]
    assert world.wrong_cells() == []


def test_an_administrators_grant_goes_before_a_managers(world):
    admin = world.admin
    world.set_up()
    manager = next(user["id"] for user in world.account.users.values() if not user["rights"]["is_admin"])
    grant_again(world, manager, is_admin=False)
    assert [(one.user_id, one.is_admin, one.is_used) for one in grantors(world)] == [
        (admin, True, True),
        (manager, False, False),
    ]
    assert world.stored().state == State.ACTIVE


def test_when_the_grant_in_use_dies_the_next_one_takes_over(world):
    admin = world.admin
    world.set_up()
    second = world.account.add_user("Вторая", is_admin=True)
    grant_again(world, second, is_admin=True)
    assert grantors(world)[0].user_id == second
    revoke(world, second)
    hint(world, next(iter(world.account.leads)))
    world.settle()
    assert world.stored().state == State.ACTIVE
    used, dead = grantors(world)
    assert (used.user_id, used.is_used) == (admin, True)
    assert (dead.user_id, dead.is_used, dead.dead_since is None) == (second, False, False)


def test_an_expired_token_of_the_next_grant_is_refreshed_before_it_is_used(world):
    admin = world.admin
    world.set_up()
    second = world.account.add_user("Вторая", is_admin=True)
    grant_again(world, second, is_admin=True)
    revoke(world, second)
    now_ms = world.ctx.now_ms
    world.ctx = replace(world.ctx, now_ms=lambda: now_ms() + 2 * 86_400_000)
    world.universe.grants.expire_access(world.account.id)
    with connection.client(world.ctx, world.account.id) as client:
        assert client.account().id == world.account.id
    assert world_admin(world) == admin


def test_a_demoted_grantor_is_replaced_by_another_administrator_without_anybody_noticing(world):
    world.set_up()
    first = world_admin(world)
    second = world.account.add_user("Вторая", is_admin=True)
    grant_again(world, second, is_admin=True)
    world.universe.switches.turn({"demotion_weakens_grant": True})
    world.account.change_user(second, is_admin=False)
    read_mirrors(world)
    world.until(lambda: world._is_settled() and world.stored().failures == 0)
    assert world.stored().state == State.ACTIVE
    assert world_admin(world) == first


@pytest.mark.parametrize("trouble", [{}, {"payment_required": True}], ids=["idle", "unpaid"])
def test_a_grant_that_rests_is_refreshed_long_before_it_dies(world, trouble):
    world.set_up()
    world.universe.switches.turn(trouble)
    hint(world, next(iter(world.account.leads)))
    jobs.refresh(world.account.id)
    held = tokens_in_use(world)
    now_ms, world_clock = world.ctx.now_ms, world.universe.clock
    for week in range(1, 16):
        later = week * 7 * 86_400_000
        world.ctx = replace(world.ctx, now_ms=lambda later=later: now_ms() + later)
        world_clock.jump(7 * 86_400)
        keepalive.run(world.ctx, world.account.id)
    world.universe.switches.turn({"payment_required": False})
    assert tokens_in_use(world) != held
    assert not any(one.dead_since for one in grantors(world))
    with world.ctx.database.transaction() as conn:
        accounts.enter(conn, world.account.id, world.stored().state, world.ctx.now)
    with connection.client(world.ctx, world.account.id) as client:
        assert client.account().id == world.account.id


def test_an_unpaid_account_keeps_its_grants_though_nothing_else_is_due(world):
    world.set_up()
    world.universe.switches.turn({"payment_required": True})
    hint(world, next(iter(world.account.leads)))
    jobs.refresh(world.account.id)
    assert world.stored().state == State.PAYMENT_REQUIRED
    with world.ctx.database.transaction() as conn:
        runs.schedule(conn, world.account.id, runs.TOKENS, world.ctx.now)
        assert runs.due(conn, world.ctx.now) == [(world.account.id, runs.TOKENS)]
        accounts.enter(conn, world.account.id, State.BLOCKED, world.ctx.now, retry_at=world.ctx.now + 9)
        assert runs.due(conn, world.ctx.now) == []


def test_an_account_all_of_whose_grants_died_of_age_asks_for_a_person(world):
    world.set_up()
    revoke(world, world_admin(world))
    with world.ctx.database.transaction() as conn:
        conn.exec_driver_sql("UPDATE grants SET refreshed_at = 0")
    keepalive.run(world.ctx, world.account.id)
    assert world.stored().state == State.RECONNECT_REQUIRED


def test_the_lost_answer_of_a_refresh_ends_in_a_clear_state(world):
    world.set_up()
    world.universe.switches.turn({"refresh_answer_lost": True})
    world.universe.grants.expire_access(world.account.id)
    version = world.stored().version
    for _ in range(2):
        with world.ctx.database.transaction() as conn:
            accounts.change(conn, world.account.id, retry_at=0)
        hint(world, next(iter(world.account.leads)))
        jobs.refresh(world.account.id)
    assert world.stored().state == State.RECONNECT_REQUIRED
    assert world.stored().version > version
    asked = world.requests()
    for job in (jobs.refresh, jobs.sweep):
        job(world.account.id)
    assert world.requests() == asked
    grant_again(world, world.admin, is_admin=True)
    world.settle()
    assert world.stored().state == State.ACTIVE
    assert world.wrong_cells() == []


def tokens_in_use(world):
    with world.ctx.database.read() as conn:
        assert grants.living(conn, world.account.id)
        return tokens.current(world.ctx, conn, world.account.id).refresh_token
