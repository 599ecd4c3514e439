from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from integration.store import accounts, dirty, runs
from integration.store.accounts import State
from tests.web import office
from tests.web.office import ADMIN, ANNA, BORIS, DAY, HEAD, NEWCOMER, NOW

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from integration.sync.context import Context

OURS = 31


def ask(client: FlaskClient, ctx: Context, user: int, query: str = "", **headers: str) -> TestResponse:
    token = office.token(ctx.settings, OURS, user)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(f"/api/v1/card?{query}", headers={"X-Auth-Token": token, **named})


def kpi(card: Any, key: str) -> Any:
    return next(one for one in card["kpis"] if one["key"] == key)


def test_a_manager_sees_their_own_month(client: FlaskClient, ctx: Context) -> None:
    card = ask(client, ctx, ANNA).json
    assert card["viewer"] == {"id": ANNA, "name": "Анна", "role": "manager"}
    assert card["manager"] == {"id": ANNA, "name": "Анна"}
    assert (card["state"], card["version"], card["as_of"], card["pending"]) == ("active", 17, NOW - 5, 0)
    assert (card["currency"], card["timezone"], card["importing"]) == ("RUB", "Europe/Moscow", None)
    assert card["period"] == {
        "key": "month", "from": 1793480400, "to": 1796072400, "first_day": 20261101, "last_day": 20261130,
    }  # fmt: skip
    won = kpi(card, "won_sum")
    assert (won["title"], won["unit"], won["value"], won["previous"]) == ("Сумма продаж", "money", 300_000, 900_000)
    assert len(won["spark"]) == 20
    assert won["spark"][2] == 100_000
    assert sum(won["spark"]) == 300_000
    assert kpi(card, "open_leads")["value"] == 2
    assert kpi(card, "open_leads")["previous"] is None


def test_overdue_tasks_carry_the_money_of_each_lead_once(client: FlaskClient, ctx: Context) -> None:
    card = ask(client, ctx, ANNA).json
    assert card["overdue"] == {"count": 2, "oldest": NOW - 2 * DAY}
    assert kpi(card, "tasks_overdue")["parts"]["value"] == 70_000
    assert kpi(card, "tasks_on_time")["value"] == 6000  # 3 of 3 closed and 2 open ones
    assert kpi(card, "leads_without_task")["value"] == 1


@pytest.mark.parametrize(
    ("user", "lead", "shown"),
    [(ADMIN, 503, BORIS), (HEAD, 501, ANNA), (HEAD, 503, HEAD), (ANNA, 503, ANNA), (ADMIN, 999, ADMIN)],
)
def test_whoever_may_see_the_lead_s_owner_sees_their_numbers(
    client: FlaskClient, ctx: Context, user: int, lead: int, shown: int
) -> None:
    card = ask(client, ctx, user, f"entity_type=leads&entity_id={lead}").json
    assert card["manager"]["id"] == shown


def test_a_lead_s_card_warns_of_its_overdue_tasks(client: FlaskClient, ctx: Context) -> None:
    card = ask(client, ctx, ANNA, "entity_type=leads&entity_id=501").json
    overdue = {"kind": "overdue_task", "task_id": 601, "complete_till": NOW - 2 * DAY, "count": 2}
    assert card["entity"] == {"type": "leads", "id": 501, "alerts": [overdue]}


def test_a_lead_without_an_open_task_says_so(client: FlaskClient, ctx: Context) -> None:
    card = ask(client, ctx, ANNA, "entity_type=leads&entity_id=502").json
    assert card["entity"]["alerts"] == [{"kind": "no_next_task", "count": 1}]


def test_a_contact_s_card_sums_up_its_open_leads(client: FlaskClient, ctx: Context) -> None:
    card = ask(client, ctx, ADMIN, "entity_type=contacts&entity_id=900").json
    assert [(alert["kind"], alert["count"]) for alert in card["entity"]["alerts"]] == [
        ("overdue_task", 2),
        ("no_next_task", 1),
    ]
    company = ask(client, ctx, ADMIN, "entity_type=companies&entity_id=800").json
    assert [alert["kind"] for alert in company["entity"]["alerts"]] == ["no_next_task"]


def test_alerts_about_a_stranger_s_lead_are_not_told(client: FlaskClient, ctx: Context) -> None:
    assert ask(client, ctx, BORIS, "entity_type=leads&entity_id=501").json["entity"]["alerts"] == []
    assert ask(client, ctx, BORIS, "entity_type=contacts&entity_id=900").json["entity"]["alerts"] == []


