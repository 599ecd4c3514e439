"""A simulated amoCRM in a process of its own, and an integration that writes down what it is sent."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import requests
from cryptography.fernet import Fernet

from integration import settings
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration.settings import Settings

CLIENT_ID = "2e4b1a2c-5f0f-4f6f-9d0a-6f1d2c3b4a5e"
CLIENT_SECRET = "the-integrations-secret-key-of-some-length"


@dataclass
class Integration:
    """What came to the integration's addresses: the query strings of GETs by path, and the bodies of hooks."""

    url: str = ""
    queries: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class Simulation:
    """The running simulator: its address, its first account, the integration and the settings that reach both."""

    url: str
    account_id: int
    domain: str
    integration: Integration
    settings: Settings

    def ask(self, path: str, **arguments: object) -> Any:
        """Ask the control address; with arguments it is a POST."""
        method = "POST" if arguments else "GET"
        return self._call(method, path, arguments or None)

    def act(self, do: str, **arguments: object) -> Any:
        """Do something in the account and return what it made."""
        return self.ask("act", do=do, **arguments)["result"]

    def switch(self, **switches: object) -> None:
        """Set switches of the simulator."""
        self._call("PATCH", "switches", switches)

    def install(self) -> dict[str, str]:
        """Press «Install»; return the query string that came to the redirect address."""
        self.ask("install", account_id=self.account_id)
        return self.integration.queries["/oauth/callback"][-1]

    def _call(self, method: str, path: str, body: dict[str, object] | None) -> Any:
        answer = requests.request(method, f"{self.url}/_sim/{path}", json=body, timeout=20)
        assert answer.ok, answer.text
        return answer.json()


@contextmanager
def simulation() -> Iterator[Simulation]:
    """Run a simulated amoCRM with a small office and a few weeks of past."""
    with _integration() as integration:
        command = [sys.executable, "-m", "simulator", "--past-days", "20", "--leads", "40", "--seed", "3"]
        command += ["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET]
        command += ["--redirect-uri", f"{integration.url}/oauth/callback"]
        command += ["--disconnect-uri", f"{integration.url}/oauth/disconnected"]
        with subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=servers.die_with_parent,  # noqa: PLW1509 - two system calls, safe beside threads
        ) as process:
            try:
                assert process.stdout is not None
                said = json.loads(process.stdout.readline())
                yield Simulation(
                    said["url"], said["account_id"], said["domain"], integration, _settings(said, integration)
                )
            finally:
                process.terminate()


def _settings(said: dict[str, str], integration: Integration) -> Settings:
    return settings.load(
        {
            "PULSE_PUBLIC_URL": integration.url,
            "PULSE_CLIENT_ID": CLIENT_ID,
            "PULSE_CLIENT_SECRET": CLIENT_SECRET,
            "PULSE_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "PULSE_AMO_GATEWAY": said["url"],
        }
    )


@contextmanager
def _integration() -> Iterator[Integration]:
    seen = Integration()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            seen.queries.setdefault(parts.path, []).append(dict(parse_qsl(parts.query)))
            self._answer()

        def do_POST(self) -> None:
            seen.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer()

        def _answer(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        seen.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
