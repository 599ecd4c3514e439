"""Full passes against the simulated amoCRM: killed, interrupted, under change, on edges. The oracle tells the truth."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from integration.amo import client, event_log
from integration.store import progress, runs
from integration.store.tables import metadata
from integration.sync import backfill, install, rights
from simulator.scenario import trash
from simulator.scenario.day import ANYTHING, next_change
from tests.sync.conftest import a_world

PAGE = 6
HURRY = 20
DEATHS = int(os.environ.get("PULSE_DEATHS", "12"))
"""How often a pass is killed; fifty times are the whole proof."""
REMOVALS = {trash.delete: 60, trash.restore: 40, trash.merge: 20}
BLOCK = 6
BLOCKS = range(int(os.environ.get("PULSE_PAGING_BLOCKS", "1")))
"""How many times six runs of paging under change; fifty are the whole proof."""


@pytest.fixture(autouse=True)
def whole_slices(monkeypatch):
    """Without a queue the work is done in short slices: here a slice shall be all of it."""
    monkeypatch.setattr(backfill, "ALONE_MS", 10**9)


@pytest.fixture
def small_pages(monkeypatch):
    """A small account shall have many pages."""
    monkeypatch.setattr(client, "_WHOLE_PAGE", (("limit", PAGE),))
    monkeypatch.setattr(client, "_WITH_CONTACTS", (("limit", PAGE), ("with", "contacts")))
    monkeypatch.setattr(event_log, "PAGE", 2 * PAGE)


@contextmanager
def between_requests(world, deed):
    """Call `deed(path)` before every request for a list."""
    served, lock = world.server.application, threading.Lock()

    def application(environ, start_response):
        if environ["PATH_INFO"].startswith("/api/v4/"):
            with lock:
                deed(environ["PATH_INFO"] + "?" + environ["QUERY_STRING"])
        return served(environ, start_response)

    world.server.application = application
    yield
    world.server.application = served


def first_pass(world):
    with world.ctx.database.read() as conn:
        return runs.get(conn, world.account.id, runs.BACKFILL)


def connect(world):
    install.exchange(world.ctx, world.install())
    with world.ctx.database.read() as conn:
        assert runs.get(conn, world.account.id, runs.BACKFILL)


def forget_everything(world):
    with world.ctx.database.transaction() as conn:
        for table in metadata.sorted_tables:
            conn.execute(table.delete())


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("block", BLOCKS)
def test_paging_under_change_loses_nothing(sqlite_url, monkeypatch, block):
    with a_world(sqlite_url, monkeypatch, leads=16, days=10) as world:
        began = time.time()
        # What is asked again after a second shall not cost one.
        world.ctx = replace(world.ctx, now_ms=lambda: int(1000 * (began + HURRY * (time.time() - began))))
        # That so many of so few leads are deleted would be doubted.
        monkeypatch.setattr(rights, "FEW", 1000)
        world.universe.switches.turn({"hook_lost": 1.0})
        for seed in range(block * BLOCK, (block + 1) * BLOCK):
            rng = random.Random(seed)  # noqa: S311 - a seed is the point

            def change(_path, rng=rng):
                if rng.random() < 0.2:
                    next_change(world.account, rng, {**ANYTHING, **REMOVALS})

            forget_everything(world)
            connect(world)
            with between_requests(world, change):
                backfill.run(world.ctx, world.account.id, runs.BACKFILL)
            world.sweep()
            assert first_pass(world).finished_at, seed
            assert world.wrong_cells() == [], seed


def test_passes_that_are_killed_at_any_moment_end_exact(sqlite_url, monkeypatch):
    with a_world(sqlite_url, monkeypatch, leads=60, days=40) as world:
        connect(world)
        rng, deaths = random.Random(7), 0  # noqa: S311 - a seed is the point
        with nursery(world) as ask:
            while deaths < DEATHS or not first_pass(world).finished_at:  # the job of a finished pass begins another
                asked = world.requests() + rng.randrange(14)
                pid, gone = ask()
                if deaths < DEATHS:
                    world.until(lambda gone=gone, asked=asked: gone.is_set() or world.requests() > asked)
                    if not gone.is_set():
                        os.kill(pid, signal.SIGKILL)
                        deaths += 1
                assert gone.wait(60)
        world.settle()
        assert world.wrong_cells() == []


@contextmanager
def nursery(world):
    """Give a function that starts a child which does the pass; it returns the pid, and an event: the child is gone."""
    command = [sys.executable, "-m", "tests.sync.nursery"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=world.environment()
    ) as process:

        def ask():
            process.stdin.write(f"{world.account.id}\n")
            process.stdin.flush()
            pid, gone = int(process.stdout.readline()), threading.Event()
            threading.Thread(target=lambda: (process.stdout.readline(), gone.set()), daemon=True).start()
            return pid, gone

        yield ask


@pytest.mark.usefixtures("small_pages")
def test_an_interrupted_pass_goes_on_at_its_page(world):
    connect(world)
    asked = []

    def fail_in_the_middle(path):
        asked.append(path)
        world.universe.switches.fail_share = float(len(asked) > 25)

    with between_requests(world, fail_in_the_middle):
        backfill.run(world.ctx, world.account.id, runs.BACKFILL)
    stopped = first_pass(world)
    assert stopped.finished_at is None
    assert stopped.progress["kinds"]["leads"]["pages"] > 3
    world.universe.switches.fail_share = 0.0
    with world.ctx.database.transaction() as conn:
        backfill.accounts.enter(conn, world.account.id, "active", world.ctx.now)
    asked.clear()
    with between_requests(world, asked.append):
        backfill.run(world.ctx, world.account.id, runs.BACKFILL)
    assert not any("leads?" in path and "page=1&" in path and "filter" in path for path in asked)
    world.settle()
    assert first_pass(world).finished_at
    assert world.wrong_cells() == []


@pytest.mark.usefixtures("small_pages")
def test_who_was_overtaken_leaves_without_a_trace(world):
    connect(world)
    others = {"owner": "somebody else"}

    def overtake(path):
        if "/events" in path:
            with world.ctx.database.transaction() as conn:
                run = runs.get(conn, world.account.id, runs.BACKFILL)
                runs.save(conn, run, {**run.progress, **others}, due_at=world.ctx.now)

    with between_requests(world, overtake):
        backfill.run(world.ctx, world.account.id, runs.BACKFILL)
    assert first_pass(world).finished_at is None
    assert first_pass(world).progress["owner"] == "somebody else"
    world.settle()
    assert world.wrong_cells() == []


def test_an_empty_account_is_read_in_a_few_requests(sqlite_url, monkeypatch):
    with a_world(sqlite_url, monkeypatch, leads=0, days=1) as world:
        world.set_up()
        assert first_pass(world).finished_at
        assert world.wrong_cells() == []
        assert progress.shown(first_pass(world).progress).requests < 3 * len(backfill.PLAN)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("has_next", [False, True])
def test_an_account_that_fills_its_last_page_ends_there(world, has_next):
    world.universe.switches.turn({"full_last_page_has_next": has_next})
    alive = [row["id"] for row in world.account.leads.values() if not row["is_deleted"]]
    for lead_id in alive[: len(alive) % PAGE]:
        world.account.delete_lead(lead_id, by=world.admin)
    world.set_up()
    assert first_pass(world).finished_at
    assert world.wrong_cells() == []


@pytest.mark.usefixtures("small_pages")
def test_this_month_comes_before_what_was_before(world):
    connect(world)
    asked = []
    with between_requests(world, asked.append):
        backfill.run(world.ctx, world.account.id, runs.BACKFILL)
    lists = [path for path in asked if path.startswith(("/api/v4/leads?", "/api/v4/tasks?", "/api/v4/events?"))]
    first = {}
    for number, path in enumerate(lists):
        name = path.split("?")[0].rpartition("/")[2] + (" since" if "updated_at" in path else "")
        first.setdefault(name, number)
    assert first["leads since"] < first["tasks since"] < first["events"] < first["leads"] < first["tasks"]


@pytest.mark.usefixtures("small_pages")
def test_every_kind_says_how_far_it_is(world):
    seen = []

    def look(_path):
        run = first_pass(world)
        if run is not None and run.progress:
            seen.append(progress.shown(run.progress))

    connect(world)
    with between_requests(world, look):
        backfill.run(world.ctx, world.account.id, runs.BACKFILL)
    end = progress.shown(first_pass(world).progress)
    assert end.is_done
    assert all(kind.is_done and kind.share == progress.WHOLE for kind in end.kinds)
    rows = {kind.kind: kind.rows for kind in end.kinds}
    assert rows["leads"] >= len([row for row in world.account.leads.values() if not row["is_deleted"]])
    shares = [kind.share for shown in seen for kind in shown.kinds if kind.kind == "events" and kind.share is not None]
    assert shares == sorted(shares)
    assert end.requests > sum(kind.pages for kind in end.kinds)
    assert end.rate > 0
