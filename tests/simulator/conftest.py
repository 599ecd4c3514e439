"""A small simulated world behind a real port, and somebody who talks to it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from simulator.app import create_app
from simulator.oauth.grants import Grant
from simulator.server import Server
from simulator.universe import Universe

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_790_000_000
REDIRECT = "https://pulse.example/oauth/callback"


class Talk:
    """A client of API v4 that only knows requests."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        """Send one request; `path` comes after /api/v4/."""
        return self.session.request(method, f"{self.url}/api/v4/{path}", timeout=10, **how)

    def get(self, path: str, **how: Any) -> requests.Response:
        """Read."""
        return self.ask("GET", path, **how)

    def rows(self, path: str) -> list[dict[str, Any]]:
        """Return the rows of a list, none for a 204."""
        answer = self.get(path)
        if answer.status_code == 204:
            assert answer.content == b""
            return []
        assert answer.status_code == 200, answer.text
        (rows,) = answer.json()["_embedded"].values()
        return rows


@pytest.fixture
def world() -> Iterator[SimpleNamespace]:
    """An account with an admin, two managers in two groups, one pipeline of three stages; the clock stands."""
    universe = Universe(seed=7, start=START)
    universe.clock.freeze(START)
    universe.switches.limits = False
    account = universe.add_account("demo")
    admin = account.add_user("Admin", is_admin=True)
    group = account.add_group("North")
    anna = account.add_user("Anna", view="M")
    boris = account.add_user("Boris", view="G", group_id=group)
    pipeline = account.add_pipeline("Sales", ["New", "Talks", "Offer"])
    stages = [row["id"] for row in account.statuses(pipeline) if row["type"] == 0][:3]
    integration = universe.add_integration(redirect_uri=REDIRECT)
    server = Server("127.0.0.1", 0, create_app(universe))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    talks: list[Talk] = []

    def talk(user_id: int = admin) -> Talk:
        rights = account.users[user_id]["rights"]
        grant = Grant(integration.client_id, account.id, user_id, is_admin=rights["is_admin"])
        universe.grants.issue_code(grant)
        talks.append(Talk(server.url, universe.grants.issue_tokens(grant, account)["access_token"]))
        return talks[-1]

    yield SimpleNamespace(
        universe=universe,
        account=account,
        integration=integration,
        switches=universe.switches,
        clock=universe.clock,
        url=server.url,
        talk=talk,
        admin=admin,
        anna=anna,
        boris=boris,
        group=group,
        pipeline=pipeline,
        stages=stages,
    )
    for each in talks:
        each.session.close()
    server.shutdown()
    server.server_close()
    thread.join()
    universe.close()


@pytest.fixture
def amo(world: SimpleNamespace) -> Talk:
    """The admin's client."""
    return world.talk()


@pytest.fixture
def listener() -> Iterator[SimpleNamespace]:
    """An HTTP server that remembers the queries and headers of the GETs it got."""
    heard: list[SimpleNamespace] = []

    class Exchange(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            heard.append(SimpleNamespace(query=query, headers=dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_address[1]}/hook", heard=heard)
    server.shutdown()
    server.server_close()
    thread.join()
