from __future__ import annotations

from dataclasses import replace

import pytest
from redis import Redis

from integration.amo.rate_limit import RateLimit
from integration.cli.checks import stored
from integration.store import accounts, dirty, grants, runs
from integration.store.accounts import State
from integration.sync import hints


def reasons(told, *words):
    return {one["check"]: one["reason"] for one in told("doctor", *words)}


def wrong(told, *words):
    return {one["check"]: one["reason"] for one in told("doctor", *words) if one["verdict"] == "wrong"}


@pytest.mark.parametrize("world", ["sqlite", "postgresql"], indirect=True)
def test_a_healthy_account_has_nothing_wrong_but_the_missing_redis(world, pulse, told):
    assert wrong(told, world.account.id) == {"queue": "down"}
    shown = pulse("doctor", world.account.id)
    assert (shown.exit_code, "Проверьте PULSE_REDIS_URL" in shown.stdout) == (1, True)
    assert "Check PULSE_REDIS_URL" in pulse("doctor", lang="en").stdout
    checks = reasons(told, world.account.id)
    assert {"database", "clock", "tokens", "users", "marks", "events", "rights", "hooks", "skew"} <= set(checks)


def test_a_hook_that_amocrm_switched_off_or_that_is_absent_is_found(world, told):
    [hook] = world.account.webhooks.values()
    hook["disabled"] = True
    assert wrong(told, world.account.id)["hooks"] == "disabled"
    world.account.webhooks.clear()
    assert wrong(told, world.account.id)["hooks"] == "absent"


def test_a_lost_administrator_is_found(world, told):
    world.universe.switches.demotion_weakens_grant = True
    world.account.users[world.admin]["rights"]["is_admin"] = False
    assert wrong(told, world.account.id)["rights"] == "missing"


def test_a_clock_that_is_wrong_is_told_with_its_direction(world, told):
    world.ctx = replace(world.ctx, now_ms=lambda: world.universe.clock.now_ms() + 3_600_000)
    assert wrong(told, world.account.id)["skew"] == "ahead"


def test_tokens_that_are_gone_and_a_state_that_needs_somebody_are_told_with_the_way_back(world, pulse, told):
    with world.ctx.database.transaction() as conn:
        grants.drop(conn, world.account.id)
        accounts.enter(conn, world.account.id, State.RECONNECT_REQUIRED, world.ctx.now)
    before = world.requests()
    found = {one["check"]: one for one in told("doctor", world.account.id)}
    assert found["tokens"]["reason"] == "none"
    assert found["state"]["text"] == "Нужно переподключить"
    assert "нажать «Подключить»" in found["tokens"]["do"]
    assert world.requests() == before
    assert pulse("doctor", world.account.id).exit_code == 1


def test_old_marks_old_cursors_and_work_that_nobody_starts_are_found(world, told):
    old = world.ctx.now - stored.CURSOR_SECONDS - 60
    with world.ctx.database.transaction() as conn:
        dirty.mark(conn, world.account.id, [("leads", 5)], old * 1000)
        accounts.change(conn, world.account.id, events_cursor=old)
        runs.schedule(conn, world.account.id, runs.MIRRORS, old)
    found = wrong(told, world.account.id, "--offline")
    assert (found["marks"], found["events"], found["clock"]) == ("old", "old", "stopped")


def test_offline_asks_amocrm_nothing(world, told):
    before = world.requests()
    assert "hooks" not in reasons(told, world.account.id, "--offline")
    assert world.requests() == before


def test_a_database_that_is_not_migrated_ends_the_examination(world, told):
    with world.ctx.database.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM alembic_version")
    found = reasons(told)
    assert found["database"] == "not_migrated"
    assert "state" not in found


def test_a_mark_that_vanished_breaks_the_law_of_conservation(world, told):
    assert reasons(told, world.account.id, "--offline")["conservation"] == "ok"
    with world.ctx.database.transaction() as conn:
        dirty.mark(conn, world.account.id, [("leads", 5)], world.ctx.now_ms())
        conn.exec_driver_sql("DELETE FROM dirty")
    found = {one["check"]: one for one in told("doctor", world.account.id, "--offline")}
    assert (found["conservation"]["reason"], found["conservation"]["facts"]["lost"]) == ("broken", 1)


def test_what_needs_redis_is_told_when_it_is_there(world, told, valkey_url):
    redis = Redis.from_url(valkey_url)
    world.ctx = replace(world.ctx, redis=redis, limit=RateLimit(redis, 6))
    checks = reasons(told, world.account.id, "--offline")
    assert (checks["heard"], checks["rate"], checks["queue"]) == ("unknown", "ok", "no_workers")
    hints.note(world.ctx, world.account.id, b"leads[update][0][id]=5")
    world.ctx.limit.stop(world.account.id, 60)
    checks = reasons(told, world.account.id, "--offline")
    assert (checks["heard"], checks["rate"]) == ("ok", "stopped")
    redis.flushall()
    redis.close()
