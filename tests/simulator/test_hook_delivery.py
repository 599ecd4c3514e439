"""How webhooks are brought: by real HTTP, with the vendor's patience and its table of retries."""

from __future__ import annotations

import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from simulator.hooks.delivery import Deliveries
from simulator.hooks.letters import delay_before
from simulator.universe import Universe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = 1_763_000_000
DEADLINE = 10


class Receiver:
    """A receiver on a real port that answers 200, or what `answers` holds, and keeps what it was sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], dict[str, str]]] = []
        self.answers: deque[int] = deque()
        self.slow_seconds = 0.0
        self.released = threading.Event()
        self.connections = 0
        receiver = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                receiver.connections += 1
                super().setup()

            def do_POST(self) -> None:
                receiver.receive(self)

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/key"

    def receive(self, request: BaseHTTPRequestHandler) -> None:
        """Keep one request and answer it."""
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.requests.append((dict(request.headers), dict(parse_qsl(body.decode(), keep_blank_values=True))))
        if self.slow_seconds:
            self.released.wait(self.slow_seconds)
        request.send_response(self.answers.popleft() if self.answers else 200)
        request.send_header("Content-Length", "0")
        request.send_header("Location", self.url + "/elsewhere")
        request.end_headers()

    def close(self) -> None:
        """Stop listening."""
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class World:
    """One account with one hook, its clock frozen, so that only jumps make time pass."""

    def __init__(self, receiver: Receiver) -> None:
        self.universe = Universe(seed=7)
        self.clock, self.switches = self.universe.clock, self.universe.switches
        self.clock.freeze(START)
        self.switches.turn({"hook_latency_ms": 0})
        self.account = self.universe.add_account("romashka")
        self.manager = self.account.add_user("Ирина Белова")
        self.pipeline = self.account.add_pipeline("Продажи", ["Новая", "Счёт"])
        self.deliveries = Deliveries(self.universe)
        self.receiver = receiver
        self.hook = self.subscribe(receiver.url, "add_lead", "update_lead", "status_lead")

    def subscribe(self, url: str, *codes: str) -> dict[str, object]:
        """Subscribe an address to codes and return the hook's row."""
        hook_id = self.account.new_id()
        hook = {"id": hook_id, "destination": url, "settings": list(codes), "disabled": False, "updated_at": START}
        self.account.webhooks[hook_id] = hook
        return hook

    def lead(self, price: int = 100) -> int:
        """Create a lead and return its id."""
        status = self.account.first_status(self.pipeline)
        return self.account.create_lead(self.manager, pipeline_id=self.pipeline, status_id=status, price=price)

    def statuses(self) -> list[int | None]:
        """Return how every attempt ended, oldest first."""
        return [attempt.status for attempt in self.deliveries.attempts()]

    def received(self, key: str) -> list[str]:
        """Return the values of one key in the order of arrival."""
        return [body[key] for _, body in self.receiver.requests if key in body]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def world(receiver: Receiver) -> Iterator[World]:
    world = World(receiver)
    yield world
    receiver.released.set()
    world.deliveries.close()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.005)


def test_a_hook_arrives_with_the_captured_headers(world: World) -> None:
    lead_id = world.lead()
    until(lambda: world.statuses() == [200])
    headers, body = world.receiver.requests[0]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert headers["User-Agent"] == "amoCRM-Webhooks/3.0"
    assert headers["Accept-Encoding"] == "gzip"
    assert len(headers["X-Amocrm-Requestid"]) == 36
    assert body["leads[add][0][id]"] == str(lead_id)


def test_only_subscribed_codes_are_sent(world: World) -> None:
    world.account.delete_lead(world.lead(), world.manager)
    world.deliveries.flush()
    assert [attempt.code for attempt in world.deliveries.attempts()] == ["add_lead"]


def test_an_account_opened_later_is_heard_too(world: World) -> None:
    later = world.universe.add_account("lutik")
    user, pipeline = later.add_user("Олег Сосновский"), later.add_pipeline("Продажи", ["Новая"])
    later.webhooks[1] = {"id": 1, "destination": world.receiver.url, "settings": ["add_lead"], "disabled": False}
    later.create_lead(user, pipeline_id=pipeline, status_id=later.first_status(pipeline))
    world.deliveries.flush()
    assert world.received("account[id]") == [str(later.id)]


@pytest.mark.parametrize(
    ("status", "delays"),
    [
        (500, [300, 900, 900, 3600, None]),
        (499, [300, 900, 900, 3600, None]),
        (302, [300, 900, None]),
        (404, [300, 900, None]),
        (0, [300, 900, None]),
        (204, [None]),
    ],
)
def test_the_table_of_retries_is_the_vendors(status: int, delays: list[int | None]) -> None:
    assert [delay_before(attempt, status) for attempt in range(2, 2 + len(delays))] == delays


