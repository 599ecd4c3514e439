from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.amo.hosts import account_host, api_host, is_account_origin
from integration.errors import BadRequest

HOSTILE = """
evil.com|example.amocrm.ru.evil.com|amocrm.ru|kommo.com|.amocrm.ru|..amocrm.ru|a..amocrm.ru|example.amocrm.ru.|
example.amocrm.ru..|evilamocrm.ru|example.evilamocrm.ru|example-amocrm.ru|example.amocrm.ru@evil.com|
user@example.amocrm.ru|user:pass@example.amocrm.ru|evil.com@example.amocrm.ru|example.amocrm.ru:443|
example.amocrm.ru:80|example.amocrm.ru:@evil.com|https://example.amocrm.ru|http://example.amocrm.ru|
//example.amocrm.ru|example.amocrm.ru/|example.amocrm.ru/path|evil.com/example.amocrm.ru|evil.com/.amocrm.ru|
evil.com?.amocrm.ru|evil.com?x=example.amocrm.ru|evil.com#.amocrm.ru|evil.com#example.amocrm.ru|example.amocrm.ru#|
example.amocrm.ru?|evil.com\\example.amocrm.ru|evil.com\\.amocrm.ru|example.amocrm.ru\\|example%2eamocrm.ru|
evil.com%2f.amocrm.ru|evil.com%00.amocrm.ru|evil.com%23.amocrm.ru|%65vil.amocrm.ru|example.amocrm.ru%00|
example。amocrm.ru|example．amocrm.ru|example｡amocrm.ru|example.amocrm。ru|exаmple.amocrm.ru|example.аmocrm.ru|
example.amocrm.rυ|example.ⓐmocrm.ru|ｅxample.amocrm.ru|exampleſ.amocrm.ru|ß.amocrm.ru|
-example.amocrm.ru|example-.amocrm.ru|exa_mple.amocrm.ru|exa mple.amocrm.ru|*.amocrm.ru|example.amocrm.org|
example.amocrm.ru.com|example.kommo.ru|example.amocrm.co|127.0.0.1|[::1]|localhost|0x7f.1|2130706433|169.254.169.254|
sub.example.amocrm.ru|a.b.kommo.com|www.amocrm.ru|WWW.amocrm.ru|www.kommo.com|api-b.amocrm.ru|api-c.kommo.com|
example.amocrm.ru;evil.com|example.amocrm.ru,evil.com|'example.amocrm.ru'|"example.amocrm.ru"|<b>.amocrm.ru|
${host}.amocrm.ru|{}.amocrm.ru|exam+ple.amocrm.ru|exam=ple.amocrm.ru|exam&ple.amocrm.ru|exam!ple.amocrm.ru
""".replace("\n", "").split("|")
WITH_CONTROLS = [
    "",
    " ",
    " example.amocrm.ru",
    "example.amocrm.ru ",
    "example.amocrm.ru\n",
    "example.amocrm.ru\r\nX-Evil: 1",
    "evil.com\nexample.amocrm.ru",
    "\texample.amocrm.ru",
    "example.amocrm.ru\x00",
    "evil.com\x00.amocrm.ru",
    "example.amocrm.ru\u2028",
    "example.\u212aommo.com",  # the Kelvin sign, whose small letter is an honest k
    "example\u200b.amocrm.ru",
    "example\u00ad.amocrm.ru",
    "\u202eur.mrcoma.elpmaxe",
    "\ud800.amocrm.ru",
    "a" * 64 + ".amocrm.ru",
    "a" * 1_000_000 + ".amocrm.ru",
    "example.amocrm.ru" * 100_000,
]


def test_the_table_of_hostile_hosts_is_long_enough() -> None:
    assert len(set(HOSTILE + WITH_CONTROLS)) >= 100


@pytest.mark.parametrize("text", HOSTILE + WITH_CONTROLS, ids=lambda text: repr(text[:40]))
def test_a_host_that_is_not_an_account_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        account_host(text)
    assert not is_account_origin(f"https://{text}")


@pytest.mark.parametrize(
    "text", ["example.amocrm.ru", "example.amocrm.com", "example.kommo.com", "a.amocrm.ru", "7-up.kommo.com", "xn--a"]
)
def test_an_account_is_accepted_as_it_is(text: str) -> None:
    host = text if "." in text else f"{text}.amocrm.ru"
    assert account_host(host) == host
    assert is_account_origin(f"https://{host}")


def test_capital_letters_become_small_ones() -> None:
    assert account_host("Example.AmoCRM.ru") == "example.amocrm.ru"


@pytest.mark.parametrize("text", ["api-b.amocrm.ru", "api-c.kommo.com", "API-B.amocrm.ru"])
def test_an_api_host_is_accepted(text: str) -> None:
    assert api_host(text) == text.lower()


@pytest.mark.parametrize(
    "text",
    ["example.amocrm.ru", "api.amocrm.ru", "api-.amocrm.ru", "api-b.amocrm.ru.evil.com", "api-b.amocrm.ru:80",
     "x.api-b.amocrm.ru", "api-b-c.amocrm.ru", "api-b.amocrm.ru\n", "evil.com/api-b.amocrm.ru", "api-ы.amocrm.ru", ""],
)  # fmt: skip
def test_a_host_that_is_not_an_api_host_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        api_host(text)


@pytest.mark.parametrize(
    "origin",
    ["http://example.amocrm.ru", "https://example.amocrm.ru:443", "https://example.amocrm.ru/", "example.amocrm.ru",
     "HTTPS://example.amocrm.ru", "https://EXAMPLE.amocrm.ru", "null", "", "https://", "https:/example.amocrm.ru",
     "https://https://example.amocrm.ru", "https://example.amocrm.ru https://evil.com"],
)  # fmt: skip
def test_only_the_plain_https_origin_of_an_account_is_one(origin: str) -> None:
    assert not is_account_origin(origin)


@given(st.text())
def test_whatever_is_accepted_belongs_to_amocrm(text: str) -> None:
    try:
        host = account_host(text)
    except BadRequest:
        return
    assert host.isascii()
    assert host.partition(".")[2] in {"amocrm.ru", "amocrm.com", "kommo.com"}
