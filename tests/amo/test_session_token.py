"""The matrix of forged, broken and doubtful tokens: always Unauthorized, never anything else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import warnings
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from integration.amo.session_token import SessionToken, verify
from integration.errors import Unauthorized

NOW = 1_763_500_000
SECRET = "the-integrations-secret-key-of-some-length"
AUDIENCE = "https://pulse.example.ru"
CLIENT_ID = "2e4b1a2c-5f0f-4f6f-9d0a-6f1d2c3b4a5e"
CLAIMS: dict[str, Any] = {
    "iss": "https://example.amocrm.ru",
    "aud": AUDIENCE,
    "jti": "7a8b9c",
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + 1800,
    "account_id": 77,
    "user_id": 5,
    "subdomain": "example",
    "client_uuid": CLIENT_ID,
    "is_admin": True,
}


def _verify(token: str, now: float = NOW) -> SessionToken:
    return verify(token, secret=SECRET, audience=AUDIENCE, client_id=CLIENT_ID, now=now)


def _signed(header: bytes | dict[str, Any], payload: bytes | dict[str, Any], secret: str = SECRET) -> str:
    """Sign with HS256 whatever is given, so that only the doubtful part can be the reason of a refusal."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return f"{text.decode()}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


HEADER = {"alg": "HS256", "typ": "JWT"}


def _with(**changes: Any) -> str:
    return _signed(HEADER, CLAIMS | changes)


def test_a_genuine_token_says_who_looks() -> None:
    assert _verify(_with()) == SessionToken(77, 5, "https://example.amocrm.ru", is_admin=True)


@pytest.mark.parametrize("claim", ["false", "true", 1, "1", None, [True], {}, False])
def test_only_true_itself_makes_an_administrator(claim: object) -> None:
    assert _verify(_with(is_admin=claim)).is_admin is False


def test_a_token_without_the_claim_is_no_administrators() -> None:
    assert not _verify(_signed(HEADER, {name: value for name, value in CLAIMS.items() if name != "is_admin"})).is_admin


@pytest.mark.parametrize("shift", [-60, 1859])
def test_clocks_may_differ_by_a_minute(shift: int) -> None:
    assert _verify(_with(), now=NOW + shift).user_id == 5


@pytest.mark.parametrize("shift", [-61, 1860, 10**9, -(10**9)])
def test_a_token_of_another_time_is_refused(shift: int) -> None:
    with pytest.raises(Unauthorized):
        _verify(_with(), now=NOW + shift)


REQUIRED = ["exp", "nbf", "iat", "aud", "iss", "account_id", "user_id", "client_uuid"]
WRONG_NUMBERS = ["77", 77.0, 77.5, True, False, None, 0, -5, 2**63, 10**30, [77], {}, "", "NaN"]


@pytest.mark.parametrize("name", REQUIRED)
def test_a_token_without_a_required_claim_is_refused(name: str) -> None:
    with pytest.raises(Unauthorized):
        _verify(_signed(HEADER, {key: value for key, value in CLAIMS.items() if key != name}))


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "account_id", "user_id"])
@pytest.mark.parametrize("value", WRONG_NUMBERS, ids=repr)
def test_a_number_of_another_type_or_size_is_refused(name: str, value: object) -> None:
    with pytest.raises(Unauthorized):
        _verify(_with(**{name: value}))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://pulse.example.ru.evil.com"},
        {"aud": "https://other.example.ru"},
        {"aud": "https://pulse.example.ru/"},
        {"aud": "HTTPS://pulse.example.ru"},
        {"aud": [AUDIENCE]},
        {"aud": [AUDIENCE, "https://other.example.ru"]},
        {"aud": {}},
        {"aud": 5},
        {"aud": ""},
        {"iss": "example.amocrm.ru"},
        {"iss": "https://example.amocrm.ru/path"},
        {"iss": "https://example.amocrm.ru\n"},
        {"iss": ["https://example.amocrm.ru"]},
        {"iss": 5},
        {"iss": ""},
        {"client_uuid": "another-integration"},
        {"client_uuid": CLIENT_ID.upper()},
        {"client_uuid": [CLIENT_ID]},
        {"client_uuid": ""},
    ],
    ids=repr,
)
def test_a_token_for_or_from_elsewhere_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Unauthorized):
        _verify(_with(**change))


def _rsa_token() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return jwt.encode(CLAIMS, pem, algorithm="RS256")


