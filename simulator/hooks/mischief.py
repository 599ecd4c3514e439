"""What becomes of a notification between amoCRM's heart and its post office: mostly nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from simulator.crm.state import Occurrence
    from simulator.switches import Switches


@dataclass(frozen=True)
class Dispatch:
    """One notification as it will really go out: what it says, how long it is held back, and what was done to it."""

    occurrence: Occurrence
    held_ms: int = 0
    kind: str = "true"


class Mischief:
    """Chance, seeded: the same occurrences in the same order under the same switches fare the same.

    Args:
        rng: where chance comes from.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def befall(self, occurrence: Occurrence, switches: Switches) -> Iterator[Dispatch]:
        """Yield what goes out for one occurrence and one address, by the account's shares; a lost one is `lost`."""
        if self._strikes(switches.hook_forged):
            yield Dispatch(self._forged(occurrence), kind="forged")
        if self._strikes(switches.hook_lost):
            yield Dispatch(occurrence, kind="lost")
            return
        told, kind = occurrence, "true"
        if self._strikes(switches.hook_stale) and occurrence.extra.get("was"):
            told, kind = replace(occurrence, item=occurrence.extra["was"]), "stale"
        yield Dispatch(told, self._held_ms(switches), kind)
        if self._strikes(switches.hook_doubled):
            yield Dispatch(told, self._held_ms(switches), "doubled")

    def _strikes(self, share: float) -> bool:
        return share > 0 and self._rng.random() < share

    def _held_ms(self, switches: Switches) -> int:
        held = 0
        if self._strikes(switches.hook_delayed):
            held += switches.hook_delay_ms
        if self._strikes(switches.hook_reordered):
            held += self._rng.randrange(1, max(2, switches.hook_reorder_ms))
        return held

    def _forged(self, occurrence: Occurrence) -> Occurrence:
        stranger = self._rng.randrange(10_000_000, 90_000_000)
        return replace(occurrence, item={**occurrence.item, "id": stranger})
