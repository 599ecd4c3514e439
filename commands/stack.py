"""The whole of Pulse on one machine beside a simulated amoCRM: what the demo shows and the flow tests drive."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from commands.asking import answers, call
from commands.processes import Part, PartFailed, Parts, free_port, spawn, valkey_command
from commands.widget import build
from integration import settings
from integration.store import accounts, dirty, mirrors, runs
from integration.sync import rebuild
from integration.sync.context import Context, open_context

ROOT = Path(__file__).resolve().parent.parent
AFTER_SALE = "Доставка"
"""The simulated office's pipeline of leads that were won already."""


@dataclass
class Stack:
    """Addresses and settings of a running whole. Use `open_stack`, leave it by `close`."""

    folder: Path
    parts: Parts
    env: dict[str, str]
    web_url: str
    live_url: str
    simulator_url: str = ""
    account_id: int = 0

    def simulator(self, path: str, body: dict[str, Any] | None = None, *, method: str | None = None) -> Any:  # noqa: ANN401 - JSON
        """Call the simulator's control plane: GET without a body, POST with one, unless `method` says otherwise."""
        return call(f"{self.simulator_url}/_sim/{path}", body, method=method)

    def web(self, path: str, *, user_id: int) -> Any:  # noqa: ANN401 - JSON
        """GET an address of Pulse as the widget would for this amoCRM user."""
        token = self.simulator(f"session_token?user_id={user_id}")["token"]
        return call(f"{self.web_url}{path}", headers={"X-Auth-Token": token})

    def of(self, account_id: int) -> Stack:
        """Return the same whole, looked at from another account of the simulator. Only this one is to be closed."""
        return replace(self, account_id=account_id)

    def connect(self) -> None:
        """Let amoCRM install Pulse as the marketplace does, and choose «Доставка» as after-sale; the import begins."""
        self.simulator("install", {})
        self.parts.wait_until(lambda: self.first_import() is not None, "the installation")
        with self.ctx.database.read() as conn:
            known = mirrors.pipelines_of(conn, self.account_id)
        rebuild.choose_after_sale(self.ctx, self.account_id, {each.id for each in known if each.name == AFTER_SALE})

    def install(self) -> None:
        """Let amoCRM install Pulse, and wait until the first import is done and counted by the chosen pipelines."""
        self.connect()
        self.parts.wait_until(self.is_imported, "the first import", seconds=120)
        self.parts.wait_until(self._is_counted_by_choice, "the numbers without after-sale", seconds=60)

    def _is_counted_by_choice(self) -> bool:
        with self.ctx.database.read() as conn:
            return accounts.get(conn, self.account_id).after_sale_pipelines != ()

    def first_import(self) -> runs.Run | None:
        """Return how far the account's first import is, None before it begins."""
        with self.ctx.database.read() as conn:
            return runs.get(conn, self.account_id, runs.BACKFILL)

    def sweep(self, kind: str = runs.SWEEP) -> None:
        """Let the clock do a sweep now rather than in some minutes, and wait until it has read everything."""
        asked = self.ctx.now
        with self.ctx.database.transaction() as conn:
            runs.hasten(conn, self.account_id, kind, asked)
        self.parts.wait_until(lambda: self._was_swept(kind, asked), "the sweep", seconds=120)
        self.parts.wait_until(self.is_settled, "the end of what the sweep found", seconds=60)

    def _was_swept(self, kind: str, since: int) -> bool:
        with self.ctx.database.read() as conn:
            last = runs.get(conn, self.account_id, kind)
        # One that met with trouble is due again at once.
        done = last is not None and last.finished_at is not None and last.started_at >= since
        return done and last is not None and last.due_at > self.ctx.now

    def is_imported(self) -> bool:
        """Tell whether the account's first import is finished."""
        first_import = self.first_import()
        return first_import is not None and first_import.finished_at is not None

    def is_settled(self) -> bool:
        """Tell whether the first import is over and no known change waits."""
        with self.ctx.database.read() as conn:
            return self.is_imported() and dirty.pending(conn, self.account_id) == 0

    @cached_property
    def ctx(self) -> Context:
        """What the product's own functions need to look at this whole from outside its processes."""
        return open_context(settings.load(self.env))

    @cached_property
    def administrator(self) -> int:
        """The user id of the account's administrator."""
        users = self.simulator("truth")["users"]
        return next(int(user["id"]) for user in users if user["rights"]["is_admin"])

    def start_web(self) -> None:
        """Start the web server and the live streams, and wait until they answer."""
        wsgi = ["--interface", "wsgi", "--blocking-threads", "8", "integration.app:wsgi"]
        asgi = ["--interface", "asgi", "integration.web.live:application"]
        self.parts.start("web", [*_granian(self.web_url), *wsgi], self.env)
        self.parts.start("live", [*_granian(self.live_url), *asgi], self.env)
        self.parts.wait_until(lambda: answers(f"{self.web_url}/readyz"), "the web server's readiness")

    def start_worker(self) -> Part:
        """Start an RQ worker."""
        return self.parts.start("worker", [sys.executable, "-m", "workers.worker"], self.env)

    def start_clock(self) -> Part:
        """Start the clock."""
        return self.parts.start("clock", [sys.executable, "-m", "workers.clock"], self.env)

    def close(self) -> None:
        """Stop every part and remove the folder with everything in it."""
        if "ctx" in vars(self):
            self.ctx.close()
        self.parts.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def open_stack(*simulator_options: str, database_url: str | None = None, start_seconds: float = 30) -> Stack:
    """Start Valkey, the simulator and every part of Pulse; the database is migrated, nothing is installed yet.

    The simulator offers a widget archive built for this very web server.

    Raises PartFailed naming the part that did not come up.
    """
    folder = Path(tempfile.mkdtemp(prefix="pulse-"))
    web_url, live_url = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    stack = Stack(folder, Parts(folder), _settings(folder, web_url, live_url, database_url), web_url, live_url)
    try:
        stack.parts.start("valkey", valkey_command(folder), stack.env)
        stack.parts.wait_until((folder / "valkey.sock").exists, "Valkey's start")
        _start_simulator(stack, simulator_options, start_seconds)
        _migrate(stack)
        stack.start_web()
        stack.start_worker()
        stack.start_clock()
    except BaseException:
        stack.close()
        raise
    return stack


