"""A simulated amoCRM with its page, and an integration's server on another port, both in threads of the test."""

from __future__ import annotations

import http.server
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask

from simulator.scenario.office import open_office
from simulator.server import Server
from simulator.ui.routes import blueprint
from simulator.universe import Universe
from tests.simulator.ui import archives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from simulator.account import Account

WON, LOST = 142, 143


@dataclass
class Stage:
    """What a browser test plays on.

    Attributes:
        url: the page's address.
        account: the account that the page shows; change it by its mutations, as others would.
        asked: what the integration's server was asked: method, path, X-Auth-Token.
    """

    url: str
    account: Account
    universe: Universe
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    @property
    def admin(self) -> int:
        """The id of the administrator, who looks at the page by default."""
        return next(user["id"] for user in self.account.users.values() if user["rights"]["is_admin"])

    def lead(self, **fields: Any) -> int:
        """Create a lead in the first stage of the main pipeline and return its id."""
        pipeline_id = self.account.main_pipeline()
        status_id = self.account.first_status(pipeline_id)
        return self.account.create_lead(self.admin, pipeline_id=pipeline_id, status_id=status_id, **fields)

    def card(self, **fields: Any) -> str:
        """Create a lead and return the address of its card."""
        return f"{self.url}/leads/detail/{self.lead(**fields)}"


@contextmanager
def open_stage(folder: Path, *widgets: dict[str, bytes], installed: bool = True) -> Iterator[Stage]:
    """Run the page with one integration for each archive."""
    universe = Universe(seed=5)
    account = open_office(universe)
    asked: list[tuple[str, str, str | None]] = []
    with _serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _integration(asked))) as listener:
        address = f"http://127.0.0.1:{listener.server_port}"
        for number, files in enumerate(widgets):
            integration = universe.add_integration(
                redirect_uri=f"{address}/oauth/callback", disconnect_uri=f"{address}/disconnected"
            )
            integration.archive = folder / str(number) / "widget.zip"
            integration.archive.parent.mkdir()
            integration.archive.write_bytes(archives.zipped(files))
            if installed:
                universe.grants.installed.add((integration.client_id, account.id))
        app = Flask(__name__)
        app.register_blueprint(blueprint(universe))
        with _serving(Server("127.0.0.1", 0, app)) as server:
            yield Stage(f"http://127.0.0.1:{server.server_port}", account, universe, asked)


def open_page(page: Page, address: str) -> None:
    """Go to an address and wait until the widgets of the page are loaded."""
    page.goto(address)
    page.wait_for_function("window.APP && APP.widgets.loaded")


def calls(page: Page) -> list[str]:
    """What the dummy widget itself noted, in order."""
    noted: list[str] = page.evaluate("window.dummy || []")
    return [line.split(" ")[0] for line in noted]


def traced(page: Page) -> list[str]:
    """The host's own trace, without its remarks about itself."""
    entries: list[dict[str, Any]] = page.evaluate("window.simulatorTrace")
    return [entry["call"] for entry in entries if entry["widget"] not in {"host", "APP"}]


def wait_until(true: Callable[[], object], seconds: float = 5) -> None:
    """Wait for a condition of the server's side. Raises AssertionError when it stays false."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.01)


@contextmanager
def _serving(server: http.server.ThreadingHTTPServer) -> Iterator[http.server.ThreadingHTTPServer]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _integration(asked: list[tuple[str, str, str | None]]) -> type[http.server.BaseHTTPRequestHandler]:
    class Integration(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked.append((self.command, self.path, self.headers.get("X-Auth-Token")))
            body = json.dumps({"path": self.path}).encode()
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", ""))
            self.send_header("Access-Control-Allow-Headers", "X-Auth-Token")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Integration
