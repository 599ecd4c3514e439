"""OAuth as amoCRM does it: consent, codes, rotation, exact errors, install and uninstall."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from tests.simulator.conftest import REDIRECT, Talk

if TYPE_CHECKING:
    from types import SimpleNamespace

PROBLEM = {
    "title": "Некорректный запрос",
    "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
    "status": 401,
    "detail": "В запросе отсутствует ряд параметров или параметры невалидны",
}


API_DOMAIN = "api-b.amocrm.ru"


def consent(world: SimpleNamespace, user_id: int, **form: str) -> requests.Response:
    choice = {"client_id": world.integration.client_id, "user": f"{world.account.id}:{user_id}", "answer": "allow"}
    return requests.post(f"{world.url}/oauth", data=choice | form, allow_redirects=False, timeout=10)


def query_of(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert address.startswith(REDIRECT + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def trade(world: SimpleNamespace, host: str = "", **grant: str) -> requests.Response:
    integration = world.integration
    body = {
        "client_id": integration.client_id,
        "client_secret": integration.client_secret,
        "redirect_uri": REDIRECT,
        "grant_type": "refresh_token" if "refresh_token" in grant else "authorization_code",
    }
    headers = {"Host": host} if host else {}
    return requests.post(f"{world.url}/oauth2/access_token", json=body | grant, headers=headers, timeout=10)


def tokens(world: SimpleNamespace, user_id: int | None = None) -> dict[str, Any]:
    code = query_of(consent(world, user_id or world.admin))["code"]
    answer = trade(world, code=code)
    assert answer.status_code == 200, answer.text
    return answer.json()


def status_of(world: SimpleNamespace, access_token: str, host: str = "") -> int:
    headers = {"Authorization": f"Bearer {access_token}"} | ({"Host": host} if host else {})
    return requests.get(f"{world.url}/api/v4/account", headers=headers, timeout=10).status_code


def test_the_redirect_carries_what_captures_show(world: SimpleNamespace) -> None:
    query = query_of(consent(world, world.admin, state="a b&c"))
    assert query.pop("code").startswith("def502")
    assert query == {
        "referer": "demo.amocrm.ru",
        "state": "a b&c",
        "platform": "1",
        "client_id": world.integration.client_id,
    }
    assert "state" not in query_of(consent(world, world.admin))


def test_a_refusal_is_access_denied(world: SimpleNamespace) -> None:
    assert query_of(consent(world, world.admin, answer="deny", state="s")) == {"error": "access_denied", "state": "s"}
    world.switches.refusal_echoes_state = False
    assert query_of(consent(world, world.admin, answer="deny", state="s")) == {"error": "access_denied"}


def test_only_an_admin_grants_first_then_anybody_may(world: SimpleNamespace) -> None:
    assert query_of(consent(world, world.anna)) == {"error": "access_denied"}
    consent(world, world.admin)
    assert "code" in query_of(consent(world, world.anna))


def test_in_popup_mode_the_opener_travels(world: SimpleNamespace) -> None:
    page = consent(world, world.admin, mode="popup")
    assert page.status_code == 200
    assert "window.opener.location" in page.text
    window = requests.get(f"{world.url}/oauth?client_id={world.integration.client_id}&mode=popup", timeout=10)
    assert 'name="mode" value="popup"' in window.text
    assert requests.get(f"{world.url}/oauth?client_id=unknown", timeout=10).status_code == 404


def test_an_access_token_has_the_claims_of_the_real_one(world: SimpleNamespace) -> None:
    pair = tokens(world)
    assert pair["token_type"] == "Bearer"
    assert (pair["expires_in"], pair["server_time"]) == (86400, world.clock.now())
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    assert claims["aud"] == world.integration.client_id
    assert claims["sub"] == str(world.admin)
    assert claims["exp"] - claims["iat"] == 86400
    assert (claims["account_id"], claims["base_domain"], claims["version"]) == (world.account.id, "amocrm.ru", 2)
    assert claims["api_domain"] == API_DOMAIN
    assert "crm" in claims["scopes"]


def test_a_code_works_once_and_for_twenty_minutes(world: SimpleNamespace) -> None:
    code = query_of(consent(world, world.admin))["code"]
    assert trade(world, code=code).status_code == 200
    again = trade(world, code=code)
    assert again.json() == {"hint": "Authorization code has been revoked", **PROBLEM}
    assert again.headers["Content-Type"] == "application/problem+json"
    late = query_of(consent(world, world.admin))["code"]
    world.clock.jump(20 * 60)
    assert trade(world, code=late).json()["hint"] == "Authorization code has expired"


def test_a_refresh_token_is_used_up_by_its_use(world: SimpleNamespace) -> None:
    first = tokens(world)
    second = trade(world, refresh_token=first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    again = trade(world, refresh_token=first["refresh_token"])
    assert (again.status_code, again.json()) == (401, {"hint": "Token has been revoked", **PROBLEM})
    assert status_of(world, first["access_token"]) == 200
    assert trade(world, refresh_token=second.json()["refresh_token"]).status_code == 200


def test_the_variants_of_a_refresh_are_switches(world: SimpleNamespace) -> None:
    world.switches.turn({"refresh_grace_seconds": 30, "access_survives_refresh": False, "grant_error_status": 400})
    first = tokens(world)
    assert trade(world, refresh_token=first["refresh_token"]).status_code == 200
    assert trade(world, refresh_token=first["refresh_token"]).status_code == 200
    assert status_of(world, first["access_token"]) == 401
    world.clock.jump(31)
    assert trade(world, refresh_token=first["refresh_token"]).status_code == 400


def test_a_lost_answer_costs_the_refresh_token(world: SimpleNamespace) -> None:
    pair = tokens(world)
    world.switches.refresh_answer_lost = True
    with pytest.raises(requests.ConnectionError):
        trade(world, refresh_token=pair["refresh_token"])
    assert trade(world, refresh_token=pair["refresh_token"]).json()["hint"] == "Token has been revoked"


def test_a_refresh_token_lives_three_months(world: SimpleNamespace) -> None:
    pair = tokens(world)
    world.clock.jump(90 * 86400)
    assert trade(world, refresh_token=pair["refresh_token"]).json()["hint"] == "Token has expired"


def test_a_wrong_client_and_a_wrong_redirect_have_their_own_errors(world: SimpleNamespace) -> None:
    wrong = trade(world, code="x", client_secret="guess")
    assert wrong.status_code == 401
    assert wrong.json() == {
        "title": "Некорректный клиент",
        "type": PROBLEM["type"],
        "status": 401,
        "detail": "Авторизация клиента не прошла",
    }
    assert trade(world, code="x", redirect_uri="https://other.example/").json() == PROBLEM
    assert trade(world, code="x").status_code == 401
    assert trade(world, grant_type="password").json() == PROBLEM | {"status": 400}
    nonsense = requests.post(f"{world.url}/oauth2/access_token", data=b"{", timeout=10)
    assert nonsense.status_code == 400


def test_an_access_token_dies_after_a_day(world: SimpleNamespace) -> None:
    token = tokens(world)["access_token"]
    world.clock.jump(86399)
    assert status_of(world, token) == 200
    world.clock.jump(1)
    assert status_of(world, token) == 401
    assert status_of(world, token[:-8] + "AAAAAAAA") == 401


def test_a_renamed_account_is_found_by_its_refresh_token(world: SimpleNamespace) -> None:
    pair = tokens(world)
    requests.post(f"{world.url}/_sim/rename", json={"subdomain": "renamed"}, timeout=10)
    assert trade(world, host="demo.amocrm.ru", refresh_token=pair["refresh_token"]).status_code == 404
    assert status_of(world, pair["access_token"], "demo.amocrm.ru") == 401
    assert status_of(world, pair["access_token"], "renamed.amocrm.ru") == 200
    asked = {"X-Refresh-Token": pair["refresh_token"], "Host": API_DOMAIN}
    found = requests.get(f"{world.url}/oauth2/account/current/subdomain", headers=asked, timeout=10)
    assert found.json() == {
        "id": world.account.id,
        "subdomain": "renamed",
        "domain": "renamed.amocrm.ru",
        "top_level_domain": "ru",
    }
    assert trade(world, host="renamed.amocrm.ru", refresh_token=pair["refresh_token"]).status_code == 200
    elsewhere = requests.get(
        f"{world.url}/oauth2/account/current/subdomain", headers=asked | {"Host": "renamed.amocrm.ru"}, timeout=10
    )
    assert elsewhere.status_code == 401


def test_whether_the_api_domain_serves_the_api_is_a_switch(world: SimpleNamespace) -> None:
    token = tokens(world)["access_token"]
    assert status_of(world, token, API_DOMAIN) == 200
    world.switches.api_domain_serves_api = False
    assert status_of(world, token, API_DOMAIN) == 401


def test_the_install_button_sends_a_code_without_a_state(world: SimpleNamespace, listener: SimpleNamespace) -> None:
    world.integration.redirect_uri = listener.url
    answer = requests.post(f"{world.url}/_sim/install", timeout=10)
    assert answer.json()["status"] == 204
    (heard,) = listener.heard
    code = heard.query.pop("code")
    assert heard.query == {
        "referer": "demo.amocrm.ru",
        "platform": "1",
        "client_id": world.integration.client_id,
        "from_widget": "1",
    }
    assert heard.headers["Accept"] == "application/json, text/plain, */*"
    assert heard.headers["Content-Type"] == "text/plain"
    assert trade(world, code=code, redirect_uri=listener.url).status_code == 200


def test_an_unreachable_integration_is_not_asked_again(world: SimpleNamespace) -> None:
    world.integration.redirect_uri = "http://127.0.0.1:9/callback"
    assert requests.post(f"{world.url}/_sim/install", timeout=10).json()["status"] is None


@pytest.mark.parametrize("names", [("client_uuid",), ("client_id",), ("client_uuid", "client_id")])
def test_disabling_kills_the_tokens_and_sends_a_signed_hook(
    world: SimpleNamespace, amo: Talk, listener: SimpleNamespace, names: tuple[str, ...]
) -> None:
    pair = tokens(world)
    world.integration.disconnect_uri = listener.url
    world.switches.disconnect_parameters = "both" if len(names) == 2 else names[0]
    requests.post(f"{world.url}/_sim/disable", timeout=10)
    message = f"{world.integration.client_id}|{world.account.id}".encode()
    signature = hmac.new(world.integration.client_secret.encode(), message, hashlib.sha256).hexdigest()
    expected = {"account_id": str(world.account.id), "signature": signature}
    assert listener.heard[0].query == expected | dict.fromkeys(names, world.integration.client_id)
    assert status_of(world, pair["access_token"]) == 401
    assert amo.get("account").status_code == 401
    assert trade(world, refresh_token=pair["refresh_token"]).status_code == 401


def test_the_widgets_token_says_who_looks(world: SimpleNamespace) -> None:
    asked = {"user_id": world.anna, "origin": "https://demo.amocrm.ru"}
    token = requests.get(f"{world.url}/_sim/session_token", params=asked, timeout=10).json()["token"]
    claims = jwt.decode(
        token,
        world.integration.client_secret,
        algorithms=["HS256"],
        audience="https://pulse.example",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert claims["iss"] == "https://demo.amocrm.ru"
    assert (claims["account_id"], claims["user_id"], claims["is_admin"]) == (world.account.id, world.anna, False)
    assert claims["exp"] - claims["iat"] == 1800
    assert claims["client_uuid"] == world.integration.client_id


def test_a_grant_holds_in_its_own_account_only(world: SimpleNamespace) -> None:
    world.universe.add_account("other").add_user("Admin", is_admin=True)
    code = query_of(consent(world, world.admin))["code"]
    assert trade(world, host="other.amocrm.ru", code=code).json()["hint"] == "Token has been revoked"
    pair = trade(world, host="demo.amocrm.ru", code=code).json()
    assert trade(world, host="other.amocrm.ru", refresh_token=pair["refresh_token"]).status_code == 401
    assert status_of(world, pair["access_token"], "other.amocrm.ru") == 401
    assert status_of(world, pair["access_token"], "demo.amocrm.ru") == 200


def test_a_kommo_account_is_told_by_its_platform_and_its_domains(world: SimpleNamespace) -> None:
    url, ask = world.url, requests.post
    opened = ask(f"{url}/_sim/accounts", json={"subdomain": "k", "base_domain": "kommo.com", "days": 1}, timeout=30)
    account_id = opened.json()["account_id"]
    assert opened.json()["domain"] == "k.kommo.com"
    admin = next(iter(world.universe.accounts[account_id].users))
    form = {"client_id": world.integration.client_id, "answer": "allow", "user": f"{account_id}:{admin}"}
    went = ask(f"{url}/oauth", data=form, allow_redirects=False, timeout=10).headers["Location"]
    query = parse_qs(urlsplit(went).query)
    assert (query["platform"], query["referer"]) == (["2"], ["k.kommo.com"])
    token = ask(f"{url}/_sim/token", json={"account_id": account_id}, timeout=10).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["base_domain"], claims["api_domain"]) == ("kommo.com", "api-c.kommo.com")
    assert [status_of(world, token, host) for host in ("k.kommo.com", "api-c.kommo.com", API_DOMAIN)] == [200, 200, 401]
    assert ask(f"{url}/_sim/accounts", json={"subdomain": "l", "base_domain": "x.com"}, timeout=10).status_code == 400
