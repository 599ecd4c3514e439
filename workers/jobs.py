"""The jobs: each wakes up a piece of work that the database knows of. May be lost, doubled, late."""

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, ParamSpec

import structlog

from integration import settings
from integration.errors import NotFound
from integration.sync import audit as proof
from integration.sync import backfill as full_pass
from integration.sync import building, keepalive
from integration.sync import farewell as leaving
from integration.sync import install as installation
from integration.sync import refresh as lane
from integration.sync import sweep as net
from integration.sync.context import Context, open_context

if TYPE_CHECKING:
    from collections.abc import Callable

Arguments = ParamSpec("Arguments")

_log = structlog.get_logger(__name__)


def _unless_deleted(job: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Let the job for an account that was deleted meanwhile end in peace: a failed one would be kept."""

    @wraps(job)
    def work(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        try:
            job(*arguments, **named)
        except NotFound as error:
            _log.info("account_is_gone", job=job.__name__, reason=str(error))

    return work


@cache
def context() -> Context:
    """Return this process's context."""
    return open_context(settings.load())


@_unless_deleted
def refresh(account_id: int) -> None:
    """Fetch what is marked dirty."""
    lane.run(context(), account_id)


def install(install_id: str) -> None:
    """Exchange an authorization code and set the account up."""
    installation.exchange(context(), install_id)


@_unless_deleted
def connect(account_id: int) -> None:
    """Set up an account whose tokens are stored already."""
    installation.connect(context(), account_id)


@_unless_deleted
def backfill(account_id: int, kind: str = "backfill") -> None:
    """Do a slice of a full pass."""
    full_pass.run(context(), account_id, kind)


@_unless_deleted
def nightly(account_id: int) -> None:
    """Do a slice of the full pass of every night."""
    full_pass.run(context(), account_id, "nightly")


@_unless_deleted
def sweep(account_id: int) -> None:
    """Read what was updated since the cursors."""
    net.run(context(), account_id)


@_unless_deleted
def rebuild(account_id: int) -> None:
    """Do a slice of the work on the account's generations of counters."""
    building.run(context(), account_id)


@_unless_deleted
def audit(account_id: int) -> None:
    """Begin to prove the counters."""
    proof.run(context(), account_id)


@_unless_deleted
def activity(account_id: int) -> None:
    """Read which contacts, calls, letters and incoming requests are new."""
    net.sweep_activity(context(), account_id)


@_unless_deleted
def mirrors(account_id: int) -> None:
    """Bring users, pipelines and names up to date."""
    net.refresh_mirrors(context(), account_id)


@_unless_deleted
def tokens(account_id: int) -> None:
    """Keep the grants that nobody uses alive."""
    keepalive.run(context(), account_id)


@_unless_deleted
def farewell(account_id: int) -> None:
    """Find out whether an account left, and delete it when its time has come."""
    leaving.run(context(), account_id)
