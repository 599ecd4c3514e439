"""Clients of every kind get an HTTP answer as nginx in front of amoCRM would give it."""

from __future__ import annotations

import io
import socket
from email.message import Message
from typing import TYPE_CHECKING

import pytest
import requests

from simulator.server import Server
from simulator.wire import BadBody, read_body

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace

    from tests.simulator.conftest import Talk


@pytest.fixture
def say(world: SimpleNamespace) -> Callable[[bytes], bytes]:
    """Send raw bytes and return all that comes back until the connection ends."""

    def exchange(sent: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", int(world.url.rpartition(":")[2])), timeout=10) as line:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65536), b""))

    return exchange


def test_a_body_in_chunks_is_taken(world: SimpleNamespace, amo: Talk) -> None:
    answer = amo.ask("POST", "leads", data=iter([b'[{"name":', b'"in chunks"}', b"]"]))
    assert answer.status_code == 200, answer.text
    made = answer.json()["_embedded"]["leads"][0]["id"]
    assert world.account.leads[made]["name"] == "in chunks"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "x"},
        {"Content-Length": "-1"},
        {"Content-Length": "2", "Transfer-Encoding": "chunked"},
        {"Transfer-Encoding": "gzip"},
        {"Transfer-Encoding": "chunked"},
    ],
    ids=str,
)
def test_a_body_whose_end_nobody_knows_is_refused(headers: dict[str, str]) -> None:
    message = Message()
    for name, value in headers.items():
        message[name] = value
    with pytest.raises(BadBody):
        read_body(message, io.BytesIO(b"zz\r\nbody"))


def test_after_a_bad_body_the_connection_ends(say: Callable[[bytes], bytes]) -> None:
    heard = say(b"POST /_sim/act HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Server: nginx" in heard
    assert heard.count(b"HTTP/1.1") == 1


def test_an_old_client_is_answered_whole_and_the_connection_ends(say: Callable[[bytes], bytes]) -> None:
    heard = say(b"GET /_sim/switches HTTP/1.0\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close" in heard
    assert b"chunked" not in heard
    assert heard.endswith(b"}\n")


def test_an_old_client_gets_a_stream_without_chunks() -> None:
    def stream(_environ: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"one ", b"two"]

    server = Server("127.0.0.1", 0, stream)  # type: ignore[arg-type]
    with server, socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        server.handle_request()
        heard = b"".join(iter(lambda: line.recv(65536), b""))
    assert heard.endswith(b"\r\n\r\none two")


def test_head_says_what_get_would(amo: Talk) -> None:
    head, get = amo.ask("HEAD", "account"), amo.get("account")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_a_wrong_method_is_told_the_right_ones(amo: Talk) -> None:
    answer = amo.ask("PUT", "leads")
    assert (answer.status_code, answer.json()["status"]) == (405, 405)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"GET", "POST", "PATCH"} <= set(answer.headers["Allow"].split(", "))
    assert answer.reason == "Method Not Allowed"


def test_an_unknown_address_is_repeated_as_the_caller_wrote_it(amo: Talk) -> None:
    answer = amo.get("deals/?page=1", headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 404
    assert answer.json()["detail"] == f"Cannot GET {amo.url.replace('http:', 'https:')}/api/v4/deals/?page=1"


def test_nothing_found_has_neither_body_nor_type(amo: Talk) -> None:
    answer = amo.get("leads/5")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers


def test_a_token_without_bearer_is_no_authorization(world: SimpleNamespace, amo: Talk) -> None:
    token = str(amo.session.headers["Authorization"]).removeprefix("Bearer ")
    statuses = {
        how: requests.get(f"{world.url}/api/v4/account", headers={"Authorization": how + token}, timeout=10).status_code
        for how in ("", "Token ", "bearer ", "Bearer ")
    }
    assert statuses == {"": 401, "Token ": 401, "bearer ": 200, "Bearer ": 200}


def test_any_name_of_this_machine_leads_to_the_account_but_no_foreign_domain_does(amo: Talk) -> None:
    asked = {
        host: amo.get("account", headers={"Host": host}).status_code
        for host in ("simulator:8000", "host.docker.internal", "demo.amocrm.ru", "other.amocrm.ru", "x.kommo.com")
    }
    assert list(asked.values()) == [200, 200, 200, 401, 401]


def test_a_token_is_got_in_one_step(world: SimpleNamespace) -> None:
    tokens = requests.post(f"{world.url}/_sim/token", json={"user_id": world.anna}, timeout=10).json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 86400)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    card = requests.get(f"{world.url}/api/v4/account", headers=headers, timeout=10).json()
    assert card["current_user_id"] == world.anna
    assert requests.post(f"{world.url}/_sim/token", json={"user_id": 5}, timeout=10).status_code == 404


def test_a_form_is_no_request_for_tokens(world: SimpleNamespace) -> None:
    answer = requests.post(f"{world.url}/oauth2/access_token", data={"client_id": "x"}, timeout=10)
    assert (answer.status_code, answer.json()["title"]) == (400, "Некорректный запрос")
