"""The page's server with one integration, whose own server writes down what it was asked."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from simulator.scenario.office import open_office
from simulator.ui.routes import blueprint
from simulator.universe import Universe
from tests.simulator.ui import archives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from simulator.account import Account

START = 1_763_460_000  # 2025-11-18 10:00 UTC, 13:00 in Moscow


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """An integration's server: its address and the paths it was asked for."""
    paths: list[str] = []

    class Integration(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Integration)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def universe(heard: tuple[str, list[str]], tmp_path: Any) -> Universe:
    world = Universe(seed=3, start=START)
    open_office(world)
    integration = world.add_integration(
        redirect_uri=f"{heard[0]}/oauth/callback", disconnect_uri=f"{heard[0]}/disconnected"
    )
    integration.archive = tmp_path / "widget.zip"
    integration.archive.write_bytes(archives.zipped(archives.files()))
    return world


@pytest.fixture
def account(universe: Universe) -> Account:
    return universe.first_account()


@pytest.fixture
def client(universe: Universe) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(blueprint(universe))
    return app.test_client()
