from __future__ import annotations

import pytest

from integration.store import dirty, grants, runs
from integration.store.accounts import State
from integration.sync import farewell, hints, install, refresh


def hint(world, number=None):
    lead = number or next(iter(world.account.leads))
    hints.note(world.ctx, world.account.id, f"leads[update][0][id]={lead}&account[id]={world.account.id}".encode())


def pending(world):
    with world.ctx.database.read() as conn:
        return dirty.pending(conn, world.account.id)


def forgive(world):
    """Let the time come at which amoCRM is asked again."""
    with world.ctx.database.transaction() as conn:
        conn.exec_driver_sql("UPDATE accounts SET retry_at = 1")
    world.ctx.limit.stop(world.account.id, 0)


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        ({"payment_required": True}, State.PAYMENT_REQUIRED),
        ({"fail_share": 1.0, "fail_status": 402}, State.PAYMENT_REQUIRED),
        ({"fail_share": 1.0, "fail_status": 403}, State.BLOCKED),
        ({"fail_share": 1.0, "fail_status": 429}, State.ACTIVE),
        ({"fail_share": 1.0, "fail_status": 502}, State.ACTIVE),
    ],
)
def test_while_amocrm_refuses_it_is_left_alone_and_the_marks_stay(world, trouble, state):
    world.set_up()
    well = world.universe.switches.state()
    world.universe.switches.turn(trouble)
    hint(world)
    refresh.run(world.ctx, world.account.id)
    account = world.stored()
    assert account.state == state
    assert account.retry_at > world.ctx.now
    asked = world.requests()
    refresh.run(world.ctx, world.account.id)
    assert world.requests() == asked
    assert pending(world) == 1
    world.universe.switches.turn(well)
    forgive(world)
    refresh.run(world.ctx, world.account.id)
    assert pending(world) == 0
    assert world.stored().state == State.ACTIVE
    assert world.stored().failures == 0


def test_a_revoked_grant_asks_for_a_person_and_a_new_one_goes_on_with_the_same_numbers(world):
    world.set_up()
    before = world.stored()
    world.universe.grants.disable(world.integration.client_id, world.account.id)
    hint(world)
    refresh.run(world.ctx, world.account.id)
    assert world.stored().state == State.RECONNECT_REQUIRED
    install.exchange(world.ctx, world.install())
    world.settle()
    assert world.stored().state == State.ACTIVE
    assert world.stored().generation == before.generation
    assert world.wrong_cells() == []


def test_a_grant_of_somebody_without_rights_is_told_apart(world):
    manager = next(user["id"] for user in world.account.users.values() if not user["rights"]["is_admin"])
    install.exchange(world.ctx, world.install(user_id=manager))
    assert world.stored().state == State.RIGHTS_MISSING


def test_an_uninstall_stops_everything_and_drops_the_tokens_once_amocrm_confirms_it(world):
    world.set_up()
    world.universe.grants.disable(world.integration.client_id, world.account.id)
    farewell.reported(world.ctx, world.account.id)
    assert world.stored().state == State.UNINSTALLED
    hint(world)
    assert pending(world) == 0
    world.settle()
    assert world.stored().state == State.UNINSTALLED
    with world.ctx.database.read() as conn:
        assert grants.of(conn, world.account.id) == []


def test_a_replayed_report_of_an_uninstall_does_not_disconnect_anybody(world):
    world.set_up()
    farewell.reported(world.ctx, world.account.id)
    world.settle()
    assert world.stored().state == State.ACTIVE
    hint(world)
    assert pending(world) == 1


def test_a_code_that_is_worthless_says_why(world):
    install_id = install.accept(world.ctx, world.account.domain, "def502worthless")
    install.exchange(world.ctx, install_id)
    assert world.install_of(install_id).problem in {"grant_dead", "reconnect_required", "wrong_client"}


def test_a_hook_that_was_switched_off_is_switched_on_again(world):
    world.set_up()
    world.universe.switches.turn({"webhook_post_reenables": False})
    (webhook,) = world.account.webhooks.values()
    webhook["disabled"] = True
    world.sweep()
    assert [hook["disabled"] for hook in world.account.webhooks.values()] == [False]


@pytest.mark.parametrize("refusal", ["402", "403"])
def test_an_edition_without_hooks_works_by_sweeps(world, refusal):
    world.universe.switches.turn({"webhook_tariff_refusal": refusal})
    world.set_up()
    assert world.stored().state == State.ACTIVE
    assert world.wrong_cells() == []


def test_a_hook_of_another_account_and_one_that_says_nothing_are_ignored(world):
    world.set_up()
    hints.note(world.ctx, world.account.id, b"leads[update][0][id]=5&account[id]=1")
    hints.note(world.ctx, world.account.id, b"")
    assert pending(world) == 0


def test_a_hook_that_cannot_be_understood_brings_the_sweep_forward(world):
    world.set_up()
    hints.note(world.ctx, world.account.id, b"leads[update][0][id]=what")
    with world.ctx.database.read() as conn:
        assert runs.get(conn, world.account.id, runs.SWEEP).due_at <= world.ctx.now


def test_a_full_pass_that_was_interrupted_goes_on_where_it_was(world):
    install.exchange(world.ctx, world.install())
    world.universe.switches.turn({"fail_share": 0.3, "fail_status": 502})

    def is_read():
        forgive(world)
        world._is_settled()
        with world.ctx.database.read() as conn:
            return runs.get(conn, world.account.id, runs.BACKFILL).finished_at

    world.until(is_read)
    world.universe.switches.turn({"fail_share": 0.0})
    forgive(world)
    world.set_up()
    assert world.wrong_cells() == []