def _hmac_token(algorithm: str, key: str = SECRET, **headers: object) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's advice on the length of keys
        return jwt.encode(CLAIMS, key, algorithm=algorithm, headers=headers or None)


NESTED = b"[" * 1400
GENUINE = _signed(HEADER, CLAIMS)
FORGED = {
    "another key": _hmac_token("HS256", "another key of some length, thirty-two bytes"),
    "an empty key": _signed(HEADER, CLAIMS, ""),
    "HS384": _hmac_token("HS384"),
    "HS512": _hmac_token("HS512"),
    "RS256": _rsa_token(),
    "none": jwt.encode(CLAIMS, "", algorithm="none"),
    "None, capital": _signed({"alg": "None"}, CLAIMS),
    "no algorithm": _signed({"typ": "JWT"}, CLAIMS),
    "algorithm in small letters": _signed({"alg": "hs256"}, CLAIMS),
    "algorithm is a list": _signed({"alg": ["HS256"]}, CLAIMS),
    "kid with another key": _hmac_token("HS256", "k" * 32, kid="../../dev/null"),
    "kid that is a number": _signed(HEADER | {"kid": 5}, CLAIMS),
    "jku with another key": _hmac_token("HS256", "k" * 32, jku="https://evil.com/keys"),
    "jwk with its own key": _hmac_token("HS256", "k" * 32, jwk={"kty": "oct", "k": "a2s"}),
    "unknown critical header": _signed(HEADER | {"crit": ["x"], "x": 1}, CLAIMS),
    "detached payload": _signed(HEADER | {"crit": ["b64"], "b64": False}, CLAIMS),
    "header twice": _signed(b'{"alg":"HS256","alg":"HS256","typ":"JWT"}', CLAIMS),
    "claim twice": _signed(HEADER, json.dumps(CLAIMS)[:-1].encode() + b', "user_id": 6}'),
    "claim twice, deeper": _signed(HEADER, json.dumps(CLAIMS)[:-1].encode() + b', "x": {"a": 1, "a": 1}}'),
    "header is a list": _signed(b"[]", CLAIMS),
    "header is nested": _signed(NESTED, CLAIMS),
    "payload is nested": _signed(HEADER, NESTED),
    "payload is a list": _signed(HEADER, b"[1]"),
    "payload is a string": _signed(HEADER, b'"x"'),
    "payload is not JSON": _signed(HEADER, b"{"),
    "payload is not UTF-8": _signed(HEADER, b'{"a":"\xff"}'),
    "payload is empty": _signed(HEADER, b""),
    "not a number": _signed(HEADER, json.dumps(CLAIMS | {"exp": float("nan")}).encode()),
    "infinite": _signed(HEADER, json.dumps(CLAIMS | {"exp": float("inf")}).encode()),
    "endless digits": _signed(HEADER, b'{"exp": ' + b"9" * 2000 + b"}"),
    "two megabytes": _with(filler="x" * 2_000_000),
    "a little too long": _with(filler="x" * 4000),
    "empty": "",
    "dots": "..",
    "one part": "abc",
    "four parts": f"{GENUINE}.x",
    "cut": GENUINE[:-1],
    "without a signature": GENUINE.rpartition(".")[0] + ".",
    "bearer": f"Bearer {GENUINE}",
    "white space": f" {GENUINE}\n",
    "beyond ASCII": GENUINE + "ы",
    "lone surrogate": GENUINE + "\ud800",
    "NUL": GENUINE + "\x00",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_broken_token_is_refused(name: str) -> None:
    with pytest.raises(Unauthorized):
        _verify(FORGED[name])


def test_a_refusal_does_not_quote_the_token() -> None:
    with pytest.raises(Unauthorized) as refusal:
        _verify(_with(user_id="secret-user"))
    assert "secret-user" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@given(st.text(max_size=200) | st.text(alphabet="abcAZ09-_.=", max_size=200))
def test_any_text_is_refused_with_the_same_error(text: str) -> None:
    with pytest.raises(Unauthorized):
        _verify(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4))
def test_any_claim_of_any_type_is_read_or_refused(value: object) -> None:
    for name in CLAIMS:
        try:
            token = _verify(_signed(HEADER, json.dumps(CLAIMS | {name: value}).encode()))
        except Unauthorized:
            continue
        assert token.account_id > 0
