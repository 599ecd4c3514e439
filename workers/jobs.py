"""The jobs: each wakes up a piece of work that the database knows of. May be lost, doubled, late."""

from __future__ import annotations

from functools import cache

from integration import settings
from integration.sync import audit as proof
from integration.sync import backfill as full_pass
from integration.sync import building
from integration.sync import install as installation
from integration.sync import refresh as lane
from integration.sync import sweep as net
from integration.sync.context import Context, open_context


@cache
def context() -> Context:
    """Return this process's context."""
    return open_context(settings.load())


def refresh(account_id: int) -> None:
    """Fetch what is marked dirty."""
    lane.run(context(), account_id)


def install(install_id: str) -> None:
    """Exchange an authorization code and set the account up."""
    installation.exchange(context(), install_id)


def connect(account_id: int) -> None:
    """Set up an account whose tokens are stored already."""
    installation.connect(context(), account_id)


def backfill(account_id: int, kind: str = "backfill") -> None:
    """Do a slice of a full pass."""
    full_pass.run(context(), account_id, kind)


def nightly(account_id: int) -> None:
    """Do a slice of the full pass of every night."""
    full_pass.run(context(), account_id, "nightly")


def sweep(account_id: int) -> None:
    """Read what was updated since the cursors."""
    net.run(context(), account_id)


def rebuild(account_id: int) -> None:
    """Do a slice of the work on the account's generations of counters."""
    building.run(context(), account_id)


def audit(account_id: int) -> None:
    """Begin to prove the counters."""
    proof.run(context(), account_id)


def mirrors(account_id: int) -> None:
    """Bring users, pipelines and names up to date."""
    net.refresh_mirrors(context(), account_id)


def farewell(account_id: int) -> None:
    """Find out whether an account that was reported gone is gone."""
    installation.say_farewell(context(), account_id)
