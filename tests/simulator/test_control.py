"""The control address: deeds, switches, clock, truth."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.simulator.conftest import START, Talk

if TYPE_CHECKING:
    from types import SimpleNamespace

Sim = Callable[..., requests.Response]


@pytest.fixture
def sim(world: SimpleNamespace) -> Sim:
    """Ask the control address."""

    def ask(method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(method, f"{world.url}/_sim/{path}", json=body, timeout=10)

    return ask


def test_a_deed_is_one_mutation(world: SimpleNamespace, sim: Sim, amo: Talk) -> None:
    place = {"pipeline_id": world.pipeline, "status_id": world.stages[0]}
    lead_id = sim("POST", "act", {"do": "create_lead", "by": world.anna, "price": 7, **place}).json()["result"]
    assert sim("POST", "act", {"do": "change_lead", "id": lead_id, "by": world.anna, "status_id": 142}).ok
    assert amo.get(f"leads/{lead_id}").json()["status_id"] == 142


def test_a_deed_that_cannot_be_done_says_why(sim: Sim) -> None:
    assert sim("POST", "act", {"do": "change_lead", "id": 5, "by": 0, "price": 1}).status_code == 404
    assert sim("POST", "act", {"do": "create_lead", "by": 0, "pipeline_id": 1, "status_id": 1}).status_code == 400
    assert sim("POST", "act", {"do": "create_lead"}).status_code == 400
    assert "no deed" in sim("POST", "act", {"do": "__init__"}).json()["error"]
    assert sim("POST", "act", [1]).status_code == 400
    assert sim("GET", "truth?account_id=5").status_code == 404
    assert sim("POST", "rename", {"subdomain": "no dots."}).status_code == 400


def test_switches_are_set_all_or_none(world: SimpleNamespace, sim: Sim) -> None:
    state = sim("GET", "switches").json()
    assert state["paid_filter"] is True
    assert sim("PATCH", "switches", {"paid_filter": False, "hook_lost": 1}).json()["hook_lost"] == 1.0
    assert world.switches.paid_filter is False
    for wrong in ({"paid_filter": 1}, {"fail_status": 418}, {"hook_lost": 1.5}, {"slow_ms": -1}, {"magic": True}):
        refusal = sim("PATCH", "switches", {"paid_filter": True, **wrong})
        assert refusal.status_code == 400
        assert next(iter(wrong)) in refusal.json()["error"]
    assert world.switches.paid_filter is False


def test_the_date_header_follows_the_clock(sim: Sim) -> None:
    assert sim("POST", "clock", {"jump": 86400}).json() == {"now": START + 86400, "frozen": True}
    answer = sim("POST", "clock", {"freeze": START + 5})
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == START + 5
    assert sim("POST", "clock", {"resume": True}).json()["frozen"] is False


def test_the_truth_knows_what_the_api_hides(world: SimpleNamespace, sim: Sim) -> None:
    contact = world.account.create_contact(world.anna, name="Ivan")
    place = {"pipeline_id": world.pipeline, "status_id": world.stages[0]}
    kept, absorbed, purged = (world.account.create_lead(world.anna, contact_id=contact, **place) for _ in range(3))
    world.account.merge_leads(kept, absorbed, world.anna)
    world.account.delete_lead(purged, world.anna)
    world.account.purge_lead(purged)
    task = world.account.create_task(world.anna, complete_till=START)
    world.account.delete_task(task, world.anna)
    world.account.remove_user(world.boris)
    truth = sim("GET", "truth").json()
    assert truth["account"] == {"id": world.account.id, "timezone": "Europe/Moscow", "currency": "RUB"}
    leads = {row["id"]: row for row in truth["leads"]}
    assert leads[absorbed]["merged_into"] == kept
    assert leads[purged]["purged"] is True
    assert leads[kept]["contact_id"] == contact
    assert [row["is_deleted"] for row in truth["tasks"]] == [True]
    assert [row["seq"] for row in truth["events"]] == list(range(1, len(truth["events"]) + 1))
    assert world.boris in {row["id"] for row in truth["users"]}


def test_hooks_are_delivered_and_logged(world: SimpleNamespace, sim: Sim, amo: Talk) -> None:
    hook = {"destination": "http://127.0.0.1:9/hook", "settings": ["add_lead"]}
    assert amo.ask("POST", "webhooks", json=hook).status_code == 201
    place = {"pipeline_id": world.pipeline, "status_id": world.stages[0]}
    world.account.create_lead(world.anna, **place)
    assert sim("POST", "hooks/flush").json()["delivered"] >= 1
    log = sim("GET", "hooks").json()
    assert {row["code"] for row in log["attempts"]} == {"add_lead"}
    assert log["attempts"][0]["url"] == hook["destination"]


def test_a_played_day_moves_the_clock_and_leaves_a_history(world: SimpleNamespace, sim: Sim) -> None:
    world.account.add_loss_reason("Price")
    answer = sim("POST", "play", {"changes": 20, "seed": 3, "seconds": 3600})
    assert len(answer.json()["said"]) == 20
    assert world.clock.now() == START + 3600
    assert len(world.account.events) >= 10


def test_the_program_says_where_it_listens_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "simulator", "--past-days", "2", "--leads", "5", "--start", str(START)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout
        said = json.loads(process.stdout.readline())
        truth = requests.get(f"{said['url']}/_sim/truth", timeout=10).json()
        assert (said["domain"], said["account_id"]) == ("pulse-demo.amocrm.ru", truth["account"]["id"])
        assert len(truth["leads"]) >= 5
        process.terminate()
        assert process.wait(timeout=10) == 0


def test_a_connection_is_kept_alive(world: SimpleNamespace, amo: Talk) -> None:
    for path in ("account", "leads", "deals", "users"):
        amo.get(path)
    adapter = amo.session.get_adapter(world.url)
    assert isinstance(adapter, HTTPAdapter)
    pools = adapter.poolmanager.pools
    assert [(pools[key].num_connections, pools[key].num_requests) for key in pools.keys()] == [(1, 4)]  # noqa: SIM118 - urllib3 forbids iterating