def _settings(folder: Path, web_url: str, live_url: str, database_url: str | None) -> dict[str, str]:
    return {
        **os.environ,
        "PULSE_PUBLIC_URL": web_url,
        "PULSE_LIVE_URL": live_url,
        "PULSE_CLIENT_ID": "5d0e8f0a-3a52-4c0a-9a53-6f3f3a4f3c11",
        "PULSE_CLIENT_SECRET": secrets.token_urlsafe(48),
        "PULSE_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "PULSE_DATABASE_URL": database_url or f"sqlite:///{folder}/pulse.db",
        "PULSE_REDIS_URL": f"unix://{folder}/valkey.sock",
    }


def _start_simulator(stack: Stack, options: tuple[str, ...], seconds: float) -> None:
    env = stack.env
    archive = build(stack.web_url, stack.folder / "widget.zip")
    command = [
        *(sys.executable, "-m", "simulator", *options),
        *("--client-id", env["PULSE_CLIENT_ID"], "--client-secret", env["PULSE_CLIENT_SECRET"]),
        *("--redirect-uri", f"{stack.web_url}/oauth/callback"),
        *("--disconnect-uri", f"{stack.web_url}/oauth/disconnected"),
        *("--widget", str(archive)),
    ]
    part = stack.parts.start("simulator", command, env)
    stack.parts.wait_until(lambda: bool(_told(part)), "the simulator's start", seconds=seconds)
    told = _told(part)
    stack.simulator_url, stack.account_id = told["url"], told["account_id"]
    env["PULSE_AMO_GATEWAY"] = env["PULSE_ACCOUNT_ORIGINS"] = stack.simulator_url
    env["PULSE_OAUTH_URL"] = f"{stack.simulator_url}/oauth"


def _told(part: Part) -> dict[str, Any]:
    """Return the one JSON line that the simulator prints when it listens, {} before."""
    lines = part.log.read_text(encoding="utf-8").splitlines(keepends=True)
    told: dict[str, Any] = next(
        (json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")), {}
    )
    return told


def _migrate(stack: Stack) -> None:
    process = spawn([sys.executable, "-m", "integration.store.migrate"], env=stack.env, stdout=-1, stderr=-2)
    output, _ = process.communicate()
    if process.returncode != 0:
        raise PartFailed(f"the migration failed:\n{output.decode()}")


def _granian(url: str) -> list[str]:
    port = url.rpartition(":")[2]
    return [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", port, "--no-ws", "--log-level", "warning"]
