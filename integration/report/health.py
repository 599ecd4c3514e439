"""How exact the numbers were kept: what came without a hook, how late it was repaired, and when all was proved last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integration.kpi.histogram import quantile
from integration.store import conservation, drift, generations, runs
from integration.store.generations import UNDER_WAY

if TYPE_CHECKING:
    from integration.store.conservation import Balance
    from integration.store.database import Connection

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Proof:
    """The last audit: when it ended, how many counters it compared, how many were wrong (and repaired by it)."""

    at: int
    cells: int
    differed: int


@dataclass(frozen=True, slots=True)
class Health:
    """The last 24 hours of an account, in whole hours, and the last proofs."""

    healed: int
    """Leads and tasks whose change no hook had spoken of; a sweep found and repaired it."""
    events_missed: int
    """Entries of amoCRM's event log that no hook had made us read."""
    repaired_within: int | None
    """Seconds from such a change to its repair: the median, within 2 %. None: there was none."""
    cells_differed: int
    """Counters that an audit found wrong."""
    last_full_pass: int | None
    """When everything was read from end to end last, to the hour."""
    proof: Proof | None
    is_recounting: bool
    """The counters are being built by other rules; the old numbers show until it is done."""
    marks: Balance


def read(conn: Connection, account_id: int, now: int) -> Health:
    """Return the account's health. `conn` shows one moment of the database."""
    found = drift.since(conn, account_id, now - DAY)
    healed = found.get(drift.HEALED, {})
    building = [one for one in generations.live(conn, account_id) if one.stage in UNDER_WAY]
    return Health(
        healed=sum(healed.values()),
        events_missed=sum(found.get(drift.EVENTS, {}).values()),
        repaired_within=quantile(healed, 0.5),
        cells_differed=sum(found.get(drift.CELLS, {}).values()),
        last_full_pass=drift.last(conn, account_id, drift.WHOLE),
        proof=_proof(conn, account_id),
        is_recounting=any(one.reason != "audit" for one in building),
        marks=conservation.balance(conn, account_id),
    )


def _proof(conn: Connection, account_id: int) -> Proof | None:
    run = runs.get(conn, account_id, runs.PROOF)
    if run is None or run.finished_at is None:
        return None
    return Proof(run.finished_at, run.progress["cells"], run.progress["differed"])