def test_a_newcomer_whom_the_mirror_does_not_know_has_an_empty_card_with_reasons(
    client: FlaskClient, ctx: Context
) -> None:
    card = ask(client, ctx, NEWCOMER).json
    assert (card["viewer"]["role"], card["manager"]["id"]) == ("manager", NEWCOMER)
    assert kpi(card, "won_sum")["value"] == 0
    assert (kpi(card, "win_rate")["value"], kpi(card, "win_rate")["reason"]) == (None, "no_closed")


def test_the_tag_spares_the_second_reading(client: FlaskClient, ctx: Context) -> None:
    first = ask(client, ctx, ANNA)
    assert first.headers["ETag"].startswith('W/"17-month-')
    again = ask(client, ctx, ANNA, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_tag_is_another_for_another_viewer_version_query_state_or_queue(client: FlaskClient, ctx: Context) -> None:
    tags = [ask(client, ctx, ANNA).headers["ETag"], ask(client, ctx, BORIS).headers["ETag"]]
    tags.append(ask(client, ctx, ANNA, "period=week").headers["ETag"])
    tags.append(ask(client, ctx, ANNA, "lang=en").headers["ETag"])
    with ctx.database.transaction() as conn:
        dirty.mark(conn, OURS, [("leads", 5)], NOW * 1000)
    tags.append(ask(client, ctx, ANNA).headers["ETag"])
    with ctx.database.transaction() as conn:
        accounts.change(conn, OURS, version=18)
    tags.append(ask(client, ctx, ANNA).headers["ETag"])
    with ctx.database.transaction() as conn:
        accounts.enter(conn, OURS, State.RECONNECT_REQUIRED, NOW)
    tags.append(ask(client, ctx, ANNA).headers["ETag"])
    assert len(set(tags)) == len(tags)


def test_a_broken_connection_is_told_beside_the_last_known_numbers(client: FlaskClient, ctx: Context) -> None:
    with ctx.database.transaction() as conn:
        accounts.enter(conn, OURS, State.RECONNECT_REQUIRED, NOW)
        dirty.mark(conn, OURS, [("leads", 5), ("tasks", 6)], NOW * 1000)
    card = ask(client, ctx, ANNA).json
    assert (card["state"], card["pending"]) == ("reconnect_required", 2)
    assert kpi(card, "won_sum")["value"] == 300_000


def test_the_progress_of_the_import_is_told(client: FlaskClient, ctx: Context) -> None:
    with ctx.database.transaction() as conn:
        runs.schedule(conn, OURS, runs.BACKFILL, NOW)
        run = runs.begin(conn, OURS, runs.BACKFILL, NOW)
        leads = {"pages": 4, "rows": 900, "worked_ms": 2000, "first": 1, "at": 900, "last": 900, "is_done": True}
        events = {"pages": 13, "rows": 1100, "worked_ms": 6000, "first": 500, "at": 400, "last": 100, "is_done": False}
        kinds = {"leads": leads, "events": events}
        runs.save(conn, run, {"phase": "events", "done": 1100, "worked_ms": 8000, "kinds": kinds}, due_at=NOW)
    assert ask(client, ctx, ANNA).json["importing"] == {
        "phase": "events", "done": 1100, "rate": 250, "left": 18,
        "kinds": [
            {"kind": "leads", "rows": 900, "share": 10000, "left": 0, "is_done": True},
            {"kind": "events", "rows": 1100, "share": 2500, "left": 18, "is_done": False},
        ],
    }  # fmt: skip


def test_titles_speak_the_asked_language(client: FlaskClient, ctx: Context) -> None:
    assert kpi(ask(client, ctx, ANNA, "lang=en").json, "won_sum")["title"] == "Sales"
    assert kpi(ask(client, ctx, ANNA, Accept_Language="en-GB,en").json, "won_sum")["title"] == "Sales"
    assert kpi(ask(client, ctx, ANNA, "lang=ru", Accept_Language="en").json, "won_sum")["title"] == "Сумма продаж"


def test_the_card_brings_a_ticket_for_the_live_stream(client: FlaskClient, ctx: Context) -> None:
    live = ask(client, ctx, ANNA).json["live"]
    assert live["url"].startswith("https://pulse.example.ru/live?ticket=")
    assert live["expires_at"] == NOW + 600
