"""A simulated amoCRM with some past, behind a real port, and a Pulse that speaks with it over real HTTP."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from integration.store import accounts, counters, dirty, entities, installs, runs
from integration.sync import audit, hints, install, rebuild, refresh
from simulator.app import create_app
from simulator.oauth.grants import Grant
from simulator.scenario.past import office_with_past
from simulator.server import Server
from simulator.truth import truth
from simulator.universe import Universe
from tests.oracle import compare, oracle
from workers import clock

if TYPE_CHECKING:
    from integration.kpi.model import Lead
    from integration.settings import Settings

START = 1_790_000_000
SECONDS = 60


class World:
    """`account` is the simulator's; `ctx` is set by `open`."""

    patience = SECONDS

    def __init__(self, *, leads: int = 40, days: int = 20, seed: int = 3) -> None:
        self.universe = Universe(seed=seed, start=START)
        self.account = office_with_past(self.universe, days=days, leads=leads)
        self.server = Server("127.0.0.1", 0, create_app(self.universe))
        self.front = ThreadingHTTPServer(("127.0.0.1", 0), self._front())
        self.public_url = f"http://127.0.0.1:{self.front.server_address[1]}"
        self.integration = self.universe.add_integration(redirect_uri=f"{self.public_url}/oauth/callback")
        for server in (self.server, self.front):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def settings(self) -> dict[str, str]:
        """What Pulse has to know of this world."""
        return {
            "PULSE_PUBLIC_URL": self.public_url,
            "PULSE_CLIENT_ID": self.integration.client_id,
            "PULSE_CLIENT_SECRET": self.integration.client_secret,
            "PULSE_AMO_GATEWAY": self.server.url,
        }

    def environment(self) -> dict[str, str]:
        """The environment of another process of this Pulse."""
        known = self.ctx.settings
        own = {"PULSE_DATABASE_URL": known.database_url, "PULSE_REDIS_URL": known.redis_url}
        return {**os.environ, **self.settings(), **own, "PULSE_ENCRYPTION_KEYS": " ".join(known.encryption_keys)}

    def with_redis(self, url: str) -> Settings:
        """The settings of this Pulse with Redis."""
        return replace(self.ctx.settings, redis_url=url)

    def is_imported(self) -> bool:
        """Tell whether the first full pass is over."""
        with self.ctx.database.read() as conn:
            run = runs.get(conn, self.account.id, runs.BACKFILL)
        return run is not None and run.finished_at is not None

    @property
    def admin(self) -> int:
        """The id of an administrator."""
        return next(user["id"] for user in self.account.users.values() if user["rights"]["is_admin"])

    def install(self, *, user_id: int | None = None) -> str:
        """Grant access; the code is exchanged when the clock gets to it."""
        grant = Grant(self.integration.client_id, self.account.id, user_id or self.admin, is_admin=user_id is None)
        return install.accept(self.ctx, self.account.domain, self.universe.grants.issue_code(grant))

    def set_up(self) -> None:
        """Install, and read everything there is."""
        install.exchange(self.ctx, self.install())
        delivery = {row["id"] for row in self.account.pipelines.values() if row["name"] == "Доставка"}
        rebuild.choose_after_sale(self.ctx, self.account.id, delivery)
        self.settle()

    def settle(self) -> None:
        """Let the clock do what is due and the lane what is marked, until there is nothing left."""
        self.until(self._is_settled)

    def _is_settled(self) -> bool:
        clock.tick(self.ctx)
        refresh.run(self.ctx, self.account.id)
        with self.ctx.database.read() as conn:
            soonest = dirty.soonest(conn, self.account.id)
            # What is asked for in vain is asked again later and later.
            is_quiet = soonest is None or soonest > self.ctx.now_ms() + refresh.NEAR_MS
            return is_quiet and not runs.due(conn, self.ctx.now)

    def sweep(self) -> None:
        """Let the next sweep be due now, and everything that comes of it be done."""
        self._hasten(runs.SWEEP)

    def full_pass(self) -> None:
        """Let the next nightly pass be due now, and everything that comes of it be done."""
        self._hasten(runs.NIGHTLY)

    def _hasten(self, kind: str) -> None:
        with self.ctx.database.transaction() as conn:
            runs.hasten(conn, self.account.id, kind, self.ctx.now)
        self.settle()

    def until(self, is_so) -> None:
        """Wait until the condition holds; fail when the patience ends."""
        deadline = time.monotonic() + self.patience
        while not is_so():
            assert time.monotonic() < deadline, "it does not come to that"
            time.sleep(0.02)

    def stored(self) -> accounts.Account:
        """Return what Pulse knows of the account."""
        with self.ctx.database.read() as conn:
            return accounts.get(conn, self.account.id)

    def install_of(self, install_id: str) -> installs.Install:
        """Return what became of an install."""
        with self.ctx.database.read() as conn:
            return installs.get(conn, install_id)

    def requests(self) -> int:
        """Count the requests of the API that came so far."""
        return len(self.universe.traffic.summary()["requests"])

    def lead(self, lead_id: int) -> Lead:
        """Return the lead as it is stored."""
        with self.ctx.database.read() as conn:
            return entities.leads_by_id(conn, self.account.id, [lead_id])[lead_id]

    def wrong_cells(self) -> list[object]:
        """Where the counters differ from a recount of the stored rows, and from what is really so."""
        with self.ctx.database.read() as conn:
            account = accounts.get(conn, self.account.id)
            cells = counters.all_cells(conn, self.account.id, account.generation)
            drift: list[object] = [*audit.differences(conn, self.account.id)]
        expected = oracle.recount(truth(self.account), after_sale=account.after_sale_pipelines)
        return drift + compare.differences(cells, expected)

    def close(self) -> None:
        """Stop everything that listens."""
        for server in (self.server, self.front):
            server.shutdown()
            server.server_close()
        self.universe.close()

    def _front(self) -> type[BaseHTTPRequestHandler]:
        world = self

        class Front(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with world.ctx.database.read() as conn:
                    account = accounts.by_hook_key(conn, self.path.rpartition("/")[2])
                hints.note(world.ctx, account.account_id, body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Front
