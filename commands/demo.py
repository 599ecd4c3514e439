"""Starts everything with a simulated amoCRM: a living sales day to look at, or one that is played, proved and ended."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import time
from typing import Any

from commands import demo_once
from commands.environment import PreparationFailed
from commands.frontend import install_libraries
from commands.processes import PartFailed
from commands.stack import Stack, open_stack

_DAY = ("--past-days", "60", "--leads", "400", "--live", "1.5")


def main(arguments: list[str]) -> int:
    """Run the demo until it is ended by Ctrl-C or SIGTERM, or with `--once` until the day is proved.

    Returns 0, or 1 with what differs or which part failed.
    """
    parser = argparse.ArgumentParser(prog="run.py demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play one fixed day without a screen, prove it, end")
    parser.add_argument("--seed", type=int, default=1, help="what the simulated day is drawn from")
    parser.add_argument("--port", type=int, default=8142, help="the page's port; any free one when it is taken")
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    try:
        install_libraries()
        return demo_once.play(options.seed) if options.once else _show(options.seed, options.port)
    except (PartFailed, PreparationFailed) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0


def _show(seed: int, port: int) -> int:
    print("Starting Valkey, the simulated amoCRM, the web server, a worker and the clock …", flush=True)
    stack = open_stack(*_DAY, "--seed", str(seed), "--port", str(port if _is_free(port) else 0))
    try:
        print("Installing Pulse in the simulated account through OAuth …", flush=True)
        stack.connect()
        card = f"{stack.simulator_url}/leads/detail/{a_lead_in_work(stack)['id']}"
        print(f"\nPulse is live. Open this address, then press Ctrl-C to stop:\n\n    {card}\n", flush=True)
        print("The history is coming in; the card says how far it is …", flush=True)
        stack.parts.wait_until(stack.is_imported, "the first import", seconds=300)
        print("The history is complete. The day goes on.", flush=True)
        while True:
            stack.parts.check()
            time.sleep(0.5)
    finally:
        print("Stopping every part …", flush=True)
        stack.close()


def a_lead_in_work(stack: Stack) -> dict[str, Any]:
    """Return a priced lead that a manager is selling, as the simulated API shows it: winning it is a sale."""
    truth = stack.simulator("truth")
    sellers = {user["id"] for user in truth["users"] if user["rights"]["leads"]["view"] == "M"}
    main = next(pipeline["id"] for pipeline in truth["pipelines"] if pipeline["is_main"])
    leads = (lead for lead in truth["leads"] if lead["pipeline_id"] == main and not lead["is_deleted"])
    sold = (lead for lead in leads if lead["responsible_user_id"] in sellers)
    lead: dict[str, Any] = next(lead for lead in sold if lead["price"] and lead["closed_at"] is None)
    return lead


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
