"""Live streams over the real server: the version at once, every change after, with Redis and without."""

from __future__ import annotations

import http.client
import json
import time
from typing import TYPE_CHECKING

import pytest

from integration.store import accounts
from integration.sync import live
from integration.web import tickets
from tests.web import office, served
from tests.web.office import ANNA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.sync.context import Context

OURS, THEIRS = 31, 32
ORIGIN = "https://a31.amocrm.ru"


def real_clock(ctx: Context) -> None:
    # The server is another process: it asks the real clock, so tickets must be of now.
    object.__setattr__(ctx, "now_ms", lambda: int(time.time() * 1000))


@pytest.fixture
def port(ctx: Context) -> Iterator[int]:
    real_clock(ctx)
    environment = office.environment(ctx.settings.database_url, ctx.settings.redis_url)
    with served.granian("asgi", "integration.web.live:application", environment) as listening:
        yield listening


@pytest.fixture
def lonely_port(ctx: Context) -> Iterator[int]:
    """A server whose Redis does not exist."""
    real_clock(ctx)
    environment = office.environment(ctx.settings.database_url, "unix:///nowhere/valkey.sock")
    with served.granian("asgi", "integration.web.live:application", environment) as listening:
        yield listening


class Stream:
    """A browser that listens."""

    def __init__(self, port: int, ticket: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._connection.request("GET", f"/live?ticket={ticket}", headers={"Origin": ORIGIN})
        self.answer = self._connection.getresponse()

    def version(self) -> int:
        """Wait for the next version."""
        while True:
            line = self.answer.readline()
            assert line, "the stream ended"
            if line.startswith(b"data: "):
                return int(json.loads(line[6:])["version"])

    def close(self) -> None:
        """Go away."""
        self.answer.close()
        self._connection.close()


def ticket(ctx: Context, account_id: int) -> str:
    return tickets.live(ctx, account_id, ANNA).url.partition("ticket=")[2]


def commit(ctx: Context, account_id: int, version: int, *, announce: bool) -> None:
    with ctx.database.transaction() as conn:
        accounts.change(conn, account_id, version=version)
    if announce:
        live.announce(ctx, account_id, version)


def test_every_open_card_hears_of_its_account_s_changes_only(port: int, ctx: Context) -> None:
    first, second, stranger = (Stream(port, ticket(ctx, account)) for account in (OURS, OURS, THEIRS))
    assert first.answer.status == 200
    assert first.answer.headers["Content-Type"].startswith("text/event-stream")
    assert first.answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert first.answer.headers["Cache-Control"] == "no-store"
    assert [stream.version() for stream in (first, second, stranger)] == [17, 17, 17]
    commit(ctx, OURS, 18, announce=True)
    assert (first.version(), second.version()) == (18, 18)
    first.close()
    commit(ctx, OURS, 19, announce=True)
    assert second.version() == 19
    commit(ctx, THEIRS, 40, announce=True)
    assert stranger.version() == 40
    for stream in (second, stranger):
        stream.close()


def test_without_redis_the_database_is_looked_at(lonely_port: int, ctx: Context) -> None:
    stream = Stream(lonely_port, ticket(ctx, OURS))
    assert stream.version() == 17
    commit(ctx, OURS, 18, announce=False)
    assert stream.version() == 18
    stream.close()


def test_the_server_ends_although_a_card_is_open(ctx: Context) -> None:
    real_clock(ctx)
    environment = office.environment(ctx.settings.database_url, ctx.settings.redis_url)
    with served.granian("asgi", "integration.web.live:application", environment) as port:
        stream = Stream(port, ticket(ctx, OURS))
        assert stream.version() == 17
    assert b"data" not in stream.answer.read()
    stream.close()


def test_nobody_listens_without_a_ticket(port: int, ctx: Context) -> None:
    good = ticket(ctx, OURS)
    object.__setattr__(ctx, "now_ms", lambda: 1000)
    expired = ticket(ctx, OURS)
    for bad in ("", "x", good[:-3], expired, "%D1%91", "A" * 5000):
        stream = Stream(port, bad)
        assert stream.answer.status == 401, bad
        stream.close()


def test_there_is_nothing_else_to_listen_to(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/other", headers={"Origin": "https://evil.com"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers.get("Access-Control-Allow-Origin")) == (404, None)
    answer.close()
    connection.close()


def test_hooks_and_cards_are_served_by_the_same_server(ctx: Context) -> None:
    environment = office.environment(ctx.settings.database_url, ctx.settings.redis_url)
    with served.granian("wsgi", "integration.app:wsgi", environment) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        address = f"/hooks/{office.hook_key_of(OURS)}"
        for body, chunked in ((b"leads[update][0][id]=5", False), (iter([b"leads[update][0]", b"[id]=6"]), True)):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            headers |= {"Transfer-Encoding": "chunked"} if chunked else {}
            connection.request("POST", address, body, headers, encode_chunked=chunked)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (204, b"")
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())) == (200, {"database": "ok", "redis": "ok"})
        connection.close()
    with ctx.database.read() as conn:
        marks = conn.exec_driver_sql("SELECT entity_id FROM dirty ORDER BY entity_id").all()
    assert [entity_id for (entity_id,) in marks] == [5, 6]
