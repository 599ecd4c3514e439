from __future__ import annotations

import pytest
import redis

from integration.store import accounts, dirty
from integration.sync import hints, ring, spill
from tests.sync.conftest import add_account, context_for

HOOK = b"leads[update][0][id]=7&leads[delete][0][id]=8&task[add][0][id]=9&account[id]=31"


@pytest.fixture
def ringing(ctx, valkey_url):
    """The same database, with Redis."""
    with redis.Redis.from_url(valkey_url) as server:
        server.flushall()
    opened = context_for(ctx.settings.database_url, valkey_url)
    yield opened
    opened.close()


def marks(ctx, kind="leads"):
    with ctx.database.read() as conn:
        return [(mark.entity_id, mark.deletion_hinted) for mark in dirty.take(conn, 31, kind, ctx.now_ms(), 250)]


def test_a_hook_marks_what_it_speaks_of_and_rings_once(ringing):
    add_account(ringing, 31)
    for _ in range(3):
        hints.note(ringing, 31, HOOK)
    assert sorted(marks(ringing)) == [(7, False), (8, True)]
    assert marks(ringing, "tasks") == [(9, False)]
    assert ringing.redis.llen("rq:queue:live") == 1
    ring.silence(ringing, 31)
    hints.note(ringing, 31, HOOK)
    assert ringing.redis.llen("rq:queue:live") == 2


def test_without_redis_the_marks_are_there_and_the_silence_is_counted(ctx, account_id):
    hints.note(ctx, account_id, HOOK)
    assert len(marks(ctx)) == 2
    assert ctx.counts["ring_failed"] == 1


def test_the_hooks_of_an_account_that_left_are_dropped(ctx, account_id):
    with ctx.database.transaction() as conn:
        accounts.enter(conn, account_id, accounts.State.UNINSTALLED, ctx.now)
    hints.note(ctx, account_id, HOOK)
    assert marks(ctx) == []


def test_hints_that_find_the_database_down_wait_in_redis(ringing, valkey_url, tmp_path):
    add_account(ringing, 31)
    without = context_for(f"postgresql://postgres@/postgres?host={tmp_path}", valkey_url)
    hints.note(without, 31, HOOK)
    without.close()
    assert marks(ringing) == []
    spill.drain(ringing)
    assert sorted(marks(ringing)) == [(7, False), (8, True)]
    assert ringing.redis.llen(spill.KEY) == 0


def test_with_everything_down_a_hint_is_lost_and_counted(tmp_path):
    nothing = context_for(f"postgresql://postgres@/postgres?host={tmp_path}")
    hints.note(nothing, 31, HOOK)
    assert nothing.counts["hints_lost"] == 1
    nothing.close()