def test_a_jump_of_the_clock_makes_retries_due(world: World) -> None:
    world.receiver.answers.extend([500, 503, 500, 502, 200])
    world.lead()
    for made, seconds in enumerate((300, 900, 900, 3600), start=1):
        until(lambda made=made: len(world.statuses()) == made and world.deliveries.waiting() == 1)
        world.clock.jump(seconds)
    until(lambda: world.statuses() == [500, 503, 500, 502, 200])
    assert [attempt.sent_at - START for attempt in world.deliveries.attempts()] == [0, 300, 1200, 2100, 5700]
    assert world.deliveries.waiting() == 0


def test_a_client_error_is_retried_twice_only(world: World) -> None:
    world.receiver.answers.extend([404] * 9)
    world.lead()
    until(lambda: len(world.statuses()) == 1)
    for _ in range(6):
        world.clock.jump(3600)
        world.deliveries.flush()
    assert world.statuses() == [404, 404, 404]


def test_a_redirect_is_a_failure_and_not_followed(world: World) -> None:
    world.receiver.answers.append(302)
    world.lead()
    until(lambda: world.statuses() == [302])
    assert len(world.receiver.requests) == 1
    assert world.deliveries.waiting() == 1


def test_task_updates_are_kept_back_by_the_switch(world: World) -> None:
    world.subscribe(world.receiver.url, "add_task", "update_task")
    task_id = world.account.create_task(world.manager, complete_till=START)
    world.account.change_task(task_id, world.manager, text="Первый")
    world.switches.turn({"hook_update_task": False})
    world.account.change_task(task_id, world.manager, text="Второй")
    world.deliveries.flush()
    assert world.received("task[update][0][text]") == ["Первый"]


def test_a_retry_carries_the_old_snapshot(world: World) -> None:
    world.receiver.answers.append(500)
    lead_id = world.lead(price=100)
    until(lambda: len(world.statuses()) == 1)
    world.account.change_lead(lead_id, world.manager, price=999)
    world.deliveries.flush()
    assert world.received("leads[add][0][price]") == ["100", "100"]
    assert world.received("leads[update][0][price]") == ["999"]


@pytest.mark.parametrize("same", [True, False])
def test_the_request_id_repeats_by_the_switch(world: World, *, same: bool) -> None:
    world.switches.turn({"hook_same_request_id": same})
    world.receiver.answers.append(500)
    world.lead()
    world.deliveries.flush()
    world.deliveries.flush()
    assert len({attempt.request_id for attempt in world.deliveries.attempts()}) == (1 if same else 2)


def test_two_seconds_of_silence_count_as_499(world: World) -> None:
    world.receiver.slow_seconds = 5
    world.lead()
    until(lambda: world.statuses() == [499])
    assert 1900 <= world.deliveries.attempts()[0].ms <= 3000


def test_nobody_at_the_address_is_no_answer(world: World) -> None:
    world.hook["destination"] = "http://127.0.0.1:1/hooks/key"
    world.lead()
    until(lambda: world.statuses() == [0])


def test_a_slow_receiver_delays_nobody_else(world: World) -> None:
    slow = Receiver()
    slow.slow_seconds = 1.5
    world.subscribe(slow.url, "add_lead")
    for _ in range(20):
        world.lead()
    until(lambda: len(world.receiver.requests) == 20)
    assert len(slow.requests) < 20
    slow.close()


def test_more_than_a_hundred_invalid_answers_switch_the_hook_off(world: World) -> None:
    world.receiver.answers.extend([410] * 101)
    for _ in range(100):
        world.lead()
    until(lambda: len(world.statuses()) == 100)
    assert world.hook["disabled"] is False
    world.lead()
    until(lambda: world.hook["disabled"] is True)
    world.lead()
    world.deliveries.flush()
    assert len(world.receiver.requests) == 101


def test_old_failures_are_forgiven_after_two_hours(world: World) -> None:
    world.switches.turn({"hook_latency_ms": 0})
    world.receiver.answers.extend([410] * 100)
    for _ in range(100):
        world.lead()
    until(lambda: len(world.statuses()) == 100)
    world.clock.jump(7200)
    world.receiver.answers.extend([410] * 50)
    world.lead()
    world.deliveries.flush()
    assert world.hook["disabled"] is False


def test_a_lost_hook_is_in_the_log_and_nowhere_else(world: World) -> None:
    world.switches.turn({"hook_lost": 1.0})
    world.lead()
    world.deliveries.flush()
    assert world.receiver.requests == []
    rows = [attempt.row() for attempt in world.deliveries.attempts()]
    assert [(row["lost"], row["status"]) for row in rows] == [(True, None)]


