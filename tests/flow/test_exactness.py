"""A sales day through real processes: whatever happens to hooks, Redis and workers, the numbers are the oracle's."""

from __future__ import annotations

import os
import signal

import pytest

from tests.flow.conftest import drift, settle


def play(stack, changes=60, *, rounds=6, seconds=1800, seed=1):
    for number in range(rounds):
        body = {"changes": changes // rounds, "seed": seed * 100 + number, "seconds": seconds // rounds}
        stack.simulator("play", body)


def test_the_import_alone_gives_the_oracles_numbers(open_whole, database_url):
    with open_whole(database_url=database_url) as stack:
        settle(stack)
        assert drift(stack) == []


def test_lost_doubled_and_reordered_hooks_cost_nothing_after_one_sweep(open_whole, database_url):
    with open_whole(database_url=database_url) as stack:
        mischief = {"hook_lost": 0.1, "hook_doubled": 0.1, "hook_reordered": 0.1, "hook_reorder_ms": 1000}
        stack.simulator("switches", mischief, method="PATCH")
        play(stack, 120)
        settle(stack)
        attempts = stack.simulator("hooks")["attempts"]
        assert {"lost", "doubled"} <= {attempt["kind"] for attempt in attempts}

        stack.sweep()
        assert drift(stack) == []


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(open_whole):
    with open_whole() as stack:
        worker = next(part for part in stack.parts.running if part.name == "worker")
        for seed in range(3):
            play(stack, 12, rounds=2, seconds=60, seed=seed)
            os.kill(worker.process.pid, signal.SIGKILL)
            worker.process.wait()
            stack.parts.running.remove(worker)
            worker = stack.start_worker()
        settle(stack)
        assert drift(stack) == []


@pytest.mark.parametrize("lost", [0.0, 1.0], ids=["hooks-arrive", "hooks-all-lost"])
def test_without_redis_the_numbers_are_exact_only_later(open_whole, lost):
    with open_whole() as stack:
        stack.simulator("switches", {"hook_lost": lost}, method="PATCH")
        valkey = next(part for part in stack.parts.running if part.name == "valkey")
        stack.parts.end(valkey)
        play(stack, 40, rounds=4, seconds=600)
        stack.simulator("hooks/flush", {})
        if lost:
            stack.sweep()
        stack.parts.wait_until(stack.is_settled, "the clock's own work", seconds=60)
        assert drift(stack) == []
