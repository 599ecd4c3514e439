"""Seven requests a second for an integration, fifty for an account, then 429, then the block; and other mischief."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from simulator.switches import Switches
from simulator.traffic import Asked, Traffic

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk


def test_the_eighth_request_of_a_second_is_too_many(world: SimpleNamespace, amo: Talk) -> None:
    world.switches.limits = True
    started = time.monotonic()
    answers = [amo.get("account") for _ in range(8)]
    assert time.monotonic() - started < 1
    assert [answer.status_code for answer in answers] == [200] * 7 + [429]
    assert answers[-1].json() == {
        "title": "Too Many Requests",
        "type": "https://httpstatus.es/429",
        "status": 429,
        "detail": "You have sent too many requests in a given amount of time. Please try again later.",
        "retry_after": 300,
    }
    assert "Retry-After" not in answers[-1].headers
    world.switches.turn({"limit_body": "plain", "limit_retry_after": True})
    plain = amo.get("account")
    assert (plain.status_code, plain.headers["Content-Type"].split(";")[0]) == (429, "text/html")
    assert plain.headers["Retry-After"] == "300"


def test_the_window_slides_over_real_time(world: SimpleNamespace, amo: Talk) -> None:
    world.switches.limits = True
    for _ in range(7):
        amo.get("account")
    world.clock.jump(3600)
    assert amo.get("account").status_code == 429
    deadline = time.monotonic() + 3
    while amo.get("account").status_code == 429:
        world.universe.traffic.forgive()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_account_has_its_own_limit_over_all_integrations() -> None:
    traffic = Traffic(Switches())
    answers = [traffic.admit(f"integration {number // 6}", 1) for number in range(60)]
    assert answers == ["pass"] * 50 + ["too many"] * 10
    assert traffic.admit("integration 0", 2) == "pass"


def test_whether_the_limit_is_per_account_is_a_switch() -> None:
    switches = Switches(limit_scope="integration")
    traffic = Traffic(switches)
    assert [traffic.admit("one", number % 2) for number in range(8)] == ["pass"] * 7 + ["too many"]


def test_repetition_blocks_the_account_with_nginx_html(world: SimpleNamespace, amo: Talk) -> None:
    world.switches.turn({"limits": True, "block_after": 2, "limit_integration": 1})
    statuses = [amo.get("account").status_code for _ in range(5)]
    assert statuses == [200, 429, 429, 403, 403]
    blocked = amo.get("account")
    assert blocked.headers["Content-Type"].startswith("text/html")
    assert "<center>nginx</center>" in blocked.text
    world.switches.limits = False
    assert amo.session.post(f"{world.url}/_sim/forgive").status_code == 200
    assert amo.get("account").status_code == 200


def test_every_request_is_recorded(world: SimpleNamespace, amo: Talk) -> None:
    for _ in range(5):
        amo.get("account")
    amo.get("leads/5")
    record = amo.session.get(f"{world.url}/_sim/requests").json()
    (row,) = record["integrations"]
    assert (row["client_id"], row["account_id"]) == (world.integration.client_id, world.account.id)
    assert (row["count"], row["statuses"], len(row["timestamps"])) == (6, {"200": 5, "204": 1}, 6)
    assert row["max_per_second"] == 6
    assert record["requests"][-1]["path"].startswith("/api/v4/leads/5")


def test_the_busiest_second_is_found_between_whole_seconds() -> None:
    traffic = Traffic(Switches())
    for at in (0.0, 0.6, 0.7, 1.5, 1.61, 1.65, 2.65):
        traffic.record(Asked(at, "one", 1, "GET", "/", 200))
    assert traffic.summary()["integrations"][0]["max_per_second"] == 4


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 403, 402])
def test_the_api_may_fail(world: SimpleNamespace, amo: Talk, status: int) -> None:
    world.switches.turn({"fail_share": 1.0, "fail_status": status})
    answer = amo.get("account")
    assert answer.status_code == status
    assert ("json" in answer.headers["Content-Type"]) is (status in {500, 429, 402})


def test_the_subscription_may_end_and_answers_may_be_slow(world: SimpleNamespace, amo: Talk) -> None:
    world.switches.payment_required = True
    assert amo.get("leads").json()["detail"] == "Payment required"
    world.switches.turn({"payment_required": False, "slow_ms": 150, "slow_share": 1})
    started = time.monotonic()
    amo.get("leads")
    assert time.monotonic() - started >= 0.15
