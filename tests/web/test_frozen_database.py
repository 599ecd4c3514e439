"""A PostgreSQL that hangs: it neither answers nor refuses."""

from __future__ import annotations

import io
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from cryptography.fernet import Fernet

from integration.settings import load
from integration.store import accounts, database, dirty
from integration.sync import spill
from integration.sync.context import open_context
from integration.web.hooks import HookDoor
from tests import servers


@pytest.fixture(scope="module")
def own_postgresql():
    """A PostgreSQL that nobody else needs."""
    with servers.postgresql() as url:
        yield url


@pytest.fixture
def ctx(own_postgresql, valkey_url):
    with redis.Redis.from_url(valkey_url) as server:
        server.flushall()
    database.migrate(own_postgresql)
    opened = open_context(
        load(
            {
                "PULSE_PUBLIC_URL": "https://pulse.example.ru",
                "PULSE_CLIENT_ID": "1",
                "PULSE_CLIENT_SECRET": "secret",
                "PULSE_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
                "PULSE_DATABASE_URL": own_postgresql,
                "PULSE_REDIS_URL": valkey_url,
            }
        )
    )
    with opened.database.transaction() as conn:
        conn.exec_driver_sql("TRUNCATE accounts, dirty")
        accounts.add(
            conn, 31, host="a.amocrm.ru", hook_key="key", sealed_hook_key="sealed", timezone="Europe/Moscow", now=1
        )
    yield opened
    deadline = time.monotonic() + 20
    while opened.database.engine.pool.checkedout() and time.monotonic() < deadline:
        time.sleep(0.02)  # what was left behind ends by itself
    opened.close()


@contextmanager
def frozen(url):
    """Stop the server and all its children, as a hanging disk would."""
    folder = Path(url.rpartition("host=")[2])
    postmaster = int((folder / "postmaster.pid").read_text().splitlines()[0])
    family = [postmaster, *_children(postmaster)]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in family:
            os.kill(pid, signal.SIGCONT)


def _children(parent):
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            yield int(status.parent.name)


def deliver(door, lead):
    """Deliver a hook; return how it was answered and after how many seconds."""
    body = f"leads[update][0][id]={lead}&account[id]=31".encode()
    environ = {"PATH_INFO": "/hooks/key", "REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body))}
    said, started = [], time.monotonic()
    list(door({**environ, "wsgi.input": io.BytesIO(body)}, lambda status, _headers: said.append(status)))
    return said[0], time.monotonic() - started


def marked(ctx):
    with ctx.database.read() as conn:
        return sorted(mark.entity_id for mark in dirty.take(conn, 31, "leads", ctx.now_ms(), 250))


def test_hooks_are_answered_in_time_while_postgresql_hangs_and_none_is_lost(ctx, own_postgresql):
    door = HookDoor(ctx, lambda *_: [])
    assert deliver(door, 1)[0] == "204 No Content"
    with frozen(own_postgresql):
        answers = [deliver(door, lead) for lead in range(2, 12)]
        time.sleep(1.1)
        answers.append(deliver(door, 12))
    assert {status for status, _ in answers} == {"204 No Content"}
    assert max(seconds for _, seconds in answers) < 1.5
    assert sorted(seconds for _, seconds in answers)[-3] < 0.3
    assert ctx.redis.llen(spill.KEY) == 11
    deadline = time.monotonic() + 20
    while ctx.redis.llen(spill.KEY) or ctx.database.engine.pool.checkedout():
        assert time.monotonic() < deadline
        spill.drain(ctx)
    assert marked(ctx) == list(range(1, 13))
    assert ctx.counts["hints_lost"] == 0


def test_a_statement_does_not_wait_for_a_lock_for_ever(own_postgresql, ctx, monkeypatch):
    monkeypatch.setattr(database, "LOCK_SECONDS", 1)
    impatient = database.Database(own_postgresql)
    with ctx.database.transaction() as conn:
        accounts.lock(conn, 31)
        started = time.monotonic()
        with pytest.raises(database.DatabaseDown), impatient.transaction() as other:
            accounts.lock(other, 31)
    impatient.dispose()
    assert time.monotonic() - started < 10


def test_a_forked_child_leaves_its_parents_connections_alone(ctx):
    with ctx.database.read() as conn:
        ours = conn.connection.driver_connection.info.backend_pid
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with ctx.database.read() as conn:
                status = int(conn.connection.driver_connection.info.backend_pid == ours)
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with ctx.database.read() as conn:
        assert conn.connection.driver_connection.info.backend_pid == ours
