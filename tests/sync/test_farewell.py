"""How an account leaves: nobody but amoCRM itself can make us delete anything, and then nothing is left."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker
from sqlalchemy import select

from integration.amo.rate_limit import RateLimit
from integration.store import accounts, dirty, erasure, grants, runs
from integration.store.accounts import State
from integration.store.tables import deletions, metadata
from integration.sync import farewell, hints, install, ring, spill, troubles
from integration.sync.addresses import Addresses
from simulator.oauth.grants import Grant
from tests.sync.conftest import add_account
from workers import jobs

NEIGHBOUR = 31


def grace(world, days):
    world.ctx = replace(world.ctx, settings=replace(world.ctx.settings, delete_after_days=days))


def disable(world):
    world.universe.grants.disable(world.integration.client_id, world.account.id)


def later(world, seconds):
    now_ms = world.ctx.now_ms
    world.ctx = replace(world.ctx, now_ms=lambda: now_ms() + seconds * 1000)


def hint(world):
    lead = next(iter(world.account.leads))
    hints.note(world.ctx, world.account.id, f"leads[update][0][id]={lead}&account[id]={world.account.id}".encode())


def rows_naming(ctx, account_id):
    """Every row of every table in which the account's id or host stands, but for the journal."""
    words = (str(account_id), "pulse-demo.amocrm.ru")
    with ctx.database.read() as conn:
        return [
            (table.name, row)
            for table in metadata.sorted_tables
            if table is not deletions
            for row in conn.execute(select(table))
            if any(word in str(value) for value in row for word in words)
        ]


def is_stored(world):
    with world.ctx.database.read() as conn:
        return accounts.find(conn, world.account.id) is not None


def test_after_a_confirmed_uninstall_no_table_names_the_account(both_worlds):
    world = both_worlds
    add_account(world.ctx, NEIGHBOUR)
    world.set_up()
    hint(world)
    assert rows_naming(world.ctx, world.account.id)
    grace(world, 0)
    disable(world)
    farewell.reported(world.ctx, world.account.id)
    world.until(lambda: world._is_settled() and not is_stored(world))
    assert rows_naming(world.ctx, world.account.id) == []
    with world.ctx.database.read() as conn:
        assert [gone for gone, _ in erasure.journal(conn)] == [world.account.id]
        assert accounts.get(conn, NEIGHBOUR).state == State.ACTIVE
        assert dirty.pending(conn, NEIGHBOUR) == 0


def test_a_deletion_goes_chunk_by_chunk_and_is_resumed(world, monkeypatch):
    world.set_up()
    disable(world)
    farewell.reported(world.ctx, world.account.id)
    world.settle()
    monkeypatch.setattr(farewell, "CHUNK", 7)
    real, calls = erasure.some, []

    def killed(*question):
        calls.append(question)
        if len(calls) == 5:
            raise InterruptedError
        return real(*question)

    monkeypatch.setattr(erasure, "some", killed)
    with pytest.raises(InterruptedError):
        farewell.erase(world.ctx, world.account.id)
    assert is_stored(world)
    assert farewell.erase(world.ctx, world.account.id)
    assert rows_naming(world.ctx, world.account.id) == []


def test_an_account_that_returns_in_the_middle_of_its_deletion_begins_from_nothing(world, monkeypatch):
    world.set_up()
    disable(world)
    farewell.reported(world.ctx, world.account.id)
    world.settle()
    monkeypatch.setattr(farewell, "CHUNK", 7)
    real, calls = erasure.some, []

    def killed(*question):
        calls.append(question)
        if len(calls) == 5:
            raise InterruptedError
        return real(*question)

    monkeypatch.setattr(erasure, "some", killed)
    with pytest.raises(InterruptedError):
        farewell.erase(world.ctx, world.account.id)
    monkeypatch.setattr(erasure, "some", real)
    world.set_up()
    assert world.stored().state == State.ACTIVE
    assert not farewell.erase(world.ctx, world.account.id)
    assert world.wrong_cells() == []


def test_redis_forgets_the_account_too(world, valkey_url):
    world.set_up()
    redis = Redis.from_url(valkey_url)
    redis.flushall()
    account_id, ctx = world.account.id, replace(world.ctx, redis=redis)
    with ctx.database.read() as conn:
        key = ctx.vault.open(account_id, accounts.sealed_hook_key(conn, account_id))
        address = accounts.hook_address(conn, account_id)
    assert Addresses(ctx).account_of(key) == account_id
    ring.ring(ctx, account_id)
    RateLimit(redis, 6).wait(account_id)
    redis.lpush(spill.KEY, f"[{account_id}, [], []]", f"[{NEIGHBOUR}, [], []]")
    queue = Queue(ring.BULK, connection=redis, serializer=JSONSerializer)
    queue.enqueue("workers.jobs.nonesuch", account_id, result_ttl=0)
    SimpleWorker([ring.BULK, ring.LIVE], connection=redis, serializer=JSONSerializer).work(burst=True)
    disable(world)
    farewell.reported(ctx, account_id)
    farewell.run(ctx, account_id)
    assert farewell.erase(ctx, account_id)
    kept = {name: redis.dump(name) for name in redis.keys("*")}
    named = [name for name in kept if str(account_id).encode() in name or address.encode() in name]
    assert named == []
    assert redis.lrange(spill.KEY, 0, -1) == [f"[{NEIGHBOUR}, [], []]".encode()]
    assert [name for name in kept if name.startswith(b"rq:job:")] == []
    redis.close()


