"""Seals everything anew with the newest key, while the work goes on.

The order of a change of keys: start every process with the new key first and the old one after it; run this; start
every process with the new key alone. It may be interrupted and repeated: what is sealed by the newest key is passed
over, and what somebody stores meanwhile is newer than what is read here, so it stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import structlog

from integration.store import seals
from integration.store.vault import SealBroken

if TYPE_CHECKING:
    from integration.store.seals import Key, Place, Sealed
    from integration.sync.context import Context

BATCH = 200
"""Secrets that one transaction seals anew."""

_log = structlog.get_logger(__name__)


class Rotation(NamedTuple):
    """How many secrets were sealed anew, were so already, and could not be opened: their key is gone."""

    resealed: int = 0
    kept: int = 0
    broken: int = 0


def run(ctx: Context, *, batch: int = BATCH) -> Rotation:
    """Seal everything with the newest key. Raises DatabaseDown; run it again then."""
    total = Rotation()
    for place in seals.PLACES:
        last: Key | None = None
        while found := _next(ctx, place, last, batch):
            last = found[-1].key
            total = _sum(total, _reseal(ctx, place, found))
    return total


def _next(ctx: Context, place: Place, last: Key | None, batch: int) -> list[Sealed]:
    with ctx.database.read() as conn:
        return seals.after(conn, place, last, batch)


def _reseal(ctx: Context, place: Place, found: list[Sealed]) -> Rotation:
    resealed = kept = broken = 0
    with ctx.database.transaction() as conn:
        for secret in found:
            if ctx.vault.is_newest(secret.text):
                kept += 1
                continue
            try:
                value = ctx.vault.open(secret.account_id, secret.text)
            except SealBroken as error:
                _log.warning("seal_broken", place=place.table.name, account_id=secret.account_id, reason=str(error))
                broken += 1
                continue
            if seals.swap(conn, place, secret, ctx.vault.seal(secret.account_id, value)):
                resealed += 1
    return Rotation(resealed, kept, broken)


def _sum(one: Rotation, other: Rotation) -> Rotation:
    return Rotation(*(first + second for first, second in zip(one, other, strict=True)))
