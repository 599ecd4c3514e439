from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.amo.answers import RETRY_AFTER, Answer, decipher, decipher_token
from integration.errors import (
    AmoError,
    Blocked,
    GrantDead,
    PaymentRequired,
    RateLimited,
    RightsMissing,
    Unavailable,
    UnexpectedAnswer,
    WrongClient,
)

HAL = "application/hal+json"
PROBLEM = "application/problem+json; charset=utf-8"
HTML = b"<html><head><title>403 Forbidden</title></head><body>nginx</body></html>"
OAUTH = "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"


def _problem(status: int, **members: object) -> Answer:
    return Answer(status, PROBLEM, json.dumps({"status": status, **members}).encode())


def test_a_success_is_its_json_with_exact_decimals() -> None:
    content = decipher(Answer(200, HAL, b'{"price_with_minor_units": 1500.10, "price": 1500}'))
    assert content == {"price_with_minor_units": Decimal("1500.10"), "price": 1500}


@pytest.mark.parametrize("answer", [Answer(204, "", b""), Answer(200, HAL, b""), Answer(202, "text/html", b" \n")])
def test_an_empty_success_is_none(answer: Answer) -> None:
    assert decipher(answer) is None


@pytest.mark.parametrize("status", [200, 201, 202, 207])
def test_every_success_is_read_alike(status: int) -> None:
    assert decipher(Answer(status, "application/json", b"[]")) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_problem(400, title="Bad Request", detail="Request validation failed"), UnexpectedAnswer),
        (_problem(401, title="Unauthorized", detail="Неверный логин или пароль"), GrantDead),
        (Answer(401, "text/html", HTML), GrantDead),
        (_problem(402, title="Payment Required"), PaymentRequired),
        (Answer(402, "text/html", HTML), PaymentRequired),
        (_problem(403, title="Forbidden", detail="Access denied"), RightsMissing),
        (Answer(403, "text/html", HTML), Blocked),
        (Answer(403, PROBLEM, HTML), Blocked),
        (Answer(403, "application/json", b""), Blocked),
        (_problem(404, detail="Cannot GET https://example.amocrm.ru/api/v4/x"), UnexpectedAnswer),
        (_problem(405), UnexpectedAnswer),
        (Answer(408, "", b""), Unavailable),
        (_problem(422, detail="Limit 250 per page"), UnexpectedAnswer),
        (_problem(429, title="Too Many Requests", retry_after=300), RateLimited),
        (Answer(429, "text/plain", b"Too many requests"), RateLimited),
        (Answer(499, "", b""), Unavailable),
        (_problem(500, title="ErrInternalServer", trace_id="x"), Unavailable),
        (Answer(502, "text/html", HTML), Unavailable),
        (Answer(503, "", b""), Unavailable),
        (Answer(504, "text/html", b"<html>"), Unavailable),
        (Answer(301, "text/html", HTML), UnexpectedAnswer),
        (Answer(302, "", b""), UnexpectedAnswer),
        (Answer(304, "", b""), UnexpectedAnswer),
        (Answer(100, "", b""), UnexpectedAnswer),
        (Answer(200, "text/html", HTML), UnexpectedAnswer),
        (Answer(200, HAL, b'{"_embedded": {"leads": [{"id": 1'), Unavailable),
        (Answer(200, HAL, b"\xff\xfe"), Unavailable),
        (Answer(200, HAL, b'{"price": NaN}'), Unavailable),
        (Answer(200, HAL, b"[" * 100_000), Unavailable),
    ],
)
def test_every_refusal_says_what_to_do(answer: Answer, error: type[AmoError]) -> None:
    with pytest.raises(AmoError) as refusal:
        decipher(answer)
    assert type(refusal.value) is error


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        (b'{"retry_after": 300}', None, 300),
        (b'{"retry_after": 300}', "5", 300),
        (b'{"retry_after": "7"}', None, 7),
        (b"slow down", "5", 5),
        (b"", None, RETRY_AFTER),
        (b"[]", "soon", RETRY_AFTER),
        (b'{"retry_after": -3}', None, RETRY_AFTER),
        (b'{"retry_after": true}', None, RETRY_AFTER),
        (b"{}", "0", 1),
        (b"{}", "9" * 400, 3600),
        (b"{}", "٣", RETRY_AFTER),
    ],
)
def test_a_429_tells_how_long_to_wait(body: bytes, header: str | None, seconds: float) -> None:
    with pytest.raises(RateLimited) as refusal:
        decipher(Answer(429, "", body, retry_after=header))
    assert refusal.value.retry_after == seconds


@pytest.mark.parametrize(
    "hint",
    ["Token has been revoked", "Authorization code has been revoked", "Authorization code has expired",
     "Cannot decrypt the refresh token", "Token has expired"],
)  # fmt: skip
@pytest.mark.parametrize("status", [400, 401])
def test_a_revoked_or_expired_grant_is_dead(hint: str, status: int) -> None:
    with pytest.raises(GrantDead):
        decipher_token(_problem(status, hint=hint, title="Некорректный запрос", type=OAUTH))


@pytest.mark.parametrize(
    "answer",
    [
        _problem(401, title="Некорректный клиент", detail="Авторизация клиента не прошла", type=OAUTH),
        _problem(
            400, title="Некорректный запрос", detail="В запросе отсутствует ряд параметров или параметры невалидны"
        ),
    ],
)
def test_a_wrong_client_or_redirect_address_is_the_operators_to_fix(answer: Answer) -> None:
    with pytest.raises(WrongClient):
        decipher_token(answer)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(403, "text/html", HTML), Blocked),
        (Answer(503, "text/html", HTML), Unavailable),
        (Answer(400, "text/html", HTML), UnexpectedAnswer),
        (Answer(429, "", b""), RateLimited),
        (_problem(404), UnexpectedAnswer),
    ],
)
def test_a_gateways_refusal_leaves_the_grant_alive(answer: Answer, error: type[AmoError]) -> None:
    with pytest.raises(AmoError) as refusal:
        decipher_token(answer)
    assert type(refusal.value) is error


def test_tokens_are_read_like_any_json() -> None:
    assert decipher_token(Answer(200, "application/json", b'{"token_type": "Bearer"}')) == {"token_type": "Bearer"}


@pytest.mark.parametrize("read", [decipher, decipher_token])
def test_an_error_quotes_neither_addresses_nor_secrets(read: object) -> None:
    token = "def502" + "0a" * 300
    said = (
        f"Cannot POST https://x.amocrm.ru/hooks/sentinel?code={token} with {token} and eyJ0eXAi.{'A' * 40}.{'B' * 40}"
    )
    for status in (400, 401, 402, 403, 422, 429, 500):
        with pytest.raises(AmoError) as refusal:
            read(_problem(status, title="Bad", detail=said, hint=said))  # type: ignore[operator]
        assert "sentinel" not in str(refusal.value)
        assert "def502" not in str(refusal.value)
        assert "AAAA" not in str(refusal.value)
        assert len(str(refusal.value)) < 300


@given(st.integers(100, 599), st.sampled_from([HAL, PROBLEM, "text/html", ""]), st.binary() | st.text().map(str.encode))
def test_any_answer_is_json_or_one_of_our_errors(status: int, content_type: str, body: bytes) -> None:
    for read in (decipher, decipher_token):
        try:
            read(Answer(status, content_type, body))
        except AmoError:
            continue
        assert 200 <= status < 300
