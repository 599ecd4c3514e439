from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from integration.web.words import section
from tests.web import office
from tests.web.office import ANNA

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from integration.sync.context import Context

MANAGER = f"managers/{ANNA}/kpi"
BAD = {
    "card?period=century": "period",
    "card?period=": "period",
    "card?period=MONTH": "period",
    "card?lang=de": "lang",
    "card?entity_type=deals&entity_id=5": "entity_type",
    "card?entity_type=leads": "entity_id",
    "card?entity_id=5": "entity_type",
    "card?entity_type=leads&entity_id=-5": "entity_id",
    "card?entity_type=leads&entity_id=5.0": "entity_id",
    "card?entity_type=leads&entity_id=%D9%A3": "entity_id",
    "card?entity_type=leads&entity_id=1_000": "entity_id",
    "card?entity_type=leads&entity_id=%2042": "entity_id",
    "card?entity_type=leads&entity_id=1234567890123456789": "entity_id",
    "card?entity_type=leads&entity_id=%00": "entity_id",
    f"{MANAGER}?from=20261101": "to",
    f"{MANAGER}?to=20261101": "from",
    f"{MANAGER}?from=20261131&to=20261201": "from",
    f"{MANAGER}?from=20261102&to=20261101": "from",
    f"{MANAGER}?from=1&to=2": "from",
    f"{MANAGER}?from=99991231&to=99991231": "from",
    f"{MANAGER}?from=00010101&to=00010102": "from",
    f"{MANAGER}?from=123456789012345678&to=123456789012345678": "from",
    f"{MANAGER}?from=20100101&to=20261101": "from",
    f"{MANAGER}?from=2026-11-01&to=2026-11-02": "from",
    f"{MANAGER}?pipeline_id=x": "pipeline_id",
    "managers/anna/kpi": "id",
    "managers/-1/kpi": "id",
    "managers?period=never": "period",
}


def ask(client: FlaskClient, ctx: Context, path: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    token = office.token(ctx.settings, 31, ANNA)
    return client.get(f"/api/v1/{path}", headers={"X-Auth-Token": token, **named})


def test_bad_input_is_named_and_explained_in_both_languages(client: FlaskClient, ctx: Context) -> None:
    for path, field in BAD.items():
        said = []
        for lang in ("ru", "en"):
            answer = ask(client, ctx, path, Accept_Language=lang)
            assert answer.status_code == 400, path
            error = answer.json["error"]
            assert (error["code"], error["field"]) == ("bad_request", field), path
            assert error["hint"] == section(lang, "fields")[field]
            assert field in error["message"]
            said.append(error["message"])
        assert said[0] != said[1]


def test_periods_that_make_sense_are_answered(client: FlaskClient, ctx: Context) -> None:
    for period in ("day", "week", "month", "quarter", "year"):
        answer = ask(client, ctx, f"card?period={period}")
        assert (answer.status_code, answer.json["period"]["key"]) == (200, period)
        assert all(14 <= len(kpi["spark"]) <= 31 for kpi in answer.json["kpis"] if kpi["spark"] is not None)
    future = ask(client, ctx, f"{MANAGER}?from=20270101&to=20270131")
    assert future.status_code == 200


def test_every_problem_has_its_request_s_number(client: FlaskClient, ctx: Context) -> None:
    given = ask(client, ctx, "card?period=x", X_Request_Id="abc-12345678")
    assert given.json["request_id"] == given.headers["X-Request-Id"] == "abc-12345678"
    made = ask(client, ctx, "card?period=x", X_Request_Id="<script>")
    assert re.fullmatch(r"[0-9a-f]{16}", made.json["request_id"])
    assert made.headers["X-Request-Id"] == made.json["request_id"]


def test_unknown_paths_and_methods_have_the_same_body(client: FlaskClient) -> None:
    assert client.get("/api/v1/nothing").json["error"]["code"] == "not_found"
    assert client.post("/api/v1/card").json["error"]["code"] == "method_not_allowed"
    page = client.get("/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_a_broken_database_is_told_without_its_secrets(ctx: Context, client: FlaskClient) -> None:
    with ctx.database.transaction() as conn:
        conn.exec_driver_sql("DROP TABLE counters")
    answer = ask(client, ctx, "card")
    assert answer.status_code in {500, 503}
    assert "counters" not in answer.text
    assert answer.json["error"]["hint"]


def test_both_languages_say_the_same_things() -> None:
    def keys(words: Any, at: str = "") -> set[str]:
        if isinstance(words, dict):
            return {key for name, value in words.items() for key in keys(value, f"{at}.{name}")}
        if isinstance(words, list):
            return {f"{at}[{len(words)}]"}
        return {at + "".join(sorted(re.findall(r"{\w+}", words)))}

    for name in ("errors", "fields", "pages", "problems"):
        assert keys(section("ru", name)) == keys(section("en", name))


@pytest.mark.parametrize("path", ["/", "/oauth/callback", "/api/v1/card", "/healthz"])
def test_every_answer_keeps_browsers_on_a_short_leash(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["Cache-Control"] in {"no-store", "private, no-cache"}


def test_the_probes_tell_life_and_readiness(client: FlaskClient, ctx: Context) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"database": "ok", "redis": "ok"})
    with ctx.database.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM alembic_version")
    behind = client.get("/readyz")
    assert (behind.status_code, behind.json["database"]) == (503, "not migrated")


def test_the_description_names_every_way_in(client: FlaskClient) -> None:
    description = client.get("/openapi/openapi.json").json
    ways = {"/api/v1/card", "/api/v1/managers", "/api/v1/managers/{id}/kpi", "/api/v1/sync"}
    assert set(description["paths"]) == ways
    for path in description["paths"].values():
        assert path["get"]["security"] == [{"session": []}]
        assert {"200", "400", "401", "403", "404"} <= set(path["get"]["responses"])
    assert description["components"]["securitySchemes"]["session"]["name"] == "X-Auth-Token"
    assert "http" not in str(description).replace("https://spec", "")
