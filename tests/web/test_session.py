"""Who gets in: hostile tokens are refused everywhere, and nobody sees what is not theirs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jwt

from integration.store import accounts, runs
from tests.web import office
from tests.web.office import ADMIN, ANNA, BORIS, HEAD, NOW

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from integration.sync.context import Context

OURS, THEIRS, NOBODYS = 31, 32, 33
PATHS = ("card", "card?entity_type=leads&entity_id=501", "managers", f"managers/{ANNA}/kpi", "managers/0/kpi", "sync")

BROKEN: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 61},
    "not yet": {"nbf": NOW + 61},
    "issued later": {"iat": NOW + 61},
    "no end": {"exp": None},
    "no audience": {"aud": None},
    "another audience": {"aud": "https://pulse.example.com"},
    "a list of audiences": {"aud": ["https://pulse.example.ru"]},
    "another integration": {"client_uuid": "00000000-0000-4000-8000-000000000000"},
    "no account": {"account_id": None},
    "account as text": {"account_id": "31"},
    "account as truth": {"account_id": True},
    "user below zero": {"user_id": -1},
    "issued by a stranger": {"iss": "https://evil.example.com"},
    "issued by a look-alike": {"iss": "https://a31.amocrm.ru.evil.com"},
    "issued without tls": {"iss": "http://a31.amocrm.ru"},
    "issued by another account": {"iss": "https://a32.amocrm.ru"},
    "issuer is no text": {"iss": 5},
}


def test_a_token_with_one_wrong_claim_is_refused(client: FlaskClient, ctx: Context) -> None:
    for path in PATHS:
        for case, claims in BROKEN.items():
            token = office.token(ctx.settings, OURS, ADMIN, **claims)
            answer = client.get(f"/api/v1/{path}", headers={"X-Auth-Token": token})
            assert (answer.status_code, answer.json["error"]["code"]) == (401, "unauthorized"), (path, case)


def hostile_tokens(secret: str, good: str) -> dict[str, str]:
    claims = jwt.decode(good, options={"verify_signature": False})
    head, body, sign = good.split(".")
    return {
        "missing": "",
        "not a token": "hello",
        "another key": jwt.encode(claims, "x" * 40, "HS256"),
        "another algorithm": jwt.encode(claims, secret * 3, "HS512"),
        "none": jwt.encode(claims, None, "none"),
        "cut": good[:-2],
        "changed": f"{head}.{body[:-2]}AA.{sign}",
        "two megabytes": good + "A" * 2_000_000,
        "letters of another script": good + "ё",
        "a list": jwt.api_jws.encode(json.dumps([1]).encode(), secret, "HS256"),
    }


def test_whatever_is_not_a_token_of_amocrm_is_refused(client: FlaskClient, ctx: Context) -> None:
    good = office.token(ctx.settings, OURS, ADMIN)
    assert client.get("/api/v1/card", headers={"X-Auth-Token": good}).status_code == 200
    for case, token in hostile_tokens(ctx.settings.client_secret, good).items():
        answer = client.get("/api/v1/card", headers={"X-Auth-Token": token.encode("utf-8").decode("latin-1")})
        assert answer.status_code == 401, case


def test_bad_input_does_not_come_before_the_token(client: FlaskClient) -> None:
    assert client.get("/api/v1/card?period=century").status_code == 401


def test_another_account_with_the_same_ids_inside_gets_its_own_emptiness(client: FlaskClient, ctx: Context) -> None:
    for path in PATHS:
        for user in (ADMIN, HEAD, ANNA):
            token = office.token(ctx.settings, THEIRS, user)
            answer = client.get(f"/api/v1/{path}", headers={"X-Auth-Token": token})
            assert answer.status_code in {200, 403}
            text = answer.text
            assert "Ольга 31" not in text
            for number in ("300000", "70000", "601", "100000"):
                assert number not in text, (path, user, number)


def test_an_entity_of_another_account_is_unknown_here(client: FlaskClient, ctx: Context) -> None:
    headers = {"X-Auth-Token": office.token(ctx.settings, THEIRS, ADMIN)}
    for entity in ("leads&entity_id=501", "contacts&entity_id=900", "companies&entity_id=800"):
        card = client.get(f"/api/v1/card?entity_type={entity}", headers=headers).json
        assert (card["manager"]["id"], card["entity"]["alerts"]) == (ADMIN, [])


RIGHTS = [
    (ADMIN, f"managers/{BORIS}/kpi", 200),
    (ADMIN, "managers/0/kpi", 200),
    (ADMIN, "managers/123456/kpi", 404),
    (HEAD, f"managers/{ANNA}/kpi", 200),
    (HEAD, f"managers/{BORIS}/kpi", 403),
    (HEAD, "managers/0/kpi", 403),
    (HEAD, "managers/123456/kpi", 403),
    (ANNA, f"managers/{ANNA}/kpi", 200),
    (ANNA, f"managers/{BORIS}/kpi", 403),
    (ANNA, f"managers/{HEAD}/kpi", 403),
    (ANNA, "managers/0/kpi", 403),
    (ANNA, "managers", 403),
]


def test_roles_decide_whose_numbers_are_told(client: FlaskClient, ctx: Context) -> None:
    for user, path, status in RIGHTS:
        token = office.token(ctx.settings, OURS, user)
        answer = client.get(f"/api/v1/{path}", headers={"X-Auth-Token": token})
        assert answer.status_code == status, (user, path)


def test_the_mirror_decides_who_is_an_administrator(client: FlaskClient, ctx: Context) -> None:
    boasting = office.token(ctx.settings, OURS, ANNA, is_admin=True)
    assert client.get("/api/v1/managers", headers={"X-Auth-Token": boasting}).status_code == 403
    new = office.token(ctx.settings, OURS, 77, is_admin=True)
    assert client.get("/api/v1/managers", headers={"X-Auth-Token": new}).status_code == 200
    text = office.token(ctx.settings, OURS, 77, is_admin="true")
    assert client.get("/api/v1/managers", headers={"X-Auth-Token": text}).status_code == 403


def test_an_account_that_never_connected_is_told_how_to(client: FlaskClient, ctx: Context) -> None:
    answer = client.get("/api/v1/card", headers={"X-Auth-Token": office.token(ctx.settings, NOBODYS, ADMIN)})
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert "Подключить" in answer.json["error"]["hint"]


def test_the_page_and_the_token_must_be_of_one_account(client: FlaskClient, ctx: Context) -> None:
    token = office.token(ctx.settings, OURS, ANNA)
    for origin, status in {"https://a31.amocrm.ru": 200, "https://a32.amocrm.ru": 401, "null": 401, "": 401}.items():
        answer = client.get("/api/v1/card", headers={"X-Auth-Token": token, "Origin": origin})
        assert answer.status_code == status, origin


def test_the_operator_s_extra_origin_is_accepted(client: FlaskClient, ctx: Context) -> None:
    local = "http://127.0.0.1:4000"
    token = office.token(ctx.settings, OURS, ANNA, iss=local)
    answer = client.get("/api/v1/card", headers={"X-Auth-Token": token, "Origin": local})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, local)


def test_a_page_at_another_address_has_the_account_looked_up_there(client: FlaskClient, ctx: Context) -> None:
    renamed = "https://renamed.amocrm.ru"
    headers = {"X-Auth-Token": office.token(ctx.settings, OURS, ANNA, iss=renamed), "Origin": renamed}
    with ctx.database.transaction() as conn:
        runs.schedule(conn, OURS, runs.MIRRORS, ctx.now + 3_600)
    assert client.get("/api/v1/card", headers=headers).status_code == 401
    with ctx.database.transaction() as conn:
        assert (OURS, runs.MIRRORS) in runs.due(conn, ctx.now)
        accounts.change(conn, OURS, host="renamed.amocrm.ru")
    assert client.get("/api/v1/card", headers=headers).status_code == 200
