from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import responses
from cryptography.fernet import Fernet
from responses import matchers

from integration import settings
from integration.amo.token_client import TokenClient
from integration.errors import BadRequest, Blocked, GrantDead, Unavailable, UnexpectedAnswer, WrongClient

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDPOINT = "https://example.amocrm.ru/oauth2/access_token"
SUBDOMAIN = "https://api-b.amocrm.ru/oauth2/account/current/subdomain"
SETTINGS = settings.load(
    {
        "PULSE_PUBLIC_URL": "https://pulse.example.ru",
        "PULSE_CLIENT_ID": "2e4b1a2c",
        "PULSE_CLIENT_SECRET": "sentinel-secret",
        "PULSE_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }
)
CLAIMS = {"sub": "5", "account_id": 77, "api_domain": "api-b.amocrm.ru", "aud": "2e4b1a2c", "exp": 1}


def _grant(**claims: object) -> dict[str, Any]:
    access_token = jwt.encode(CLAIMS | claims, "amocrms-own-key-nobody-knows-and-nobody-checks")
    return {"token_type": "Bearer", "expires_in": 86400, "access_token": access_token, "refresh_token": "def502"}


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> Iterator[TokenClient]:
    with TokenClient(SETTINGS) as opened:
        yield opened


def test_a_code_becomes_tokens_of_its_account(web: responses.RequestsMock, client: TokenClient) -> None:
    grant = _grant()
    web.post(ENDPOINT, json=grant)
    before = time.time()
    tokens = client.exchange("example.amocrm.ru", "code-1")
    assert (tokens.access_token, tokens.refresh_token) == (grant["access_token"], "def502")
    assert (tokens.account_id, tokens.api_domain) == (77, "api-b.amocrm.ru")
    assert before - 1 < tokens.expires_at - 86400 <= time.time()
    assert json.loads(web.calls[0].request.body or "") == {
        "client_id": "2e4b1a2c",
        "client_secret": "sentinel-secret",
        "redirect_uri": "https://pulse.example.ru/oauth/callback",
        "grant_type": "authorization_code",
        "code": "code-1",
    }


def test_a_refresh_token_becomes_a_new_pair(web: responses.RequestsMock, client: TokenClient) -> None:
    body = {"grant_type": "refresh_token", "refresh_token": "old"}
    web.post(ENDPOINT, json=_grant(), match=[matchers.json_params_matcher(body, strict_match=False)])
    assert client.refresh("example.amocrm.ru", "old").refresh_token == "def502"


@pytest.mark.parametrize("claims", [{"api_domain": "api-b.evil.com"}, {"api_domain": None}, {"api_domain": 5}])
def test_an_api_domain_that_is_not_amocrms_is_forgotten(
    web: responses.RequestsMock, client: TokenClient, claims: dict[str, object]
) -> None:
    web.post(ENDPOINT, json=_grant(**claims))
    assert client.refresh("example.amocrm.ru", "old").api_domain is None


def test_secrets_do_not_show_in_the_tokens_repr(web: responses.RequestsMock, client: TokenClient) -> None:
    web.post(ENDPOINT, json=_grant())
    shown = repr(client.refresh("example.amocrm.ru", "old"))
    assert "def502" not in shown
    assert "eyJ" not in shown


@pytest.mark.parametrize("host", ["evil.com", "example.amocrm.ru@evil.com", "www.amocrm.ru", "127.0.0.1"])
def test_the_secret_goes_to_no_other_host(web: responses.RequestsMock, client: TokenClient, host: str) -> None:
    for send in (client.exchange, client.refresh):
        with pytest.raises(BadRequest):
            send(host, "x")
    with pytest.raises(BadRequest):
        client.current_host(host, "x")
    assert len(web.calls) == 0


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, '{"hint": "Token has been revoked", "title": "Некорректный запрос"}', GrantDead),
        (400, '{"hint": "Authorization code has been revoked"}', GrantDead),
        (401, '{"title": "Некорректный клиент", "detail": "Авторизация клиента не прошла"}', WrongClient),
        (403, "<html>", Blocked),
        (500, "", Unavailable),
        (404, "{}", UnexpectedAnswer),
        (200, "<html>", UnexpectedAnswer),
        (200, "{}", UnexpectedAnswer),
        (200, '{"access_token": "x", "refresh_token": "y", "expires_in": 1}', UnexpectedAnswer),
        (204, "", UnexpectedAnswer),
    ],
)
def test_a_refusal_comes_out_under_its_name_and_without_secrets(
    web: responses.RequestsMock, client: TokenClient, status: int, body: str, error: type[Exception]
) -> None:
    web.post(ENDPOINT, status=status, body=body, content_type="application/json" if body[:1] == "{" else "text/html")
    with pytest.raises(error) as refusal:
        client.refresh("example.amocrm.ru", "sentinel-token")
    assert "sentinel" not in str(refusal.value)


def test_a_renamed_account_is_found_by_its_refresh_token(web: responses.RequestsMock, client: TokenClient) -> None:
    header = matchers.header_matcher({"X-Refresh-Token": "old"})
    answer = {"id": 77, "subdomain": "renamed", "domain": "renamed.amocrm.ru", "top_level_domain": "ru"}
    web.get(SUBDOMAIN, json=answer, match=[header])
    assert client.current_host("api-b.amocrm.ru", "old") == "renamed.amocrm.ru"


def test_a_renamed_account_does_not_lead_elsewhere(web: responses.RequestsMock, client: TokenClient) -> None:
    web.get(SUBDOMAIN, json={"domain": "renamed.evil.com"})
    with pytest.raises(UnexpectedAnswer):
        client.current_host("api-b.amocrm.ru", "old")


def test_an_account_nobody_knows_any_more_has_a_dead_grant(web: responses.RequestsMock, client: TokenClient) -> None:
    web.get(SUBDOMAIN, status=401, json={"title": "Unauthorized"})
    with pytest.raises(GrantDead):
        client.current_host("api-b.amocrm.ru", "old")
