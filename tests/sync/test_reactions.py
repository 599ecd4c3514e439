"""What amoCRM refuses or breaks, and how the numbers come out exact all the same."""

from __future__ import annotations

import pytest

from integration.errors import Halted, Unavailable
from integration.store import dirty, runs
from integration.store.accounts import State
from integration.sync import hints, reading, refresh
from integration.sync.permit import Permit
from simulator.scenario.day import play


def forgive(world):
    """Let the time come at which amoCRM is asked again."""
    with world.ctx.database.transaction() as conn:
        conn.exec_driver_sql("UPDATE accounts SET retry_at = 1 WHERE retry_at > 0")
    world.ctx.limit.stop(world.account.id, 0)


def hint(world, ids):
    pairs = "&".join(f"leads[update][{place}][id]={lead}" for place, lead in enumerate(ids))
    hints.note(world.ctx, world.account.id, f"{pairs}&account[id]={world.account.id}".encode())


@pytest.mark.parametrize("absent", ["ignored", "400", "402", "403"])
def test_without_the_paid_filters_everything_is_exact_and_they_are_not_asked_for_again(world, absent):
    world.universe.switches.turn({"paid_filter": False, "paid_filter_absent": absent})
    world.set_up()
    assert not world.stored().has_filters
    play(world.universe, world.account, 25, 5, 20)
    world.settle()
    world.sweep()
    assert world.wrong_cells() == []
    asked = [each["path"] for each in world.universe.traffic.summary()["requests"]]
    before = len(asked)
    hint(world, list(world.account.leads)[:5])
    refresh.run(world.ctx, world.account.id)
    asked = [each["path"] for each in world.universe.traffic.summary()["requests"]][before:]
    assert asked
    assert not any(path.startswith("/api/v4/leads?") and "filter" in path for path in asked)


def test_an_ended_subscription_keeps_the_numbers_and_what_happened_meanwhile_is_read_afterwards(world):
    world.set_up()
    world.universe.switches.turn({"payment_required": True, "hook_lost": 1.0})
    hint(world, list(world.account.leads)[:1])
    refresh.run(world.ctx, world.account.id)
    stopped = world.stored()
    assert stopped.state == State.PAYMENT_REQUIRED
    play(world.universe, world.account, 25, 5, 20)
    world.universe.switches.turn({"payment_required": False})
    forgive(world)
    refresh.run(world.ctx, world.account.id)
    assert world.stored().state == State.ACTIVE
    assert world.stored().version > stopped.version
    with world.ctx.database.read() as conn:
        assert runs.get(conn, world.account.id, runs.SWEEP).due_at <= world.ctx.now
    world.settle()
    assert world.wrong_cells() == []


def test_one_lead_that_cannot_be_read_holds_no_other_up_and_rests_longer_every_time(world, monkeypatch):
    world.set_up()
    poison, *others = list(world.account.leads)[:12]
    whole = reading.by_id

    def stumbling(ctx, client, account_id, kind, ids):
        if kind == "leads" and poison in ids:
            raise Unavailable("504")
        return whole(ctx, client, account_id, kind, ids)

    monkeypatch.setattr(reading, "by_id", stumbling)
    hint(world, [poison, *others])
    refresh.run(world.ctx, world.account.id)
    with world.ctx.database.read() as conn:
        (left,) = dirty.take(conn, world.account.id, "leads", world.ctx.now_ms() + 10_000, 250)
        assert dirty.take(conn, world.account.id, "leads", world.ctx.now_ms() + 1_000, 250) == []
    assert (left.entity_id, left.tries) == (poison, 1)
    assert world.stored().failures == 0


def test_when_the_pause_is_over_one_request_tries_and_the_others_wait(world):
    world.set_up()
    world.universe.switches.turn({"fail_share": 1.0, "fail_status": 403})
    hint(world, list(world.account.leads)[:1])
    refresh.run(world.ctx, world.account.id)
    assert world.stored().state == State.BLOCKED
    asked = world.requests()
    for _ in range(3):
        refresh.run(world.ctx, world.account.id)
    assert world.requests() == asked
    forgive(world)
    first, second = (Permit(world.ctx, world.stored()) for _ in range(2))
    first.ask()
    with pytest.raises(Halted):
        second.ask()
    first.welcome()
    second.ask()
    forgive(world)
    refresh.run(world.ctx, world.account.id)
    refresh.run(world.ctx, world.account.id)
    assert world.requests() == asked + 1
