"""The whole, in real processes: what the flow tests drive, on SQLite and on PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from commands.frontend import install_libraries
from commands.stack import open_stack
from integration.store import accounts, counters
from integration.sync import audit
from tests.flow.virtual import open_world
from tests.oracle.compare import differences
from tests.oracle.oracle import recount

SMALL = ("--past-days", "20", "--leads", "80")


@pytest.fixture(scope="session")
def libraries():
    """The libraries of the simulator's page; the page itself needs them even where no browser looks at it."""
    install_libraries()


@pytest.fixture(scope="session")
def open_whole(libraries):  # noqa: ARG001 - they only have to be there
    """Return a context manager: every part running, Pulse installed, the history imported."""

    @contextmanager
    def opened(*simulator_options, database_url=None):
        stack = open_stack(*SMALL, *simulator_options, database_url=database_url)
        try:
            stack.install()
            yield stack
        finally:
            stack.close()

    return opened


@pytest.fixture
def world(tmp_path):
    """A connected Pulse in this process, whose time is the simulator's."""
    with open_world(tmp_path) as opened:
        yield opened


def drift(stack):
    """Return every way in which the counters differ from the oracle's or from the recount of the product's rows."""
    with stack.ctx.database.read() as conn:
        account = accounts.get(conn, stack.account_id)
        cells = counters.all_cells(conn, stack.account_id, account.generation)
        recounted = audit.differences(conn, stack.account_id)
    truth = stack.simulator(f"truth?account_id={stack.account_id}")
    expected = recount(truth, after_sale=account.after_sale_pipelines)
    return [*recounted, *differences(cells, expected)]


def settle(stack):
    """Deliver every hook that waits, and wait until nothing known is left to be read."""
    stack.simulator("hooks/flush", {})
    stack.parts.wait_until(stack.is_settled, "the end of all pending changes", seconds=180)


def busiest_second(stack):
    """Return the most requests of an account that any window of one second held, by the simulator's own record."""
    return max(each["max_per_second"] for each in stack.simulator("requests")["integrations"])
