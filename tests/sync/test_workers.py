"""The workers as real processes, with a real Valkey that may go away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
import redis

from integration.store import dirty
from integration.sync import live, ring
from integration.sync.context import open_context
from simulator.scenario.day import play
from workers import clock


@contextmanager
def process(module, world, log):
    with log.open("ab") as output:
        started = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-m", module], env=world.environment(), stdout=output, stderr=output
        )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@pytest.fixture
def ringing_world(world, valkey_url):
    """A world with Redis."""
    with redis.Redis.from_url(valkey_url) as server:
        server.flushall()
    ctx = open_context(world.with_redis(valkey_url))
    world.ctx, quiet = ctx, world.ctx
    yield world
    world.ctx = quiet
    ctx.close()


def pending(world):
    with world.ctx.database.read() as conn:
        return dirty.pending(conn, world.account.id)


def test_a_worker_serves_what_hooks_ring_for_and_ends_when_asked(ringing_world, tmp_path):
    world = ringing_world
    log = tmp_path / "worker.log"
    with process("workers.worker", world, log) as worker, process("workers.clock", world, log) as ticking:
        world.install()
        world.until(world.is_imported)
        with world.ctx.redis.pubsub() as listener:
            listener.subscribe(live.channel(world.account.id))
            play(world.universe, world.account, 20, 11, 20)
            world.until(lambda: not world.universe.deliveries.waiting() and not pending(world))
            world.until(lambda: (listener.get_message() or {}).get("type") == "message")
        world.until(lambda: world.wrong_cells() == [])
        for each in (worker, ticking):
            each.send_signal(signal.SIGTERM)
        assert [each.wait(timeout=10) for each in (worker, ticking)] == [0, 0]
    written = log.read_text()
    assert world.integration.client_secret not in written
    assert "Traceback" not in written


def test_without_redis_the_clock_does_the_work_itself(world, tmp_path):
    with process("workers.clock", world, tmp_path / "clock.log"):
        world.install()
        world.until(world.is_imported)
        world.until(lambda: not pending(world))
    assert world.wrong_cells() == []


def test_a_worker_outlives_redis(world, tmp_path):
    log = tmp_path / "worker.log"
    with process("workers.worker", world, log) as worker:
        world.until(lambda: log.exists() and log.read_text().count("redis_down") >= 2)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0


def test_two_clocks_are_harmless(ringing_world):
    world = ringing_world
    world.install()
    environment = os.environ | world.environment()
    assert environment["PULSE_REDIS_URL"]
    for _ in range(2):
        clock.tick(world.ctx)
    assert ring.ring(world.ctx, 5)
    assert ring.ring(world.ctx, 5)
    assert world.ctx.redis.llen("rq:queue:live") == 2  # the install and one ring
