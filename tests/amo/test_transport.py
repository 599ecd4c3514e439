"""Over real sockets: what the gateway gets, and what a misbehaving server cannot do to us."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from integration.amo import transport
from integration.errors import Unavailable, UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

URL = "https://example.amocrm.ru/api/v4/leads?filter%5Bid%5D%5B%5D=5&page=1"


class _Server(BaseHTTPRequestHandler):
    """Plays the gateway; `answer` is what it sends, raw."""

    protocol_version = "HTTP/1.1"
    answer: ClassVar[bytes] = b""
    seen: ClassVar[list[tuple[str, str, dict[str, str], bytes]]] = []

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.command, self.path, dict(self.headers), body))
        self.wfile.write(self.answer)
        self.close_connection = True

    do_POST = do_GET  # noqa: N815 - as above

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    _Server.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


@pytest.fixture
def session(server: str) -> Iterator[requests.Session]:
    with transport.open_session(server) as opened:
        yield opened


def _http(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_the_gateway_gets_the_true_host_path_and_body(session: requests.Session) -> None:
    _Server.answer = _http("200 OK", b"{}", "Content-Type: application/hal+json", "Date: Sat, 21 Nov 2026 22:00:00 GMT")
    answer = transport.send(session, "POST", URL, headers={"Authorization": "Bearer t"}, json={"a": "ы"})
    assert (answer.status, answer.content_type, answer.body) == (200, "application/hal+json", b"{}")
    assert answer.date == 1795298400
    ((method, path, headers, body),) = _Server.seen
    assert (method, path) == ("POST", "/api/v4/leads?filter%5Bid%5D%5B%5D=5&page=1")
    assert headers["Host"] == "example.amocrm.ru"
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers["Authorization"] == "Bearer t"
    assert headers["User-Agent"].startswith("Pulse/")
    assert body == b'{"a": "\\u044b"}'


def test_a_redirect_is_an_answer_and_is_not_followed(session: requests.Session, server: str) -> None:
    _Server.answer = _http("302 Found", b"", f"Location: {server}/elsewhere")
    assert transport.send(session, "GET", URL, headers={}).status == 302
    assert len(_Server.seen) == 1


def test_proxies_and_passwords_of_the_environment_are_not_used(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    _Server.answer = _http("204 No Content")
    assert transport.send(session, "GET", URL, headers={}).status == 204


def test_an_answer_too_large_is_refused(session: requests.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 200_000)
    _Server.answer = _http("200 OK", b"x" * 300_000)
    with pytest.raises(UnexpectedAnswer, match="too large"):
        transport.send(session, "GET", URL, headers={})


def test_an_answer_that_drips_for_too_long_is_given_up(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LONGEST_ANSWER", -1.0)
    _Server.answer = _http("200 OK", b"x")
    with pytest.raises(Unavailable, match="too long"):
        transport.send(session, "GET", URL, headers={})


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"garbage\r\n\r\n",
    ],
    ids=["closed", "cut", "cut chunk", "not gzip", "not HTTP"],
)
def test_a_broken_connection_is_unavailable_and_the_error_keeps_secrets(
    session: requests.Session, answer: bytes
) -> None:
    _Server.answer = answer
    with pytest.raises(Unavailable) as problem:
        transport.send(session, "GET", f"{URL}&code=sentinel", headers={"Authorization": "Bearer sentinel"})
    assert "sentinel" not in str(problem.value)
    assert "example" not in str(problem.value)
    assert problem.value.__cause__ is None
    assert problem.value.__suppress_context__


def test_a_server_that_is_not_there_is_unavailable_and_the_error_keeps_secrets() -> None:
    with transport.open_session("http://127.0.0.1:1") as session, pytest.raises(Unavailable) as problem:
        transport.send(session, "GET", f"{URL}&code=sentinel", headers={})
    assert "sentinel" not in str(problem.value)


def test_plain_http_is_impossible(server: str) -> None:
    with transport.open_session(None) as session, pytest.raises(Unavailable):
        transport.send(session, "GET", server, headers={})
    assert _Server.seen == []


@pytest.mark.parametrize("date", ["", "tomorrow", "Sat, 99 Nov 2026 99:00:00 GMT"])
def test_an_unreadable_date_is_no_date(session: requests.Session, date: str) -> None:
    _Server.answer = _http("204 No Content", b"", f"Date: {date}")
    assert transport.send(session, "GET", URL, headers={}).date is None
