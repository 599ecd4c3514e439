"""How an account connects: by the browser with a state, by amoCRM's server without one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from rq import Queue

from integration.app import create_app
from integration.store import accounts, installs, runs
from integration.store.accounts import State
from integration.store.tables import installs as installs_table
from tests.web.office import NOW

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from integration.sync.context import Context

OURS = 31
GRANT = {"code": "def50200abcdef", "referer": "shop.amocrm.ru", "platform": "1"}


def start(client: FlaskClient, query: str = "") -> str:
    """Begin in the browser; return the state that amoCRM gets."""
    answer = client.get(f"/oauth/start{query}")
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]


def come_back(client: FlaskClient, state: str, **changes: str) -> TestResponse:
    return client.get("/oauth/callback", query_string={**GRANT, "state": state, **changes})


def stored(ctx: Context) -> int:
    with ctx.database.read() as conn:
        return len(conn.execute(installs_table.select()).all())


def test_the_consent_window_gets_our_id_and_a_state_bound_to_the_browser(client: FlaskClient, ctx: Context) -> None:
    answer = client.get("/oauth/start?mode=post_message")
    address = urlsplit(answer.headers["Location"])
    query = parse_qs(address.query)
    assert (address.netloc, address.path) == ("www.amocrm.ru", "/oauth")
    assert (query["client_id"], query["mode"]) == ([ctx.settings.client_id], ["post_message"])
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/oauth"))
    assert client.get("/oauth/start?mode=frame").status_code == 400


def test_the_browser_waits_on_a_page_that_reloads_itself(client: FlaskClient, ctx: Context) -> None:
    answer = come_back(client, start(client))
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert 'http-equiv="refresh"' in page.text
    assert "Подключаем shop.amocrm.ru" in page.text
    assert "def50200" not in page.text
    assert Queue("live", connection=ctx.redis).count == 1
    assert "Connecting shop.amocrm.ru" in client.get(f"{answer.headers['Location']}&lang=en").text


def test_a_state_works_once(ctx: Context) -> None:
    client = create_app(ctx).test_client(use_cookies=False)
    begun = client.get("/oauth/start")
    cookie = begun.headers["Set-Cookie"].partition(";")[0]
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    query = {**GRANT, "state": state}
    assert client.get("/oauth/callback", query_string=query, headers={"Cookie": cookie}).status_code == 302
    again = client.get("/oauth/callback", query_string={**query, "code": "other"}, headers={"Cookie": cookie})
    assert again.status_code == 400
    assert "Ссылка устарела" in again.text
    assert stored(ctx) == 1


@pytest.mark.parametrize("case", ["another browser", "no state", "forged", "expired", "a live ticket"])
def test_a_consent_that_this_browser_did_not_start_is_refused(client: FlaskClient, ctx: Context, case: str) -> None:
    state = start(client)
    if case == "another browser":
        client = create_app(ctx).test_client()
    elif case == "no state":
        state = ""
    elif case == "forged":
        state = state[:-4] + "AAAA"
    elif case == "expired":
        object.__setattr__(ctx, "now_ms", lambda: (NOW + 601) * 1000)
    else:
        from integration.web import tickets  # noqa: PLC0415 - only here

        state = tickets.live(ctx, OURS, 1).url.partition("ticket=")[2]
    answer = come_back(client, state)
    assert answer.status_code == 400
    assert "/oauth/start" in answer.text
    assert stored(ctx) == 0


HOSTILE_HOSTS = (
    "", "evil.com", "shop.amocrm.ru.evil.com", "evil.com/.amocrm.ru", "evil.com#.amocrm.ru", "shop.amocrm.ru:8080",
    "user@shop.amocrm.ru", "shop.amocrm.ru/", "https://shop.amocrm.ru", "shop.amocrm.ru\n", " shop.amocrm.ru",
    "www.amocrm.ru", "api-b.amocrm.ru", "amocrm.ru", ".amocrm.ru", "a.b.amocrm.ru", "-shop.amocrm.ru", "127.0.0.1",
    "shop\x00.amocrm.ru", "шоп.amocrm.ru", "shop.amocrm.ru?x=.amocrm.ru", "[::1]", "sho\u212a.amocrm.ru",
    "a" * 64 + ".amocrm.ru",
)  # fmt: skip


def test_a_hostile_referer_is_refused_before_anything_is_stored(client: FlaskClient, ctx: Context) -> None:
    for host in HOSTILE_HOSTS:
        from_server = client.get("/oauth/callback", query_string={**GRANT, "from_widget": "1", "referer": host})
        assert from_server.status_code == 400, host
        assert come_back(client, start(client), referer=host).status_code == 400, host
    assert stored(ctx) == 0


def test_amocrm_s_server_is_answered_at_once(client: FlaskClient, ctx: Context) -> None:
    query = {**GRANT, "from_widget": "1", "client_id": ctx.settings.client_id}
    answer = client.get("/oauth/callback", query_string=query)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert stored(ctx) == 1
    assert Queue("live", connection=ctx.redis).count == 1


@pytest.mark.parametrize(
    "change", [{"code": ""}, {"code": "x" * 5000}, {"code": "код"}, {"code": "a\nb"}, {"client_id": "another"}]
)
def test_a_grant_that_is_not_ours_is_refused(client: FlaskClient, ctx: Context, change: dict[str, str]) -> None:
    assert client.get("/oauth/callback", query_string={**GRANT, "from_widget": "1", **change}).status_code == 400
    assert stored(ctx) == 0


def test_a_refusal_says_that_nothing_was_stored(client: FlaskClient) -> None:
    answer = client.get("/oauth/callback?error=access_denied&state=x")
    assert answer.status_code == 403
    assert "Доступ не выдан" in answer.text


def test_the_end_of_the_connection_is_told(client: FlaskClient, ctx: Context) -> None:
    status = come_back(client, start(client, "?mode=post_message")).headers["Location"]
    install_id = urlsplit(status).path.rpartition("/")[2]
    with ctx.database.transaction() as conn:
        installs.succeed(conn, install_id, OURS)
    page = client.get(status).text
    assert "a31.amocrm.ru подключён" in page
    assert 'data-origin="https://a31.amocrm.ru"' in page
    assert "opener.js" not in client.get(urlsplit(status).path).text
    with ctx.database.transaction() as conn:
        runs.schedule(conn, OURS, runs.BACKFILL, NOW)
    assert "Загружаем сделки" in client.get(status).text


@pytest.mark.parametrize("problem", ["reconnect_required", "wrong_client", "payment_required", "unexpected_answer"])
def test_a_failed_connection_says_why_and_what_to_do(client: FlaskClient, ctx: Context, problem: str) -> None:
    status = come_back(client, start(client)).headers["Location"]
    with ctx.database.transaction() as conn:
        installs.fail(conn, urlsplit(status).path.rpartition("/")[2], problem)
    page = client.get(status)
    assert page.status_code == 502
    assert "shop.amocrm.ru не подключён" in page.text
    assert "/oauth/start" in page.text


def test_the_pages_hold_no_inline_code_and_no_strangers(client: FlaskClient) -> None:
    status = come_back(client, start(client)).headers["Location"]
    for page in (client.get(status).text, client.get("/oauth/callback?error=access_denied").text):
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script>", page)
        assert not re.search(r"(src|href)=\"(?!/)", page)
    hostile = client.get('/oauth/callback?error="><script>alert(1)</script>').text
    assert "<script>alert" not in hostile


def test_an_account_that_cannot_work_yet_is_not_called_connected(client: FlaskClient, ctx: Context) -> None:
    status = come_back(client, start(client)).headers["Location"]
    with ctx.database.transaction() as conn:
        installs.succeed(conn, urlsplit(status).path.rpartition("/")[2], OURS)
        accounts.enter(conn, OURS, State.INSTALLING, NOW)
    assert 'http-equiv="refresh"' in client.get(status).text
    with ctx.database.transaction() as conn:
        accounts.enter(conn, OURS, State.RIGHTS_MISSING, NOW)
    assert "без прав администратора" in client.get(status).text


def test_the_page_on_privacy_speaks_both_languages(client: FlaskClient) -> None:
    assert "телефонов" in client.get("/privacy").text
    assert "phones" in client.get("/privacy?lang=en").text


def test_an_unknown_install_is_not_found(client: FlaskClient) -> None:
    assert client.get("/oauth/status/none").status_code == 404
