from __future__ import annotations

import hashlib
import hmac

import pytest

from integration.amo.disconnect import verify_query
from integration.errors import BadRequest, Unauthorized

CLIENT_ID = "2e4b1a2c-5f0f-4f6f-9d0a-6f1d2c3b4a5e"
SECRET = "clients-secret"


def _signature(message: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


SIGNED = {"account_id": "77", "client_uuid": CLIENT_ID, "signature": _signature(f"{CLIENT_ID}|77")}


def _verify(query: dict[str, str]) -> int:
    return verify_query(query, client_id=CLIENT_ID, secret=SECRET)


def test_amocrms_notice_names_the_account() -> None:
    assert _verify(SIGNED) == 77


def test_the_other_spelling_of_the_integration_is_read_too() -> None:
    assert _verify({**SIGNED, "client_uuid": "", "client_id": CLIENT_ID}) == 77
    assert _verify({name: value for name, value in SIGNED.items() if name != "client_uuid"} | {"client_id": CLIENT_ID})


@pytest.mark.parametrize(
    "change",
    [
        {"account_id": "78"},
        {"client_uuid": "another"},
        {"client_uuid": ""},
        {"client_uuid": "юникод"},
        {"signature": ""},
        {"signature": "подпись"},
        {"signature": "\ud800"},
        {"signature": SIGNED["signature"].upper()},
        {"signature": _signature(f"{CLIENT_ID}|77", "another secret")},
        {"signature": _signature(f"{CLIENT_ID}77")},
        {"signature": SIGNED["signature"][:-1]},
    ],
)
def test_a_notice_that_is_not_amocrms_or_not_ours_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(Unauthorized):
        _verify(SIGNED | change)


@pytest.mark.parametrize("name", ["client_uuid", "signature"])
def test_a_notice_without_a_part_is_refused(name: str) -> None:
    with pytest.raises(Unauthorized):
        _verify({key: value for key, value in SIGNED.items() if key != name})


@pytest.mark.parametrize("account_id", ["", "0", "-77", " 77", "７７", "7_7", "77.0", "1" * 19, "0x4d"])
def test_an_account_id_that_is_no_number_is_a_bad_request(account_id: str) -> None:
    with pytest.raises(BadRequest):
        _verify(SIGNED | {"account_id": account_id})


def test_a_notice_without_an_account_is_a_bad_request() -> None:
    with pytest.raises(BadRequest):
        _verify({"client_uuid": CLIENT_ID, "signature": "x"})
