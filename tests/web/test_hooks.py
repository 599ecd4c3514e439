"""A valid hook address answers 204 to whatever comes; anything else below /hooks/ is 404."""

from __future__ import annotations

import http.client
import os
import random
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from werkzeug.serving import make_server

from integration.app import create_app
from integration.store import dirty, runs
from integration.sync import spill
from integration.web.hooks import LONGEST_BODY
from tests.web import office
from tests.web.office import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from integration.sync.context import Context

OURS = 31
ADDRESS = f"/hooks/{office.hook_key_of(OURS)}"
FORM = "application/x-www-form-urlencoded"


def marks(ctx: Context) -> set[tuple[str, int]]:
    with ctx.database.read() as conn:
        taken = [mark for kind in ("leads", "tasks") for mark in dirty.take(conn, OURS, kind, NOW * 1000 + 1, 100)]
    return {(mark.entity_type, mark.entity_id) for mark in taken}


def test_a_hook_marks_what_it_speaks_of(client: FlaskClient, ctx: Context) -> None:
    body = b"leads%5Bupdate%5D%5B0%5D%5Bid%5D=5&task[add][0][id]=6&account[id]=31"
    answer = client.post(ADDRESS, data=body, content_type=FORM)
    assert (answer.status_code, answer.data) == (204, b"")
    assert marks(ctx) == {("leads", 5), ("tasks", 6)}


def test_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    for path in (
        "/hooks/",
        "/hooks/none",
        f"{ADDRESS}/",
        f"{ADDRESS}x",
        "/hooks/%00",
        "/hooks/ключ",
        "/hooks/../hooks/",
    ):
        assert client.post(path, data=b"leads[add][0][id]=1", content_type=FORM).status_code == 404, path


HOSTILE = {
    "empty": b"",
    "zeros": b"\0" * 1000,
    "not utf-8": b"leads[update][0][id]=\xff\xfe",
    "json": b'{"leads": 1}',
    "endless nesting": b"leads" + b"[a]" * 10_000 + b"=1",
    "unclosed": b"leads[update][0[id]=7",
    "a great id": b"leads[update][0][id]=" + b"9" * 50,
    "an id of another script": "leads[update][0][id]=٣".encode(),
    "ten thousand pairs": b"&".join(b"leads[update][%d][id]=%d" % (n, n + 1) for n in range(10_000)),
    "only separators": b"&" * 50_000,
    "another account's": b"leads[update][0][id]=5&account[id]=32",
}


@pytest.mark.parametrize("content_type", [FORM, "application/json", "text/plain; charset=windows-1251", ""])
def test_no_body_makes_a_valid_address_refuse(client: FlaskClient, content_type: str) -> None:
    for case, body in HOSTILE.items():
        assert client.post(ADDRESS, data=body, content_type=content_type).status_code == 204, case


def test_no_method_and_no_header_makes_it_refuse(client: FlaskClient) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.open(ADDRESS, method=method).status_code == 204, method
    for length in ("-1", "many", "1e9", "99999999999999999999"):
        answer = client.open(ADDRESS, method="POST", environ_overrides={"CONTENT_LENGTH": length})
        assert answer.status_code == 204, length


def test_random_bodies_make_no_trouble(client: FlaskClient) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    words = [b"leads", b"[", b"]", b"=", b"&", b"update", b"0", b"id", b"%", b"\xff", b"+", b"task", b"delete"]
    for _ in range(300):
        body = b"".join(dice.choices(words, k=dice.randrange(60))) + os.urandom(dice.randrange(8))
        assert client.post(ADDRESS, data=body, content_type=FORM).status_code == 204, body


def test_a_body_that_is_too_long_calls_for_a_sweep(client: FlaskClient, ctx: Context) -> None:
    with ctx.database.transaction() as conn:
        runs.schedule(conn, OURS, runs.SWEEP, NOW + 500)
    assert (
        client.post(ADDRESS, data=b"contacts[add][0][name]=" + b"b" * LONGEST_BODY, content_type=FORM).status_code
        == 204
    )
    with ctx.database.read() as conn:
        run = runs.get(conn, OURS, runs.SWEEP)
    assert run is not None
    assert run.due_at == NOW


@pytest.fixture
def port(ctx: Context) -> Iterator[int]:
    """A real server in front of the app."""
    server = make_server("127.0.0.1", 0, create_app(ctx), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_chunked_body_is_read(port: int, ctx: Context) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", ADDRESS, iter([b"leads[update][0]", b"[id]=77"]), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked", "Content-Type": FORM})  # fmt: skip
    assert connection.getresponse().status == 204
    connection.close()
    assert marks(ctx) == {("leads", 77)}


@pytest.fixture
def outage(ctx: Context) -> Iterator[None]:
    """Every connection to the database breaks."""

    def break_off(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, ConnectionError("gone"))

    event.listen(ctx.database.engine, "do_connect", break_off)
    event.listen(ctx.database.engine, "checkout", break_off)
    yield
    event.remove(ctx.database.engine, "do_connect", break_off)
    event.remove(ctx.database.engine, "checkout", break_off)


def test_hints_wait_in_redis_while_the_database_is_down(
    client: FlaskClient, ctx: Context, request: pytest.FixtureRequest
) -> None:
    assert client.post(ADDRESS, data=b"leads[update][0][id]=1", content_type=FORM).status_code == 204
    later = create_app(ctx).test_client()  # started during the outage: Redis remembers the address
    request.getfixturevalue("outage")
    assert client.post(ADDRESS, data=b"leads[update][0][id]=2", content_type=FORM).status_code == 204
    assert later.post(ADDRESS, data=b"leads[update][0][id]=3", content_type=FORM).status_code == 204
    assert ctx.redis.llen(spill.KEY) == 2


@pytest.mark.usefixtures("outage")
def test_an_address_that_nobody_can_judge_gets_the_benefit_of_the_doubt(client: FlaskClient) -> None:
    assert client.post(ADDRESS, data=b"leads[update][0][id]=2", content_type=FORM).status_code == 204