def test_nothing_is_deleted_before_the_days_of_grace_are_over(world):
    world.set_up()
    disable(world)
    farewell.reported(world.ctx, world.account.id)
    world.settle()
    with world.ctx.database.read() as conn:
        assert grants.of(conn, world.account.id) == []
    later(world, 29 * 86_400)
    world.settle()
    assert is_stored(world)
    later(world, 86_400)
    world.until(lambda: world._is_settled() and not is_stored(world))


def test_the_work_stops_before_amocrm_confirmed_anything(world):
    world.set_up()
    version = world.stored().version
    disable(world)
    farewell.reported(world.ctx, world.account.id)
    assert (world.stored().state, world.stored().version) == (State.UNINSTALLED, version + 1)
    hint(world)
    asked = world.requests()
    for job in (jobs.sweep, jobs.mirrors, jobs.refresh, jobs.nightly):
        job(world.account.id)
    assert world.requests() == asked
    with world.ctx.database.read() as conn:
        assert dirty.pending(conn, world.account.id) == 0


def test_while_amocrm_gives_no_clear_answer_nothing_is_deleted(world):
    world.set_up()
    grace(world, 0)
    world.universe.switches.turn({"fail_share": 1.0, "fail_status": 502})
    farewell.reported(world.ctx, world.account.id)
    farewell.run(world.ctx, world.account.id)
    assert world.stored().state == State.UNINSTALLED
    world.universe.switches.turn({"fail_share": 0.0})
    later(world, farewell.AGAIN)
    world.settle()
    assert world.stored().state == State.ACTIVE
    assert world.wrong_cells() == []


def test_replayed_reports_stop_nobody_for_longer_than_a_moment(world):
    world.set_up()
    grace(world, 0)
    farewell.reported(world.ctx, world.account.id)
    world.settle()
    assert world.stored().state == State.ACTIVE
    for _ in range(5):
        farewell.reported(world.ctx, world.account.id)
        assert world.stored().state == State.ACTIVE
    later(world, farewell.REPLAY_PAUSE)
    disable(world)
    world.until(lambda: world._is_settled() and not is_stored(world))


@pytest.mark.parametrize("is_deleted", [False, True], ids=["before-the-deletion", "after-the-deletion"])
def test_another_administrator_brings_the_account_back(world, is_deleted):
    world.set_up()
    disable(world)
    farewell.reported(world.ctx, world.account.id)
    world.settle()
    if is_deleted:
        assert farewell.erase(world.ctx, world.account.id)
    second = world.account.add_user("Вторая", is_admin=True)
    grant = Grant(world.integration.client_id, world.account.id, second, is_admin=True)
    code = world.universe.grants.issue_code(grant)
    install.exchange(world.ctx, install.accept(world.ctx, world.account.domain, code))
    world.set_up()
    assert world.stored().state == State.ACTIVE
    assert world.wrong_cells() == []
    later(world, 31 * 86_400)
    jobs.farewell(world.account.id)
    assert is_stored(world)


def test_an_account_that_left_without_a_word_is_gone_only_when_amocrm_confirms_it(world):
    world.set_up()
    disable(world)
    hint(world)
    jobs.refresh(world.account.id)
    assert world.stored().state == State.RECONNECT_REQUIRED
    later(world, farewell.GONE_AFTER + 86_400)
    jobs.farewell(world.account.id)
    assert world.stored().state == State.UNINSTALLED
    later(world, 31 * 86_400)
    jobs.farewell(world.account.id)
    assert not is_stored(world)


def test_an_account_that_was_refused_by_mistake_works_again(world):
    world.set_up()
    with world.ctx.database.read() as conn:
        user_id = grants.of(conn, world.account.id)[0].user_id
    with world.ctx.database.transaction() as conn:
        grants.bury(conn, world.account.id, user_id, world.ctx.now)
    hint(world)
    with troubles.met(world.ctx, world.account.id):
        farewell.connection.client(world.ctx, world.account.id).__enter__()
    assert world.stored().state == State.RECONNECT_REQUIRED
    later(world, farewell.GONE_AFTER + 86_400)
    jobs.farewell(world.account.id)
    assert world.stored().state == State.ACTIVE


def test_a_restored_backup_is_cleaned_by_the_journal_and_new_installs_stay(world):
    world.set_up()
    add_account(world.ctx, NEIGHBOUR)
    now = world.ctx.now
    journal = [(world.account.id, now + 1), (NEIGHBOUR, now - 86_400), (4711, now)]
    assert farewell.replay(world.ctx, journal) == [world.account.id]
    assert rows_naming(world.ctx, world.account.id) == []
    with world.ctx.database.read() as conn:
        assert accounts.get(conn, NEIGHBOUR)
        assert {gone for gone, _ in erasure.journal(conn)} == {world.account.id, 4711}


def test_jobs_for_an_account_that_is_gone_leave_no_trace(world):
    world.set_up()
    farewell.replay(world.ctx, [(world.account.id, world.ctx.now + 1)])
    for job in (jobs.sweep, jobs.mirrors, jobs.refresh, jobs.nightly, jobs.tokens, jobs.farewell, jobs.connect):
        job(world.account.id)
    hint(world)
    assert rows_naming(world.ctx, world.account.id) == []
    with world.ctx.database.read() as conn:
        assert runs.due(conn, world.ctx.now) == []