def test_a_doubled_hook_comes_twice(world: World) -> None:
    world.switches.turn({"hook_doubled": 1.0})
    lead_id = str(world.lead())
    world.deliveries.flush()
    assert world.received("leads[add][0][id]") == [lead_id, lead_id]
    assert sorted(attempt.kind for attempt in world.deliveries.attempts()) == ["doubled", "true"]


def test_a_forged_hook_names_a_stranger(world: World) -> None:
    world.switches.turn({"hook_forged": 1.0})
    lead_id = str(world.lead())
    world.deliveries.flush()
    ids = world.received("leads[add][0][id]")
    assert lead_id in ids
    assert len(set(ids)) == 2


def test_a_stale_hook_shows_the_lead_as_it_was(world: World) -> None:
    lead_id = world.lead(price=100)
    world.switches.turn({"hook_stale": 1.0})
    world.account.change_lead(lead_id, world.manager, price=200)
    world.deliveries.flush()
    assert world.received("leads[update][0][price]") == ["100"]


def test_reordered_hooks_arrive_later_than_their_followers(world: World) -> None:
    world.switches.turn({"hook_reordered": 0.5, "hook_reorder_ms": 60_000})
    sent = [str(world.lead()) for _ in range(40)]
    until(lambda: world.deliveries.waiting() < 40)
    world.clock.jump(60)
    until(lambda: len(world.receiver.requests) == 40)
    arrived = world.received("leads[add][0][id]")
    assert sorted(arrived) == sorted(sent)
    assert arrived != sent


def test_a_delayed_hook_waits_for_the_clock(world: World) -> None:
    world.switches.turn({"hook_delayed": 1.0, "hook_delay_ms": 90_000})
    world.lead()
    world.clock.jump(89)
    assert world.statuses() == []
    world.clock.jump(1)
    until(lambda: world.statuses() == [200])


def test_changes_of_one_second_collapse_into_the_last(world: World) -> None:
    lead_id = world.lead()
    world.deliveries.flush()
    world.switches.turn({"hook_collapse": True})
    for price in (1, 2, 3):
        world.account.change_lead(lead_id, world.manager, price=price)
    world.switches.turn({"hook_collapse": False})
    world.lead()
    until(lambda: len(world.receiver.requests) == 2)
    assert world.received("leads[update][0][price]") == [], "the second has not ended"
    world.switches.turn({"hook_collapse": True})
    world.clock.jump(1)
    until(lambda: world.deliveries.waiting() == 0)
    world.account.change_lead(lead_id, world.manager, price=4)
    world.deliveries.flush()
    assert world.received("leads[update][0][price]") == ["3", "4"]


def test_two_requests_of_one_second_stay_two(world: World) -> None:
    world.subscribe(world.receiver.url, "add_unsorted")
    world.switches.turn({"hook_collapse": True})
    uids = [world.account.add_unsorted("forms", name="Заявка") for _ in range(2)]
    world.deliveries.flush()
    assert sorted(world.received("unsorted[add][0][uid]")) == sorted(uids)


def test_what_waits_travels_together(world: World) -> None:
    world.switches.turn({"hook_batch": 3, "hook_latency_ms": 300})
    sent = [str(world.lead()) for _ in range(5)]
    until(lambda: len(world.receiver.requests) == 2)
    bodies = [body for _, body in world.receiver.requests]
    arrived = [[body[key] for key in body if key.endswith("][id]") and "add" in key] for body in bodies]
    assert sorted(map(len, arrived)) == [2, 3]
    assert sorted(arrived[0] + arrived[1]) == sorted(sent)


def test_one_save_may_tell_everything_in_one_body(world: World) -> None:
    lead_id = world.lead()
    world.deliveries.flush()
    world.switches.turn({"hook_batch": 10, "hook_batch_mixed": True, "hook_latency_ms": 300})
    world.account.change_lead(lead_id, world.manager, status_id=142)
    until(lambda: len(world.receiver.requests) == 2)
    _, body = world.receiver.requests[1]
    assert body["leads[update][0][id]"] == body["leads[status][0][id]"] == str(lead_id)


def test_the_same_seed_loses_the_same_hooks(receiver: Receiver) -> None:
    def lost() -> list[bool]:
        world = World(receiver)
        world.switches.turn({"hook_lost": 0.5})
        for _ in range(30):
            world.lead()
        world.deliveries.flush()
        attempts = sorted(world.deliveries.attempts(), key=lambda attempt: attempt.request_id)
        world.deliveries.close()
        return [attempt.status is None for attempt in attempts]

    assert lost() == lost()
    assert 0 < sum(lost()) < 30


def test_five_hundred_hooks_take_few_connections_and_seconds(world: World) -> None:
    started = time.monotonic()
    for _ in range(500):
        world.lead()
    assert world.deliveries.flush() <= 500
    assert world.statuses() == [200] * 500
    assert time.monotonic() - started < 2.5
    assert world.receiver.connections <= 8
