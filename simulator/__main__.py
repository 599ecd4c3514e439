"""`python3 -m simulator`: a living amoCRM on a port of this machine; prints one JSON line when it listens."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from simulator.app import create_app
from simulator.scenario.bulk import large_account
from simulator.scenario.living import Living
from simulator.scenario.past import office_with_past
from simulator.server import Server
from simulator.universe import Universe


def main(arguments: list[str]) -> int:
    """Run until SIGINT or SIGTERM."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    universe = _universe(options)
    server = Server(options.host, options.port, create_app(universe))
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    account = universe.first_account()
    _say({"url": server.url, "account_id": account.id, "domain": account.domain, **_integration_of(universe)})
    living = Living(account, seed=options.seed, seconds=options.live or 1, tell=_tell)
    if options.live:
        living.start()
    stop.wait()
    if options.live:
        living.stop()
    server.shutdown()
    server.server_close()
    universe.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="of everything random")
    parser.add_argument("--start", type=int, help="the unix second at which the clock starts; now by default")
    parser.add_argument("--client-id", default="")
    parser.add_argument("--client-secret", default="")
    parser.add_argument("--redirect-uri", default="http://127.0.0.1/oauth/callback")
    parser.add_argument("--disconnect-uri", default="")
    parser.add_argument("--widget", type=Path, help="the archive that the page serves")
    parser.add_argument("--accounts", type=int, default=1, help="how many, each with an office and a past of its own")
    parser.add_argument("--past-days", type=int, default=60)
    parser.add_argument("--leads", type=int, default=400)
    parser.add_argument("--bulk", type=int, default=0, metavar="LEADS", help="a large account instead, made quickly")
    parser.add_argument("--live", type=float, default=0, metavar="SECONDS", help="mean time between two changes")
    return parser


def _universe(options: argparse.Namespace) -> Universe:
    universe = Universe(options.seed, options.start)
    if options.bulk:
        large_account(universe, leads=options.bulk, days=options.past_days)
    for number in range(0 if options.bulk else options.accounts):
        subdomain = f"pulse-demo-{number + 1}" if number else "pulse-demo"
        office_with_past(universe, days=options.past_days, leads=options.leads, subdomain=subdomain)
    integration = universe.add_integration(
        client_id=options.client_id,
        client_secret=options.client_secret,
        redirect_uri=options.redirect_uri,
        disconnect_uri=options.disconnect_uri,
    )
    integration.archive = options.widget
    return universe


def _integration_of(universe: Universe) -> dict[str, str]:
    integration = next(iter(universe.integrations.values()))
    return {"client_id": integration.client_id, "client_secret": integration.client_secret}


def _say(fact: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
