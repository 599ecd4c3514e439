from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web import office
from tests.web.office import ANNA

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from integration.sync.context import Context

ORIGINS = {
    "https://a31.amocrm.ru": True,
    "https://shop-1.kommo.com": True,
    "https://old.amocrm.com": True,
    "http://127.0.0.1:4000": True,
    "http://127.0.0.1:4001": False,
    "http://a31.amocrm.ru": False,
    "https://a31.amocrm.ru:8443": False,
    "https://a31.amocrm.ru.evil.com": False,
    "https://evilamocrm.ru": False,
    "https://evil.com#.amocrm.ru": False,
    "https://a.b.amocrm.ru": False,
    "https://A31.amocrm.ru": False,
    "https://a31.amocrm.ru/": False,
    "null": False,
    "*": False,
    "": False,
}


@pytest.mark.parametrize("path", ["card", "managers", "managers/3/kpi"])
def test_browsers_may_ask_first_from_account_pages_only(client: FlaskClient, path: str) -> None:
    for origin, allowed in ORIGINS.items():
        answer = client.options(
            f"/api/v1/{path}",
            headers={"Origin": origin, "Access-Control-Request-Method": "GET",
                     "Access-Control-Request-Headers": "x-auth-token"},
        )  # fmt: skip
        assert answer.status_code == 204
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None), origin
        assert ("X-Auth-Token" in answer.headers.get("Access-Control-Allow-Headers", "")) is allowed
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_refusals_can_be_read_by_the_widget_as_well(client: FlaskClient) -> None:
    for path in ("card", "nothing"):
        answer = client.get(f"/api/v1/{path}", headers={"Origin": "https://a31.amocrm.ru"})
        assert answer.status_code in {401, 404}
        assert answer.headers["Access-Control-Allow-Origin"] == "https://a31.amocrm.ru"
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag, X-Request-Id"


def test_pages_are_open_to_no_other_origin(client: FlaskClient, ctx: Context) -> None:
    origin = {"Origin": "https://a31.amocrm.ru", "X-Auth-Token": office.token(ctx.settings, 31, ANNA)}
    for path in ("/oauth/start", "/healthz", "/openapi/openapi.json"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=origin).headers
