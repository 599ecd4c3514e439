from __future__ import annotations

import multiprocessing
import threading
import time
from typing import TYPE_CHECKING

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from integration.amo.rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

PER_SECOND = 6


@pytest.fixture
def client(valkey_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey_url) as connection:
        connection.flushall()
        yield connection


def _most_in_a_second(times: list[float]) -> int:
    """Count the fullest second; less a tenth, by which a busy machine may wake the test too late."""
    times = sorted(times)
    return max(sum(1 for time in times[start:] if time < first + 0.9) for start, first in enumerate(times))


def _send(limit: RateLimit, account_id: int, count: int) -> list[float]:
    times = []
    for _ in range(count):
        limit.wait(account_id)
        times.append(time.monotonic())
    return times


def _send_from_a_process(url: str, count: int, sent: multiprocessing.Queue[list[float]]) -> None:
    with redis.Redis.from_url(url) as connection:
        sent.put(_send(RateLimit(connection, PER_SECOND), 77, count))


def test_a_first_burst_passes_at_once_and_the_next_waits_a_second(client: redis.Redis) -> None:
    times = _send(RateLimit(client, PER_SECOND), 77, PER_SECOND + 1)
    assert times[-2] - times[0] < 0.5
    assert 1 <= times[-1] - times[0] < 2


@pytest.mark.usefixtures("client")
def test_processes_share_an_accounts_window(valkey_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    sent: multiprocessing.Queue[list[float]] = context.Queue()
    processes = [context.Process(target=_send_from_a_process, args=(valkey_url, 5, sent)) for _ in range(3)]
    for process in processes:
        process.start()
    times = [time for _ in processes for time in sent.get(timeout=30)]
    for process in processes:
        process.join()
        process.close()
    sent.close()
    assert len(times) == 15
    assert _most_in_a_second(times) <= PER_SECOND
    assert max(times) - min(times) < 4  # and nobody waited for nothing


def test_threads_share_an_accounts_window(client: redis.Redis) -> None:
    limit, times = RateLimit(client, PER_SECOND), []
    threads = [threading.Thread(target=lambda: times.extend(_send(limit, 77, 3))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == 12
    assert _most_in_a_second(times) <= PER_SECOND


def test_accounts_do_not_wait_for_each_other(client: redis.Redis) -> None:
    limit = RateLimit(client, PER_SECOND)
    started = time.monotonic()
    for account_id in range(20):
        _send(limit, account_id, PER_SECOND)
    assert time.monotonic() - started < 1


GONE = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))


@pytest.mark.parametrize("connection", [None, GONE], ids=["no Redis", "Redis is gone"])
def test_without_redis_the_process_keeps_the_window_itself(connection: redis.Redis | None) -> None:
    times = _send(RateLimit(connection, PER_SECOND), 77, PER_SECOND + 1)
    assert _most_in_a_second(times) <= PER_SECOND
    assert 1 <= times[-1] - times[0] < 2


def test_a_flushed_redis_allows_no_second_burst(client: redis.Redis) -> None:
    limit = RateLimit(client, PER_SECOND)
    times = _send(limit, 77, PER_SECOND)
    client.flushall()
    times += _send(limit, 77, PER_SECOND)
    assert _most_in_a_second(times) <= PER_SECOND


def test_a_clock_that_was_set_back_blocks_nobody(client: redis.Redis) -> None:
    tomorrow = int((time.time() + 86400) * 1_000_000)
    client.lpush("rate:77", *[tomorrow] * PER_SECOND)
    started = time.monotonic()
    RateLimit(client, PER_SECOND).wait(77)
    assert time.monotonic() - started < 0.5


def test_redis_keeps_a_window_for_an_account_and_for_seconds(client: redis.Redis) -> None:
    for _ in range(2):  # two processes, as Redis sees it
        _send(RateLimit(client, 2), 77, 2)
    assert client.llen("rate:77") == 2
    assert 0 < client.pttl("rate:77") <= 5000


def test_many_accounts_are_not_remembered_for_ever(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration.amo.rate_limit.REMEMBERED_ACCOUNTS", 3)
    monkeypatch.setattr("integration.amo.rate_limit.WINDOW", 0.0)
    limit = RateLimit(client, PER_SECOND)
    for account_id in range(100):
        limit.wait(account_id)
    assert len(limit._passed) <= 4
