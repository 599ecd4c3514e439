"""Scripts as people write them: the documented OAuth flow, then reads and writes with a bearer token."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.simulator.conftest import REDIRECT
from tests.simulator.test_rest_writing import new_lead

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk

THREADS, WRITES = 6, 10


def test_a_script_goes_the_whole_way_from_the_window_to_the_rows(world: SimpleNamespace) -> None:
    lead_id = new_lead(world, name="Door")
    with httpx.Client(base_url=world.url, trust_env=False) as script:
        client_id = world.integration.client_id
        window = script.get("/oauth", params={"client_id": client_id, "state": "s", "mode": "post_message"}).text
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', window))
        choices = re.findall(r'<option value="(\d+:\d+)">', window)
        assert choices
        went = script.post("/oauth", data={**form, "user": choices[0], "answer": "allow"}).headers["Location"]
        query = {name: values[0] for name, values in parse_qs(urlsplit(went).query).items()}
        assert (query["state"], query["referer"]) == ("s", world.account.domain)
        ours = {"client_id": client_id, "client_secret": world.integration.client_secret, "redirect_uri": REDIRECT}
        code = {"grant_type": "authorization_code", "code": query["code"]}
        first = script.post("/oauth2/access_token", json={**ours, **code}).json()
        again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = script.post("/oauth2/access_token", json={**ours, **again}).json()
        script.headers["Authorization"] = f"{second['token_type']} {second['access_token']}"
        script.headers["Accept-Encoding"] = "gzip, deflate, br"
        page = script.get("/api/v4/leads", params={"with": "contacts", "page": 1, "limit": 250}).json()
        assert [(row["id"], row["name"]) for row in page["_embedded"]["leads"]] == [(lead_id, "Door")]


def test_the_vendors_library_is_understood(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world, price=5)
    world.account.change_lead(lead_id, world.anna, price=7, status_id=world.stages[1])
    library = {"User-Agent": "amoCRM-API-Library/1.16.0", "X-Library-Version": "1.16.0"}
    amo.session.headers.update({**library, "X-Client-UUID": world.integration.client_id})
    events = {
        "filter[entity]": "lead",
        "filter[entity_id]": str(lead_id),
        "filter[type]": "sale_field_changed,lead_status_changed",
        "filter[created_by]": f"{world.anna},{world.boris}",
        "limit": 100,
        "page": 1,
        "with": "lead_name,contact_name",
    }
    page = amo.get("events", params=events).json()
    assert {row["type"] for row in page["_embedded"]["events"]} == {"sale_field_changed", "lead_status_changed"}
    leads = {
        "filter[id][0]": lead_id,
        "filter[statuses][0][pipeline_id]": world.pipeline,
        "filter[statuses][0][status_id]": world.stages[1],
        "filter[updated_at][from]": 1,
        "order[updated_at]": "desc",
        "with": "contacts,loss_reason,source_id,is_price_modified_by_robot",
    }
    assert [row["id"] for row in amo.get("leads", params=leads).json()["_embedded"]["leads"]] == [lead_id]
    tasks = {"filter[is_completed][0]": 0, "filter[entity_type]": "leads", "filter[entity_id][0]": lead_id}
    assert amo.get("tasks", params=tasks).status_code == 204
    patched = amo.ask("PATCH", "leads", json=[{"id": lead_id, "name": "New", "request_id": "hash"}]).json()
    assert [row["request_id"] for row in patched["_embedded"]["leads"]] == ["hash"]


def test_writes_from_many_sides_at_once_leave_one_unbroken_history(world: SimpleNamespace, amo: Talk) -> None:
    lead_id = new_lead(world, price=0)

    def write(side: int) -> list[int]:
        talk = world.talk()
        prices = (1 + side * WRITES + number for number in range(WRITES))
        return [talk.ask("PATCH", "leads", json=[{"id": lead_id, "price": price}]).status_code for price in prices]

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = [status for side in pool.map(write, range(THREADS)) for status in side]
    assert statuses == [200] * (THREADS * WRITES)
    events = amo.rows(
        f"events?filter[entity]=lead&filter[entity_id]={lead_id}&filter[type]=sale_field_changed&limit=100"
    )
    events.sort(key=lambda event: event["id"])
    before, after = (
        [event[side][0]["sale_field_value"]["sale"] for event in events] for side in ("value_before", "value_after")
    )
    assert len(events) == THREADS * WRITES
    assert before == [0, *after[:-1]]
    assert after[-1] == amo.get(f"leads/{lead_id}").json()["price"]
